// Free chunks: what is split off, and what merges with its neighbours.
#pragma once

#include <refmm/model/malloc_bins.hpp>
#include <refmm/model/malloc_chunk.hpp>
#include <refmm/spec/malloc_heap.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Two chunks that merge say the same of the size of the one in front, unless something was written over a tag.
/// [malloc.check.prev_size] [defect.malloc.prev_size]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> compared(malloc::Heap<Words, W> heap, const W& size, const W& prev_size) {
  if (heap.ended) return heap;
  if (is_true(size == prev_size)) return heap;
  if (heap.corrected.prev_size)
    return ended(std::move(heap), malloc::Refusal::corrupted_prev_size, "malloc.check.prev_size");
  return decided(std::move(heap), "defect.malloc.prev_size");
}

/// The chunk together with the one in front of it, if that is free. [malloc.free.merges_before]
template <class Words, Word W>
constexpr WithChunk<malloc::Heap<Words, W>, W> merged_before(malloc::Heap<Words, W> heap, const W& chunk,
                                                             const W& size) {
  heap = touched(std::move(heap), malloc::address_of_size(chunk));
  if (heap.ended || mutant("malloc.merge.not_before")) return {std::move(heap), chunk, size};
  if (prev_is_in_use(heap, chunk)) return {std::move(heap), chunk, size};
  heap = touched(std::move(heap), chunk);
  if (heap.ended) return {std::move(heap), chunk, size};
  const W prev_size = prev_size_of(heap, chunk), previous = chunk - prev_size;
  heap = touched(std::move(heap), malloc::address_of_size(previous));
  if (heap.ended) return {std::move(heap), chunk, size};
  const W says_itself = size_of(heap, previous);
  heap = unlinked(compared(std::move(heap), says_itself, prev_size), previous);
  return {decided(std::move(heap), "malloc.free.merges_before"), previous, size + prev_size};
}

/// The chunk together with the one behind it, if that is free or the top. Without the top: [malloc.free.merges_behind]; with it the
/// chunk is the top: [malloc.free.joins_top]
template <class Words, Word W>
constexpr WithChunk<malloc::Heap<Words, W>, W> merged_behind(malloc::Heap<Words, W> heap, const W& chunk,
                                                             const W& size) {
  const W next = next_of(chunk, size);
  heap = touched(std::move(heap), malloc::address_of_size(next));
  if (heap.ended || mutant("malloc.merge.not_behind")) return {std::move(heap), chunk, size};
  const W next_size = size_of(heap, next);
  if (next == heap.top) {
    heap.top = chunk;
    return {decided(std::move(heap), "malloc.free.joins_top"), chunk, size + next_size};
  }
  const W behind = next_of(next, next_size);
  heap = touched(std::move(heap), malloc::address_of_size(behind));
  if (heap.ended) return {std::move(heap), chunk, size};
  if (prev_is_in_use(heap, behind)) return {std::move(heap), chunk, size};
  heap = touched(std::move(heap), behind);
  if (heap.ended) return {std::move(heap), chunk, size};
  const W says_behind = prev_size_of(heap, behind);
  heap = unlinked(compared(std::move(heap), next_size, says_behind), next);
  return {decided(std::move(heap), "malloc.free.merges_behind"), chunk, size + next_size};
}

/// The chunk and its free neighbours as one, on no list. No two free chunks are neighbours then.
template <class Words, Word W>
constexpr WithChunk<malloc::Heap<Words, W>, W> merged(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  auto front = merged_before(std::move(heap), chunk, size);
  return merged_behind(std::move(front.heap), front.chunk, front.size);
}

/// What is free is tagged, and put on the list of its size unless it is the top.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> kept(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  if (heap.ended) return heap;
  if (chunk == heap.top) return with_size(std::move(heap), chunk, size | W(malloc::PREV_INUSE));
  heap = tagged_free(std::move(heap), chunk, size);
  if (heap.ended) return heap;
  return put_on_list(std::move(heap), chunk, size);
}

/// A chunk becomes free.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> given_back(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  auto whole = merged(std::move(heap), chunk, size);
  return kept(std::move(whole.heap), whole.chunk, whole.size);
}

/// A chunk of `size` bytes, on no list, as one in use of `needed` bytes, and the rest as a chunk in use behind it. Without a rest that can
/// be a chunk the first is larger than needed, and the second has no bytes. [malloc.split.rest] [malloc.split.whole]
template <class Words, Word W>
constexpr WithChunk<malloc::Heap<Words, W>, W> split(malloc::Heap<Words, W> heap, const W& chunk, const W& size,
                                                     const W& needed) {
  const W rest = size - needed, behind = next_of(chunk, needed);
  const W smallest = mutant("malloc.split.any_rest") ? malloc::word_bytes<W> : malloc::smallest_chunk<W>;
  if (rest < smallest) {
    heap = tagged_in_use(std::move(heap), chunk, size);
    return {decided(std::move(heap), "malloc.split.whole"), next_of(chunk, size), 0u};
  }
  heap = with_size(std::move(heap), behind, rest);
  heap = tagged_in_use(std::move(heap), chunk, needed);
  if (mutant("malloc.split.clears_block")) heap = with_fd(std::move(heap), chunk, W(0u));
  return {decided(std::move(heap), "malloc.split.rest"), behind, rest};
}

/// The same, and the rest is given back.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> used(malloc::Heap<Words, W> heap, const W& chunk, const W& size,
                                      const W& needed) {
  auto rest = split(std::move(heap), chunk, size, needed);
  if (rest.heap.ended || rest.size == 0u || mutant("malloc.split.forgets_rest")) return std::move(rest.heap);
  return given_back(std::move(rest.heap), rest.chunk, rest.size);
}

}  // namespace refmm::model::inline REFMM_BUILD

// Chunks in memory: how their tags and links are written.
//
// Memory can be missing, of a heap that the program has damaged: what would read or write there ends the program, and everything that
// would come after it is left undone.
#pragma once

#include <refmm/model/malloc_size.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/map.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A heap and a chunk of it that an operation speaks of, with its size in bytes.
template <class Heap, Word W>
struct WithChunk {
  Heap heap;
  W chunk, size;
};

/// The program ends.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> ended(malloc::Heap<Words, W> heap, malloc::Refusal refusal, ClauseRef clause) {
  if (heap.ended) return heap;
  heap.because.push_back(clause);
  heap.ended = refusal;
  return heap;
}

template <class Words, Word W>
constexpr malloc::Heap<Words, W> decided(malloc::Heap<Words, W> heap, ClauseRef clause) {
  if (!heap.ended) heap.because.push_back(clause);
  return heap;
}

/// The heap after its word at `addr` was read: the program may have ended there. [malloc.access.not_mapped]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> touched(malloc::Heap<Words, W> heap, const W& addr) {
  if (is_mapped(heap, addr)) return heap;
  return ended(std::move(heap), malloc::Refusal::not_mapped, "malloc.access.not_mapped");
}

/// The words with `word` at any address, aligned or not.
template <Word W, class Words>
constexpr Words with_word(Words words, const W& addr, const W& word) {
  const W offset = addr & W(malloc::word_bytes<W> - 1);
  if (offset == W(0u)) return updated(std::move(words), addr, word);
  const W aligned = addr - offset, behind = aligned + W(malloc::word_bytes<W>);
  const W bits = offset * W(8u), rest = W(WordTraits<W>::bits) - bits;
  const W low = (lookup(words, aligned) & ~(~W(0u) << bits)) | (word << bits);
  const W high = (lookup(words, behind) & (~W(0u) << bits)) | (word >> rest);
  return updated(updated(std::move(words), aligned, low), behind, high);
}

template <class Words, Word W>
constexpr malloc::Heap<Words, W> stored(malloc::Heap<Words, W> heap, const W& addr, const W& word) {
  heap = touched(std::move(heap), addr);
  if (heap.ended) return heap;
  heap.words = with_word<W>(std::move(heap.words), addr, word);
  return heap;
}

// ---- Tags -----------------------------------------------------------------------------------------------------------

template <class Words, Word W>
constexpr malloc::Heap<Words, W> with_prev_size(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  return stored(std::move(heap), chunk, size);
}
template <class Words, Word W>
constexpr malloc::Heap<Words, W> with_size(malloc::Heap<Words, W> heap, const W& chunk, const W& size_and_flags) {
  return stored(std::move(heap), malloc::address_of_size(chunk), size_and_flags);
}
template <class Words, Word W>
constexpr malloc::Heap<Words, W> with_fd(malloc::Heap<Words, W> heap, const W& chunk, const W& fd) {
  return stored(std::move(heap), malloc::address_of_fd(chunk), fd);
}
template <class Words, Word W>
constexpr malloc::Heap<Words, W> with_bk(malloc::Heap<Words, W> heap, const W& chunk, const W& bk) {
  return stored(std::move(heap), malloc::address_of_bk(chunk), bk);
}

/// The chunk behind a chunk.
template <Word W>
constexpr W next_of(const W& chunk, const W& size) {
  return chunk + size;
}

/// What the chunk behind says of the chunk in front of it.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> with_prev_in_use(malloc::Heap<Words, W> heap, const W& chunk, bool in_use) {
  heap = touched(std::move(heap), malloc::address_of_size(chunk));
  const W word = malloc::word_at<W>(heap.words, malloc::address_of_size(chunk));
  const W flag = malloc::PREV_INUSE;
  return with_size(std::move(heap), chunk, in_use ? word | flag : word & ~flag);
}

/// The tag of a chunk that is in use. The flag of the chunk in front stays as it is.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> tagged_in_use(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  heap = touched(std::move(heap), malloc::address_of_size(chunk));
  const W flag = malloc::flags_of(heap, chunk) & W(malloc::PREV_INUSE);
  heap = with_size(std::move(heap), chunk, size | flag);
  return with_prev_in_use(std::move(heap), next_of(chunk, size), true);
}

/// The tags of a chunk that is free: the size stands at both ends. Of two neighbours one is in use. [malloc.tags.both_ends]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> tagged_free(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  heap = with_size(std::move(heap), chunk, size | W(malloc::PREV_INUSE));
  if (!mutant("malloc.tags.one_end")) heap = with_prev_size(std::move(heap), next_of(chunk, size), size);
  return with_prev_in_use(std::move(heap), next_of(chunk, size), false);
}

}  // namespace refmm::model::inline REFMM_BUILD

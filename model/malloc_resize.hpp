// realloc: a block becomes longer or shorter, where it is if that can be.
#pragma once

#include <refmm/model/malloc_block.hpp>
#include <refmm/spec/malloc.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A chunk of the heap with `needed` bytes where it is, if it is that long, or what lies behind it is free and long enough; the
/// address of its block, or 0. [malloc.realloc.shrinks] [malloc.realloc.into_top] [malloc.realloc.into_next]
template <Word W>
constexpr FromKernel<W> resized_in_place(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W chunk,
                                         W needed) {
  W block = 0u;
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    const W size = size_of(heap, chunk), next = next_of(chunk, size);
    if (needed <= size) {
      block = malloc::block_of(chunk);
      return decided(used(std::move(heap), chunk, size, needed), "malloc.realloc.shrinks");
    }
    if (next == heap.top) {
      auto room = room_in_top(std::move(heap), needed - size);
      if (!room.chunk) return std::move(room.heap);
      block = malloc::block_of(chunk);
      heap = taken_from_top(std::move(room.heap), needed - size);
      return decided(tagged_in_use(std::move(heap), chunk, needed), "malloc.realloc.into_top");
    }
    heap = touched(std::move(heap), malloc::address_of_size(next));
    if (heap.ended) return heap;
    const W next_size = size_of(heap, next), behind = next_of(next, next_size);
    heap = touched(std::move(heap), malloc::address_of_size(behind));
    if (heap.ended || prev_is_in_use(heap, behind) || size + next_size < needed) return heap;
    auto whole = merged_behind(std::move(heap), chunk, size);
    if (whole.heap.ended) return std::move(whole.heap);
    block = malloc::block_of(chunk);
    heap = tagged_in_use(std::move(whole.heap), chunk, whole.size);
    return decided(used(std::move(heap), chunk, whole.size, needed), "malloc.realloc.into_next");
  });
  return {std::move(so_far), block};
}

/// A new block with what the old one held, as far as both reach; the old one is given back. Without memory for it nothing changes.
/// [malloc.realloc.copies]
template <Word W>
constexpr MallocStep<W> moved_to_new_block(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W block,
                                           W bytes) {
  const W old_bytes = usable_bytes<W>(so_far, malloc::chunk_of(block));
  so_far = allocated<W>(allocator, std::move(so_far), bytes);
  if (was_refused(so_far)) return so_far;
  const W to = std::get<malloc::Address<W>>(so_far.result).value;
  const W kept = mutant("malloc.realloc.forgets_last_word") ? old_bytes - W(malloc::word_bytes<W>) : old_bytes;
  so_far = accessed<W>(std::move(so_far), block, kept < bytes ? kept : bytes);
  if (has_ended(so_far)) return so_far;
  so_far.state.words = copied<W>(std::move(so_far.state.words), to, block, kept < bytes ? kept : bytes);
  so_far.because.push_back("malloc.realloc.copies");
  so_far = freed<W>(allocator, std::move(so_far), block);
  if (!has_ended(so_far)) so_far.result = malloc::Address<W>{to};
  return so_far;
}

/// The part of a block that was not there before. [malloc.perturb]
template <Word W>
constexpr MallocStep<W> with_new_part(const malloc::AllocatorOf<W>& allocator, FromKernel<W> resized,
                                      W old_bytes) {
  const W block = resized.addr, bytes = usable_bytes<W>(resized.so_far, malloc::chunk_of(block));
  resized.so_far.result = malloc::Address<W>{block};
  if (bytes <= old_bytes) return std::move(resized.so_far);
  return perturbed<W>(allocator, std::move(resized.so_far), block + old_bytes, block + bytes, true);
}

/// The block with room for `bytes`, at the same address or another; what it held is kept as far as it fits. The result is its
/// Address, 0 where `bytes` is 0 and the block was given back, or Refused, and then the block is as it was.
template <Word W>
constexpr MallocStep<W> reallocated(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W block,
                                    W bytes) {
  if (block == 0u) {
    so_far.because.push_back("malloc.realloc.null");
    return allocated<W>(allocator, std::move(so_far), bytes);
  }
  if (bytes == 0u) {
    so_far = freed<W>(allocator, std::move(so_far), block);
    if (has_ended(so_far)) return so_far;
    return succeeded<W>(std::move(so_far), malloc::Address<W>{0u}, "malloc.realloc.zero");
  }

  // refuse
  if (bytes > W(largest_request<W>(allocator.kernel.machine)))
    return refused<W>(std::move(so_far), malloc::Refusal::too_large, "malloc.malloc.too_large");
  const W chunk = malloc::chunk_of(block), size = chunk_size<W>(bytes);
  const W begin = so_far.state.regions.empty() ? W(0u) : so_far.state.regions.front();
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    heap = touched(touched(std::move(heap), chunk), malloc::address_of_size(chunk));
    if (heap.ended || has_own_mapping(heap, chunk)) return heap;
    return examined(std::move(heap), begin, chunk);
  });
  if (has_ended(so_far)) return so_far;

  // change
  const W old_bytes = usable_bytes<W>(so_far, chunk);
  auto resized = has_own_mapping(so_far, chunk) ? remapped<W>(allocator, std::move(so_far), chunk, size)
                                                : resized_in_place<W>(allocator, std::move(so_far), chunk, size);
  if (has_ended(resized.so_far)) return std::move(resized.so_far);
  if (resized.addr != 0u) return with_new_part<W>(allocator, std::move(resized), old_bytes);
  return moved_to_new_block<W>(allocator, std::move(resized.so_far), block, bytes);
}

}  // namespace refmm::model::inline REFMM_BUILD

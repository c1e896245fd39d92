// memalign and calloc: aligned blocks, and blocks of zeros.
#pragma once

#include <refmm/model/malloc_block.hpp>
#include <refmm/spec/malloc.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What lies in front of an aligned block in its chunk is given back, as a chunk of its own or as a part of the mapping that is
/// counted; and so is what lies behind `size` bytes. [malloc.memalign.leader] [malloc.memalign.mapped]
template <Word W>
constexpr MallocStep<W> cut_to_alignment(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                                         W alignment, W size) {
  const W block = std::get<malloc::Address<W>>(so_far.result).value, chunk = malloc::chunk_of(block);
  const bool is_mapped = has_own_mapping(so_far, chunk);
  const W aligned = is_mapped ? rounded_up<W>(block, alignment) : aligned_block<W>(block, alignment);
  const W leader = aligned - block, begins = malloc::chunk_of(aligned);
  const W whole = size_of(so_far, chunk);
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    if (is_mapped) {
      if (leader == 0u) return heap;
      heap = with_prev_size(std::move(heap), begins, leader);
      return decided(with_size(std::move(heap), begins, (whole - leader) | W(malloc::IS_MMAPPED)),
                     "malloc.memalign.mapped");
    }
    if (leader != 0u) {
      heap = with_size(std::move(heap), begins, whole - leader);
      heap = tagged_in_use(std::move(heap), begins, whole - leader);
      heap = with_size(std::move(heap), chunk, leader | (flags_of(heap, chunk) & W(malloc::PREV_INUSE)));
      heap = with_prev_in_use(std::move(heap), begins, true);
      heap = decided(given_back(std::move(heap), chunk, leader), "malloc.memalign.leader");
    }
    return used(std::move(heap), begins, whole - leader, size);
  });
  if (!has_ended(so_far)) so_far.result = malloc::Address<W>{aligned};
  return so_far;
}

/// A block at a multiple of `alignment`, which is taken up to a power of two. The result is its Address, or Refused.
template <Word W>
constexpr MallocStep<W> allocated_aligned(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                                          W alignment, W bytes) {
  if (alignment <= W(malloc::chunk_alignment<W>)) {
    so_far.because.push_back("malloc.memalign.every_block");
    return allocated<W>(allocator, std::move(so_far), bytes);
  }

  // refuse
  const W largest = largest_request<W>(allocator.kernel.machine);
  if (bytes > largest || alignment > largest)
    return refused<W>(std::move(so_far), malloc::Refusal::too_large, "malloc.malloc.too_large");
  const W power = power_of_two_from<W>(alignment), size = chunk_size<W>(bytes);
  const W room = size + power + W(malloc::smallest_chunk<W>);
  if (room > largest || power > largest)
    return refused<W>(std::move(so_far), malloc::Refusal::too_large, "malloc.malloc.too_large");

  so_far = allocated<W>(allocator, std::move(so_far), room);
  if (was_refused(so_far)) return so_far;
  return cut_to_alignment<W>(allocator, std::move(so_far), power, size);
}

/// A block for `count` things of `size` bytes, all 0. The result is its Address, or Refused. [malloc.calloc.zero]
template <Word W>
constexpr MallocStep<W> allocated_zero(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W count,
                                       W size) {
  // refuse
  const W bytes = count * size;
  const bool wraps = product_wraps<W>(count, size);
  if (wraps && allocator.corrected.product)
    return refused<W>(std::move(so_far), malloc::Refusal::product_wraps, "malloc.calloc.wraps");
  if (wraps) so_far.because.push_back("defect.malloc.product");

  // change
  so_far = allocated<W>(allocator, std::move(so_far), bytes);
  if (was_refused(so_far)) return so_far;
  const W block = std::get<malloc::Address<W>>(so_far.result).value;
  const W usable = usable_bytes<W>(so_far, malloc::chunk_of(block));
  const W cleared = mutant("malloc.calloc.leaves_last_word") ? usable - W(malloc::word_bytes<W>) : usable;
  so_far.state.words = filled<W>(std::move(so_far.state.words), block, block + cleared, 0u);
  so_far.because.push_back("malloc.calloc.zero");
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD

// memalign and calloc: aligned blocks, and blocks of zeros.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

#include <bit>

namespace refmm::impl::inline REFMM_BUILD {

/// What lies in front of an aligned block in its chunk is given back, as a chunk of its own or as a part of the mapping that is
/// counted; and so is what lies behind `size` bytes. [malloc.memalign.leader] [malloc.memalign.mapped]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::cut_to_alignment(Word block, Word alignment, Word size) {
  const Word chunk = Layout::chunk_of(block), tag = size_word(chunk), whole = tag & ~Layout::flags;
  const bool is_mapped = (tag & Layout::own_mapping) != 0;
  Word aligned = Layout::rounded_up(block, alignment);
  const Word smallest = mutant("malloc.impl.memalign.leader_of_any_size") ? Layout::alignment : Layout::smallest;
  if (!is_mapped && aligned != block && aligned - block < smallest) aligned = aligned + alignment;
  const Word leader = aligned - block, begins = Layout::chunk_of(aligned), rest = whole - leader;
  if (is_mapped) {
    if (leader == 0) return block;
    layer_.store(begins, leader);
    set_size_word(begins, rest | Layout::own_mapping);
    return aligned;
  }
  if (leader != 0) {
    set_size_word(begins, rest | Layout::prev_in_use);
    set_size_word(chunk, leader | (tag & Layout::prev_in_use));
    give_back(chunk, leader);
  }
  use(begins, rest, size);
  return aligned;
}

template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::allocate_aligned(Word alignment, Word bytes) {
  if (alignment <= Layout::alignment) return allocate(bytes);
  const Word largest = Layout::largest_request(Layer::page_size);
  if (bytes > largest || alignment > largest) return refuse(malloc::Refusal::too_large);
  const Word power = std::bit_ceil(alignment), size = Layout::chunk_size(bytes);
  const Word room = size + power + Layout::smallest;
  if (room > largest || power > largest) return refuse(malloc::Refusal::too_large);
  const Word block = allocate(room);
  return block == 0 ? 0 : cut_to_alignment(block, power, size);
}

template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::allocate_zero(Word count, Word size) {
  Word bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) [[unlikely]]
    return refuse(malloc::Refusal::product_wraps);
  const Word top = top_, touched = touched_;
  const Word block = allocate(bytes);
  if (block == 0) return 0;
  const Word chunk = Layout::chunk_of(block), usable = usable_of(chunk);
  Word dirty = mutant("malloc.impl.calloc.leaves_last_word") ? usable - Layout::word : usable;
  if (parameters_.perturb == 0) {
    // The kernel gives zeros.
    if ((size_word(chunk) & Layout::own_mapping) != 0) return block;
    const bool was_top = chunk == top && chunk + size_of(chunk) == top_;
    const Word clean_from = mutant("malloc.impl.calloc.believes_top") ? block : touched;
    if (was_top && clean_from < block + usable) dirty = clean_from - block;
  }
  layer_.fill(block, dirty, 0);
  return block;
}

}  // namespace refmm::impl::inline REFMM_BUILD

// Blocks with a mapping of their own: given by mmap, and given back by munmap at once.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// A chunk and what lies in front of it in its mapping: so much that its block is aligned.
template <MallocLayer Layer>
typename UserHeap<Layer>::Mapping UserHeap<Layer>::mapping_of(Word chunk) const {
  const Word leader = layer_.load(chunk);
  return {chunk - leader, leader + size_of(chunk), leader};
}

/// [malloc.mapped.size]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::bytes_to_map(Word leader, Word size) const {
  const Word word_behind = mutant("malloc.impl.mapped.no_word_behind") ? 0 : Layout::word;
  return Layout::rounded_up(leader + size + word_behind, Layer::page_size);
}

/// A chunk of `size` bytes in pages of its own; 0 if the kernel gives none. [malloc.mapped.own_mapping]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::map_block(Word size) {
  const Word len = bytes_to_map(0, size), chunk = layer_.map_pages(len);
  if (chunk == 0) return 0;
  set_size_word(chunk, len | Layout::own_mapping);
  ++mapped_blocks_;
  return chunk;
}

/// [malloc.free.unmaps]
template <MallocLayer Layer>
void UserHeap<Layer>::unmap_block(Word chunk) {
  const Mapping mapping = mapping_of(chunk);
  if (((mapping.start | mapping.len) & (Layer::page_size - 1)) != 0 || mapping.len == 0)
    ends(malloc::Refusal::invalid_pointer, "free", Layout::block_of(chunk));
  if (!mutant("malloc.impl.mapped.forgets_count")) --mapped_blocks_;
  layer_.unmap_pages(mapping.start, mapping.len);
}

/// The chunk with as many pages as `size` bytes need, where it is or elsewhere; 0 if the kernel refuses. [malloc.realloc.remaps]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::remap_block(Word chunk, Word size) {
  const Mapping mapping = mapping_of(chunk);
  const Word len = bytes_to_map(mapping.leader, size);
  if (len == mapping.len) return chunk;
  const Word start = layer_.remap_pages(mapping.start, mapping.len, len);
  if (start == 0) return 0;
  const Word moved = start + mapping.leader;
  const Word leader = mutant("malloc.impl.mapped.forgets_leader") ? 0 : mapping.leader;
  set_size_word(moved, (len - leader) | Layout::own_mapping);
  return moved;
}

}  // namespace refmm::impl::inline REFMM_BUILD

// realloc: a block becomes longer or shorter, where it is if that can be.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The chunk with `needed` bytes where it is, if it is that long, or what lies behind it is free and long enough; 0 if not.
/// [malloc.realloc.shrinks] [malloc.realloc.into_top] [malloc.realloc.into_next]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::resize_in_place(Word chunk, Word size, Word needed) {
  const Word next = chunk + size;
  if (needed <= size) {
    use(chunk, size, needed);
    return chunk;
  }
  if (next == top_) {
    if (!has_room_in_top(needed - size)) return 0;
    take_from_top(needed - size);
    tag_in_use(chunk, needed);
    return chunk;
  }
  const Word next_size = size_of(next);
  const bool is_in_use = (size_word(next + next_size) & Layout::prev_in_use) != 0;
  if (is_in_use || size + next_size < needed) return 0;
  merge_behind(chunk, size);
  tag_in_use(chunk, size);
  use(chunk, size, needed);
  return chunk;
}

/// A new block with what the old one held, as far as both reach; the old one is given back. [malloc.realloc.copies]
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::move_block(Word block, Word bytes) {
  const Word held = usable_of(Layout::chunk_of(block));
  const Word old_bytes = mutant("malloc.impl.realloc.copies_too_little") ? held - Layout::word : held;
  const Word to = allocate(bytes);
  if (to == 0) return 0;
  layer_.copy(to, block, old_bytes < bytes ? old_bytes : bytes);
  release(block);
  return to;
}

template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::resize(Word block, Word bytes) {
  if (block == 0) return allocate(bytes);
  if (bytes == 0) {
    release(block);
    return 0;
  }
  if (bytes > Layout::largest_request(Layer::page_size)) return refuse(malloc::Refusal::too_large);

  const Word chunk = Layout::chunk_of(block), size = Layout::chunk_size(bytes);
  const Word size_and_flags = size_word(chunk);
  const bool is_mapped = (size_and_flags & Layout::own_mapping) != 0;
  if (!is_mapped) examine(chunk, size_and_flags, "realloc");
  const Word old_bytes = usable_of(chunk);
  const Word resized =
      is_mapped ? remap_block(chunk, size) : resize_in_place(chunk, size_and_flags & ~Layout::flags, size);
  if (resized == 0) return move_block(block, bytes);
  const Word moved = Layout::block_of(resized), new_bytes = usable_of(resized);
  if (new_bytes > old_bytes) fill_new(moved + old_bytes, moved + new_bytes);
  return moved;
}

}  // namespace refmm::impl::inline REFMM_BUILD

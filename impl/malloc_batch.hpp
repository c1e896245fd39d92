// Many blocks at once: what as many single calls would do, step by step, without the steps that the next one would undo.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <MallocLayer Layer>
template <class See>
void UserHeap<Layer>::allocate_many(Word bytes, Word count, See see) {
  const bool is_ordinary = bytes < ordinary_;
  const Word needed = is_ordinary ? Layout::chunk_size(bytes) : 0;
  while (count != 0) {
    Word chunk = is_ordinary ? take_smallest_from(needed) : 0;
    if (chunk == 0) {
      const Word block = allocate(bytes);
      if (block == 0) return;
      see(block);
      --count;
      continue;
    }
    // What is left of the smallest that fits is smaller than all others that fit.
    Word size = size_of(chunk);
    for (; size - needed >= needed && count > 1; --count) {
      set_size_word(chunk, needed | Layout::prev_in_use);
      set_size_word(chunk + needed, (size - needed) | Layout::prev_in_use);
      see(handed_out(chunk));
      chunk = chunk + needed;
      size = size - needed;
    }
    use_unlinked(chunk, size, needed);
    see(handed_out(chunk));
    --count;
  }
}

template <MallocLayer Layer>
void UserHeap<Layer>::keep_unless_none(Word chunk, Word size) {
  if (size != 0) keep(chunk, size);
}

template <MallocLayer Layer>
template <class Next>
void UserHeap<Layer>::release_many(Next next) {
  // A chunk that is free, but is neither tagged nor on its list yet: the next block may be its neighbour.
  Word open = 0, open_size = 0;
  for (Word block = next(); block != 0; block = next()) {
    Word chunk = Layout::chunk_of(block);
    const Word size_and_flags = size_word(chunk);
    if ((size_and_flags & Layout::own_mapping) != 0) {
      keep_unless_none(open, open_size);
      open_size = 0;
      unmap_block(chunk);
      continue;
    }
    examine(chunk, size_and_flags, "free");
    Word size = size_and_flags & ~Layout::flags;
    if (parameters_.perturb != 0) [[unlikely]]
      layer_.fill(block, size - 2 * Layout::word, parameters_.perturb);

    if (open_size != 0 && chunk == open + open_size) {
      // The tag says that the chunk in front is in use, and it is not merged with once more.
      chunk = open;
      size = size + open_size;
    } else if (open_size != 0 && chunk + size == open) {
      size = size + open_size;
      merge_before(chunk, size);
      open = chunk;
      open_size = size;
      continue;
    } else {
      keep_unless_none(open, open_size);
      merge_before(chunk, size);
    }
    open = chunk;
    open_size = size;
    if (merge_behind(open, open_size)) {
      set_size_word(open, open_size | Layout::prev_in_use);
      open_size = 0;
      if (should_trim()) trim(parameters_.top_pad);
    }
  }
  keep_unless_none(open, open_size);
}

}  // namespace refmm::impl::inline REFMM_BUILD

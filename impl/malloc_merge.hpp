// Free chunks: what is split off, and what merges with its neighbours. No two free chunks are neighbours.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The chunk is in use; what its tag says of the chunk in front stays.
template <MallocLayer Layer>
inline void UserHeap<Layer>::tag_in_use(Word chunk, Word size) {
  set_size_word(chunk, size | (size_word(chunk) & Layout::prev_in_use));
  if (mutant("malloc.impl.tags.forgets_in_use")) return;
  set_size_word(chunk + size, size_word(chunk + size) | Layout::prev_in_use);
}

/// The chunk, with no free neighbour, is free: its size stands at both ends, and it is on its list. [malloc.tags.both_ends]
template <MallocLayer Layer>
inline void UserHeap<Layer>::keep(Word chunk, Word size) {
  const Word next = chunk + size;
  set_size_word(chunk, size | Layout::prev_in_use);
  layer_.store(next, size);
  if (!mutant("malloc.impl.tags.stays_in_use")) set_size_word(next, size_word(next) & ~Layout::prev_in_use);
  push(chunk, size);
}

/// With the chunk in front, if that is free. [malloc.free.merges_before] [malloc.check.prev_size]
template <MallocLayer Layer>
inline void UserHeap<Layer>::merge_before(Word& chunk, Word& size) {
  if ((size_word(chunk) & Layout::prev_in_use) != 0 || mutant("malloc.impl.merge.not_before")) return;
  const Word prev_size = layer_.load(chunk), previous = chunk - prev_size;
  if (size_of(previous) != prev_size) [[unlikely]]
    ends(malloc::Refusal::corrupted_prev_size, "free", chunk);
  unlink(previous, prev_size);
  chunk = previous;
  size = size + prev_size;
}

/// With the chunk behind, if that is free or the top: then it is the top, and the answer true. [malloc.free.merges_behind]
/// [malloc.free.joins_top] [malloc.check.prev_size]
template <MallocLayer Layer>
inline bool UserHeap<Layer>::merge_behind(Word chunk, Word& size) {
  const Word next = chunk + size;
  if (next == top_) {
    size = size + size_of(next);
    top_ = chunk;
    return true;
  }
  const Word next_size = size_of(next), behind = next + next_size;
  if ((size_word(behind) & Layout::prev_in_use) != 0 || mutant("malloc.impl.merge.not_behind")) return false;
  if (layer_.load(behind) != next_size) [[unlikely]]
    ends(malloc::Refusal::corrupted_prev_size, "free", behind);
  unlink(next, next_size);
  size = size + next_size;
  return false;
}

/// A chunk becomes free.
template <MallocLayer Layer>
inline void UserHeap<Layer>::give_back(Word chunk, Word size) {
  merge_before(chunk, size);
  if (merge_behind(chunk, size))
    set_size_word(chunk, size | Layout::prev_in_use);
  else
    keep(chunk, size);
}

/// A chunk of `size` bytes, on no list, becomes one in use of `needed` bytes; the rest is given back if it can be a chunk.
/// [malloc.split.rest] [malloc.split.whole]
template <MallocLayer Layer>
inline void UserHeap<Layer>::use(Word chunk, Word size, Word needed) {
  const Word rest = size - needed;
  const Word smallest = mutant("malloc.impl.split.keeps_small_rest") ? 2 * Layout::smallest : Layout::smallest;
  if (rest < smallest) {
    tag_in_use(chunk, size);
    return;
  }
  set_size_word(chunk + needed, rest);
  tag_in_use(chunk, needed);
  if (!mutant("malloc.impl.split.loses_rest")) give_back(chunk + needed, rest);
}

/// The same of a chunk that was free: it has no free neighbour, nor has the rest.
template <MallocLayer Layer>
inline void UserHeap<Layer>::use_unlinked(Word chunk, Word size, Word needed) {
  const Word rest = size - needed;
  if (rest < Layout::smallest) {
    tag_in_use(chunk, size);
    return;
  }
  set_size_word(chunk, needed | Layout::prev_in_use);
  set_size_word(chunk + needed, rest | Layout::prev_in_use);
  layer_.store(chunk + size, rest);
  push(chunk + needed, rest);
}

}  // namespace refmm::impl::inline REFMM_BUILD

// The lists of free chunks of one size each: rings through the chunks, with heads in static data and a bit a ring.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

#include <bit>

namespace refmm::impl::inline REFMM_BUILD {

template <MallocLayer Layer>
void UserHeap<Layer>::begin() {
  bins_ = layer_.bins();
  for (unsigned bin = 0; bin < Layout::exact_bins + Layout::large_bins; ++bin) {
    set_fd(head_of(bin), head_of(bin));
    set_bk(head_of(bin), head_of(bin));
  }
}

/// The chunk becomes the first of its size. [malloc.bins.link]
template <MallocLayer Layer>
inline void UserHeap<Layer>::push(Word chunk, Word size) {
  if (size < Layout::first_large) [[likely]]
    push_exact(chunk, size);
  else
    push_large(chunk, size);
}

/// The chunk leaves the list of its size. [malloc.bins.unlink]
template <MallocLayer Layer>
inline void UserHeap<Layer>::unlink(Word chunk, Word size) {
  if (size < Layout::first_large) [[likely]]
    unlink_exact(chunk, size);
  else
    unlink_large(chunk, size);
}

template <MallocLayer Layer>
inline void UserHeap<Layer>::push_exact(Word chunk, Word size) {
  const unsigned bin = Layout::bin_of_exact(size);
  const Word head = head_of(bin);
  Word next = fd_of(head);
  if (mutant("malloc.impl.bins.first_in_first_out")) next = head;
  const Word previous = bk_of(next);
  if (fd_of(previous) != next) [[unlikely]]
    ends(malloc::Refusal::corrupted_links, "malloc", next);
  set_fd(chunk, next);
  set_bk(chunk, previous);
  set_fd(previous, chunk);
  set_bk(next, chunk);
  exact_ |= std::uint64_t{1} << bin;
}

template <MallocLayer Layer>
inline void UserHeap<Layer>::unlink_exact(Word chunk, Word size) {
  const Word fd = fd_of(chunk), bk = bk_of(chunk);
  if (bk_of(fd) != chunk || fd_of(bk) != chunk) [[unlikely]]
    ends(malloc::Refusal::corrupted_links, "malloc", chunk);
  set_bk(fd, bk);
  set_fd(bk, fd);
  // Only a head is both.
  if (fd == bk && !mutant("malloc.impl.bins.keeps_bit"))
    exact_ &= ~(std::uint64_t{1} << Layout::bin_of_exact(size));
}

/// The smallest free chunk of `size` bytes or more, of equal ones that which was freed last, taken off its list; 0 if there is none.
/// [malloc.malloc.best_fit]
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::take_smallest_from(Word size) {
  if (size < Layout::first_large) [[likely]] {
    const unsigned own = Layout::bin_of_exact(size);
    const std::uint64_t fitting = exact_ >> own << own;
    if (fitting != 0) {
      const unsigned bin = static_cast<unsigned>(std::countr_zero(fitting));
      const Word chunk = fd_of(head_of(bin));
      unlink_exact(chunk, bin * Layout::alignment);
      return chunk;
    }
  }
  if (large_ == 0) return 0;
  const Word chunk = smallest_large_from(size);
  if (chunk != 0) unlink_large(chunk, size_of(chunk));
  return chunk;
}

}  // namespace refmm::impl::inline REFMM_BUILD

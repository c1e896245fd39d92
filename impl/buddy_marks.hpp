// References and marks of frames, what observers see, and what a zone may be. Part of impl/buddy.hpp.
#pragma once

#include <refmm/impl/buddy_allocator.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [buddy.get_page.counts]
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::get_page(Word pfn) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  if (++frames_[position].count > 0 && !mutant("buddy.impl.get_page.holds_nothing")) maps_.hold(position);
}

/// References that a release whatever the count has left behind: a frame with references is held by somebody.
/// [defect.buddy.larger_order]
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::forget_references(std::uint32_t position, std::uint32_t order) {
  for (std::uint32_t each = position + 1; each != position + frames_of(order); ++each) {
    if (!mutant("buddy.impl.alloc.keeps_old_references")) frames_[each].count = 0;
    note_whether_held(each);
  }
}

template <BuddyObserver Observer>
void BuddyAllocator<Observer>::note_whether_held(std::uint32_t position) {
  const Frame& frame = frames_[position];
  if (frame.count > 0 || (frame.is_reserved() && !mutant("buddy.impl.free.takes_reserved_frame_with_block")))
    maps_.hold(position);
  else
    maps_.let_go(position);
}

/// [buddy.mark.sets]
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::mark(Word pfn, const buddy::Mark& mark) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  Frame& frame = frames_[position];
  frame.marks = static_cast<std::uint16_t>(frame.marks | bits_of(mark));
  note_whether_held(position);
}

template <BuddyObserver Observer>
void BuddyAllocator<Observer>::unmark(Word pfn, const buddy::Mark& mark) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  Frame& frame = frames_[position];
  frame.marks = static_cast<std::uint16_t>(frame.marks & ~bits_of(mark));
  note_whether_held(position);
}

template <BuddyObserver Observer>
template <std::predicate<typename Observer::Word> Visit>
void BuddyAllocator<Observer>::for_free_blocks(std::uint32_t order, Visit visit) const {
  const std::uint32_t head = lists_.head_of(order);
  std::uint32_t position = lists_.next_of(head);
  while (position != head && visit(pfn_of(position))) position = lists_.next_of(position);
}

template <BuddyObserver Observer>
std::uint32_t BuddyAllocator<Observer>::checked_orders(const BasicMachine<Word>& machine) {
  if (machine.orders < 1 || machine.orders > FrameMaps::most_orders)
    throw std::invalid_argument("a zone has 1 to 12 orders of blocks");
  return static_cast<std::uint32_t>(machine.orders);
}

template <BuddyObserver Observer>
std::uint32_t BuddyAllocator<Observer>::checked_pages(Word zone_pages) {
  if (zone_pages >= nowhere - FrameMaps::most_orders)
    throw std::invalid_argument("a zone has less than 2^32 - 13 frames");
  return static_cast<std::uint32_t>(zone_pages);
}

}  // namespace refmm::impl::inline REFMM_BUILD

// References and marks of frames, what observers see, and what a zone may be. Part of impl/buddy.hpp.
#pragma once

#include <refmm/impl/buddy.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [buddy.get_page.counts]. A count that misuse made negative holds nothing until it is more than 0.
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::get_page(Word pfn) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  if (++lists_.frame(position).count > 0 && !mutant("buddy.impl.get_page.holds_nothing")) maps_.hold(position);
}

/// [buddy.mark.sets]
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::mark(Word pfn, const buddy::Mark& mark) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  Frame& frame = lists_.frame(position);
  frame.marks = static_cast<std::uint16_t>(frame.marks | bits_of(mark));
}

template <BuddyObserver Observer>
void BuddyAllocator<Observer>::unmark(Word pfn, const buddy::Mark& mark) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) return;
  Frame& frame = lists_.frame(position);
  frame.marks = static_cast<std::uint16_t>(frame.marks & ~bits_of(mark));
}

template <BuddyObserver Observer>
template <std::predicate<typename Observer::Word> Visit>
void BuddyAllocator<Observer>::for_free_blocks(std::uint32_t order, Visit visit) const {
  const std::uint32_t head = lists_.head_of(order);
  std::uint32_t position = lists_.frame(head).next;
  while (position != head && visit(pfn_of(position))) position = lists_.frame(position).next;
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

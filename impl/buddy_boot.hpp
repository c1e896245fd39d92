// How a zone comes to have free frames. Part of impl/buddy.hpp.
//
// Source: free_all_bootmem_core in mm/bootmem.c of 2.4.0, and what is done with memory that only boot needed. Both give frames to
// the lists one at a time, ascending. Where nobody sees the steps whole blocks are given instead: a block that is not part of a
// free one comes onto its list when its last frame is given, and what its frames did to smaller lists before is undone by then.
#pragma once

#include <refmm/impl/buddy_allocator.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// [buddy.boot.one_by_one], [buddy.boot.reserved_stay], [buddy.boot.bootmap]. Kept out of the lists at first: what is reserved, and
/// the bit map, which takes a bit for every frame up to the end of the zone. [defect.buddy.bootmap_last_frame]: all of it is given in
/// the end.
template <BuddyObserver Observer>
void BuddyAllocator<Observer>::free_all_bootmem(std::optional<Word> bootmap,
                                                std::span<const buddy::FrameRange<Word>> reserved) {
  const auto rounded_up = [](Word bits, Word unit) { return bits / unit + (bits % unit != 0 ? 1 : 0); };
  const Word bytes = rounded_up(zone_start_ + zone_pages_, 8);
  const Word frames = bootmap ? rounded_up(bytes, page_size_) : 0;
  // In positions, and cut to the zone: [first, end).
  const auto cut = [this](Word pfn) {
    return pfn <= zone_start_ ? 0 : static_cast<std::uint32_t>(std::min<Word>(pfn - zone_start_, zone_pages_));
  };
  const std::uint32_t map_first = bootmap ? cut(*bootmap) : 0;
  const std::uint32_t map_end = bootmap ? cut(*bootmap + frames) : 0;

  std::uint32_t next = 0;
  const auto give_up_to = [&](std::uint32_t first, std::uint32_t end) {
    if (next < first) boot_free_run(next, first);
    next = std::max(next, end);
  };
  const bool map_is_last = !mutant("buddy.impl.boot.bitmap_in_its_place");
  bool map_passed = map_first == map_end || !map_is_last;
  for (const auto& range : reserved) {
    if (!map_passed && map_first <= cut(range.first)) {
      give_up_to(map_first, map_end);
      map_passed = true;
    }
    give_up_to(cut(range.first), cut(range.last + 1));
  }
  if (!map_passed) give_up_to(map_first, map_end);
  give_up_to(zone_pages_, zone_pages_);

  const std::uint32_t lost = mutant("buddy.impl.boot.loses_last_bitmap_frame") && frames > 1 ? 1 : 0;
  if (map_is_last && map_first + lost < map_end) boot_free_run(map_first, map_end - lost);
}

/// [buddy.boot_free.one_by_one]
template <BuddyObserver Observer>
bool BuddyAllocator<Observer>::boot_free(Word first, Word last) {
  if (first > last) return true;
  if (position_of(first) == nowhere || position_of(last) == nowhere)
    return refuse_release(buddy::Refusal::page_behind_ram);
  return boot_free_run(position_of(first), position_of(last) + 1);
}

/// Frames from `first` on and below `end`, in the largest blocks that they are made of.
template <BuddyObserver Observer>
bool BuddyAllocator<Observer>::boot_free_run(std::uint32_t first, std::uint32_t end) {
  if constexpr (Observer::sees_each_step) {
    for (std::uint32_t position = first; position != end; ++position) {
      if (!boot_free_one(position)) return false;
    }
    return true;
  }
  while (first != end) {
    const auto fits = static_cast<std::uint32_t>(std::bit_width(end - first) - 1);
    const auto aligned = static_cast<std::uint32_t>(std::countr_zero(first));
    const std::uint32_t order = std::min({fits, aligned, orders_ - 1});
    if (!boot_free_block(first, order)) return false;
    first += frames_of(order);
  }
  return true;
}

template <BuddyObserver Observer>
bool BuddyAllocator<Observer>::boot_free_one(std::uint32_t position) {
  Frame& frame = frames_[position];
  if (!mutant("buddy.impl.boot.keeps_reserved_mark"))
    frame.marks = static_cast<std::uint16_t>(frame.marks & ~buddy::PG_reserved);
  frame.count = 0;
  maps_.let_go(position);
  return release(frame, position, 0);
}

/// All frames of a block at once, unless there is one that cannot be given: then one by one up to that.
template <BuddyObserver Observer>
bool BuddyAllocator<Observer>::boot_free_block(std::uint32_t position, std::uint32_t order) {
  const std::uint32_t end = position + frames_of(order);
  bool obstacle = maps_.is_any_free(order, position);
  for (std::uint32_t each = position; each != end; ++each) obstacle |= (frames_[each].marks & in_use) != 0;
  if (obstacle) {
    while (position != end && boot_free_one(position)) ++position;
    return position == end;
  }
  for (std::uint32_t each = position; each != end; ++each) {
    Frame& frame = frames_[each];
    frame.marks = static_cast<std::uint16_t>(frame.marks & ~buddy::PG_reserved);
    frame.count = 0;
    frame.was_released();
  }
  maps_.let_go_of_all(order, position);
  maps_.become_free(order, position);
  free_pages_ += frames_of(order);
  merge(position, order);
  return true;
}

}  // namespace refmm::impl::inline REFMM_BUILD

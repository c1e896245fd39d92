// The zone at the start, and how frames get onto its lists.
//
// Follows free_area_init_core in mm/page_alloc.c and free_all_bootmem_core in mm/bootmem.c.
#pragma once

#include <refmm/model/buddy_free.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The lists and maps of a zone of which nothing is free, whatever its size.
template <Word W>
constexpr std::vector<buddy::FreeArea<W>> nothing_free(std::uint32_t orders) {
  std::vector<buddy::FreeArea<W>> areas(orders);
  if (mutant("buddy.init.first_frame_is_free")) areas.front().free_list.push_back(W(0u));
  return areas;
}

/// A zone of which nothing is free: every frame is reserved. [buddy.init.nothing_free] 2.4.0: free_area_init_core.
template <Word W>
constexpr buddy::State<W> init_zone(const buddy::Boot<W>& boot) {
  const auto frames = static_cast<std::uint32_t>(boot.zone_pages);
  const buddy::Page reserved{
      .count = 0, .age = 0, .flags = buddy::PG_reserved, .buffers = false, .mapping = false};
  buddy::State<W> state{.zone_start = boot.zone_start,
                        .zone_pages = boot.zone_pages,
                        .free_area = nothing_free<W>(boot.kernel.machine.orders),
                        .free_pages = 0,
                        .pages = {},
                        .damaged = {},
                        .left_behind = {}};
  state.pages.assign(frames, reserved);
  if (lets_lists_be_damaged(boot.kernel.corrected)) state.left_behind = entries_alone(frames);
  return state;
}

/// The water marks that a zone of this size begins with, and keeps. [buddy.init.water_marks] 2.4.0: free_area_init_core.
template <Word W>
constexpr buddy::WaterMarks<W> init_water_marks(W zone_pages) {
  auto marks = buddy::water_marks(zone_pages);
  if (mutant("buddy.init.marks_without_least")) marks.min = zone_pages / W(128u);
  return marks;
}

/// Frees a frame that only boot needed: from now on it is one that has been used and given back.
template <Word W>
constexpr BuddyStep<W> free_reserved(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far, W pfn) {
  buddy::Page& page = page_of(so_far, pfn);
  page.flags &= ~buddy::PG_reserved;
  page.count = 1;
  return free_pages(kernel, std::move(so_far), pfn, 0);
}

/// Frees frames one by one, in ascending order. [buddy.boot_free.one_by_one] 2.4.0: free_initmem and its like.
template <Word W>
constexpr BuddyStep<W> boot_free(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far,
                                 const buddy::BootFree<W>& call) {
  so_far.because.push_back("buddy.boot_free.one_by_one");
  const W frames = call.frames.last - call.frames.first + 1;
  for (W frame = 0; frame != frames && !was_refused(so_far); ++frame)
    so_far = free_reserved<W>(kernel, std::move(so_far), call.frames.first + frame);
  return so_far;
}

/// The boot-time bit map: its frames are kept out while the others are given to the lists, and then released.
template <Word W>
struct BootMap {
  W first;     // pfn of its first frame
  W frames;    // that it has
  W released;  // of these, the first ones
};

/// The bit map of a zone that has one: a bit for every frame of RAM, from pfn 0. [buddy.boot.bootmap]
template <Word W>
constexpr BootMap<W> bootmap_of(const buddy::Boot<W>& boot) {
  if (!boot.bootmap) return {0, 0, 0};
  const W page_size = boot.kernel.machine.page_size, end = boot.zone_start + boot.zone_pages;
  return {*boot.bootmap, frames_of_bootmap<W>(page_size, end),
          frames_of_bootmap_released<W>(page_size, end, boot.kernel.corrected.bootmap_last_frame)};
}

/// True if boot keeps the frame out for good: it is not memory, or something lies there that stays.
template <Word W>
constexpr bool stays_reserved(const buddy::Boot<W>& boot, W pfn) {
  return std::ranges::any_of(
      boot.reserved, [&](const buddy::FrameRange<W>& range) { return range.first <= pfn && pfn <= range.last; });
}

/// Frees every frame of the zone that is not kept out, then those of the bit map, which lie in front afterwards. What happens on the
/// way is no effect of a call, and so is forgotten. 2.4.0: free_all_bootmem_core.
template <Word W>
constexpr buddy::State<W> free_all(const buddy::Boot<W>& boot, buddy::State<W> state) {
  const auto freed = [&](buddy::State<W> before, W pfn) {
    return free_reserved<W>(boot.kernel, BuddyStep<W>{std::move(before), buddy::Nothing{}, {}, {}}, pfn).state;
  };
  const BootMap<W> map = bootmap_of(boot);
  for (W position = 0; position != boot.zone_pages; ++position) {
    const W pfn = boot.zone_start + position;
    const bool is_of_map = pfn - map.first < map.frames;
    if (is_of_map || (stays_reserved(boot, pfn) && !mutant("buddy.boot.frees_reserved_frames"))) continue;
    if (position == 0 && mutant("buddy.boot.begins_with_second_frame")) continue;
    state = freed(std::move(state), pfn);
  }
  for (W frame = 0; frame != map.released; ++frame) {
    if (!buddy::is_in_zone<W>(state, map.first + frame)) continue;
    state = freed(std::move(state), map.first + frame);
  }
  return state;
}

/// The zone that a transcript begins with, and why it is so.
template <Word W>
constexpr Decision<buddy::State<W>> booted(const buddy::Boot<W>& boot) {
  buddy::State<W> state = init_zone(boot);
  Because because{"buddy.init.nothing_free", "buddy.init.water_marks"};
  if (boot.free == buddy::AtBoot::none) return {std::move(state), std::move(because)};
  because.push_back("buddy.boot.one_by_one");
  note(because, !boot.reserved.empty(), "buddy.boot.reserved_stay");
  if (boot.bootmap) {
    const W page_size = boot.kernel.machine.page_size, end = boot.zone_start + boot.zone_pages;
    because.push_back("buddy.boot.bootmap");
    const W lost = *boot.bootmap + frames_of_bootmap<W>(page_size, end) - 1;
    note(because,
         buddy::is_in_zone<W>(state, lost) &&
             frames_of_bootmap_released<W>(page_size, end, false) != frames_of_bootmap<W>(page_size, end),
         "defect.buddy.bootmap_last_frame");
  }
  return {free_all(boot, std::move(state)), std::move(because)};
}

}  // namespace refmm::model::inline REFMM_BUILD

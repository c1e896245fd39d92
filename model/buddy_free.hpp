// Giving a block of frames back.
//
// Follows __free_pages and __free_pages_ok in mm/page_alloc.c; the merging itself is in buddy_merge.hpp.
#pragma once

#include <refmm/model/buddy_merge.hpp>
#include <refmm/model/buddy_step.hpp>
#include <refmm/spec/buddy_flags.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Why a block cannot be given back.
struct BuddyObjection {
  buddy::Refusal refusal;
  ClauseRef clause;
};

/// What speaks against giving a frame back by what it is marked with, in the order of the kernel's questions. Only the first frame
/// of a block is asked. 2.4.0: __free_pages_ok.
constexpr std::optional<BuddyObjection> objection_to(const buddy::Page& page) {
  using enum buddy::Refusal;
  struct Mark {
    std::uint32_t flag;
    BuddyObjection objection;
  };
  constexpr std::array marks{
      Mark{buddy::PG_swap_cache, {page_in_swap_cache, "buddy.free.bug.swap_cache"}},
      Mark{buddy::PG_locked, {page_locked, "buddy.free.bug.locked"}},
      Mark{buddy::PG_decr_after, {page_decr_after, "buddy.free.bug.decr_after"}},
      Mark{buddy::PG_active, {page_active, "buddy.free.bug.active"}},
      Mark{buddy::PG_inactive_dirty, {page_inactive_dirty, "buddy.free.bug.inactive_dirty"}},
      Mark{buddy::PG_inactive_clean, {page_inactive_clean, "buddy.free.bug.inactive_clean"}},
  };
  if (page.buffers) return BuddyObjection{page_has_buffers, "buddy.free.bug.buffers"};
  if (page.mapping) return BuddyObjection{page_has_mapping, "buddy.free.bug.mapping"};
  for (const Mark& mark : marks) {
    if ((page.flags & mark.flag) != 0 && !mutant("buddy.free.ignores_marks")) return mark.objection;
  }
  return std::nullopt;
}

/// What a frame keeps of its former use when it is given back. [buddy.free.first_frame]
constexpr buddy::Page given_up(buddy::Page page) {
  if (!mutant("buddy.free.stays_dirty")) page.flags &= ~(buddy::PG_referenced | buddy::PG_dirty);
  page.age = buddy::page_age_start;
  return page;
}

/// Puts the block at `position`, merged as far as it goes, on its list. 2.4.0: the loop of __free_pages_ok.
template <Word W>
constexpr BuddyStep<W> put_on_list(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far, W position,
                                   std::uint32_t order) {
  const std::uint32_t largest = kernel.machine.orders - 1;
  const W zone_pages = so_far.state.zone_pages;
  so_far.state.free_pages += buddy::frames_in_block(order);
  auto merged = merge_up<ZoneUnderWay<W>, W>(zone_of(std::move(so_far)), zone_pages, position, order, largest);
  so_far = with_zone(std::move(so_far), std::move(merged.zone));
  note(so_far.because, order < largest, "buddy.free.partner");
  note(so_far.because, merged.order > order, "buddy.free.merges");
  if (merged.step == MergeStep::partner_outside)
    return refused(std::move(so_far), buddy::Refusal::partner_outside_zone, "buddy.free.bug.partner_outside");
  so_far.because.push_back("buddy.free.front");
  note(so_far.because, merged.order == largest, "buddy.free.largest");
  return so_far;
}

/// Gives a block back, whatever its count. The result is Nothing, or Refused. 2.4.0: __free_pages_ok.
template <Word W>
constexpr BuddyStep<W> free_pages_ok(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far, W pfn,
                                     std::uint32_t order) {
  using enum buddy::Refusal;

  // refuse
  if (!buddy::is_in_zone(so_far.state, pfn))
    return refused(std::move(so_far), page_behind_ram, "buddy.free.bug.behind_ram");
  buddy::Page& page = page_of(so_far, pfn);
  if (const auto objection = objection_to(page))
    return refused(std::move(so_far), objection->refusal, objection->clause);

  // change, before the block is looked at as a whole
  page = given_up(page);
  so_far.because.push_back("buddy.free.first_frame");

  // refuse
  const std::uint32_t orders = kernel.machine.orders;
  const W position = buddy::position_of(so_far.state, pfn);
  if (order >= orders) return refused(std::move(so_far), block_too_large, "buddy.free.bug.too_large");
  if (!is_aligned(position, order) && !mutant("buddy.free.takes_misaligned_blocks"))
    return refused(std::move(so_far), block_misaligned, "buddy.free.bug.misaligned");
  const W zone_pages = so_far.state.zone_pages;
  ZoneUnderWay<W> zone = zone_of(std::move(so_far));
  const auto found = misuse<ZoneUnderWay<W>, W>(kernel.corrected, zone, zone_pages, position, order, orders - 1);
  so_far.state = std::move(zone.state);
  so_far.effects = std::move(zone.effects);
  so_far = because(std::move(so_far), found.because);
  if (found.value) {
    so_far.result = buddy::Refused{*found.value};
    so_far.effects.clear();
    return so_far;
  }

  // change and report
  return put_on_list(kernel, std::move(so_far), position, order);
}

/// Drops a reference of the first frame, and with the last one gives the block back. Nothing happens to reserved frames. The
/// result is Nothing, or Refused. 2.4.0: __free_pages.
template <Word W>
constexpr BuddyStep<W> free_pages(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far, W pfn,
                                  std::uint32_t order) {
  // refuse
  buddy::Page& page = page_of(so_far, pfn);
  if ((page.flags & buddy::PG_reserved) != 0 && !mutant("buddy.free.takes_reserved_frames")) {
    so_far.because.push_back("buddy.free.reserved");
    return so_far;
  }
  const auto count = static_cast<std::uint32_t>(page.count);
  note(so_far.because, has_no_reference(count), "defect.buddy.count_underflow");
  const auto count_after = count_after_release(kernel.corrected, count);
  if (!count_after) {
    so_far.result = buddy::Refused{buddy::Refusal::count_underflow};
    so_far.effects.clear();
    return so_far;
  }

  // change
  page.count = static_cast<std::int32_t>(*count_after);
  if (page.count != 0) {
    so_far.because.push_back("buddy.free.still_held");
    return so_far;
  }
  so_far.because.push_back("buddy.free.last_reference");
  return free_pages_ok(kernel, std::move(so_far), pfn, order);
}

}  // namespace refmm::model::inline REFMM_BUILD

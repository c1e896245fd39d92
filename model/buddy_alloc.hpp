// Taking a block of frames.
//
// Follows rmqueue and expand in mm/page_alloc.c; the splitting itself is in buddy_merge.hpp.
#pragma once

#include <refmm/model/buddy_merge.hpp>
#include <refmm/model/buddy_step.hpp>
#include <refmm/spec/buddy_flags.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The frames of a block that is given out: the first one has the one reference. The others keep what they had, which is a
/// reference too many where a block was given back whatever its count; in the corrected kernel they have none, so that a frame with
/// references is always held by somebody. [buddy.alloc.count], [defect.buddy.larger_order] 2.4.0: set_page_count in rmqueue.
template <Word W>
constexpr BuddyStep<W> with_first_reference(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far, W position,
                                            std::uint32_t order) {
  bool is_stale = false;
  for (W frame = position; frame - position < frames_of<W>(order) && frame < so_far.state.zone_pages; ++frame) {
    std::int32_t& count = so_far.state.pages[frame].count;
    if (frame == position) {
      count = mutant("buddy.alloc.counts_nothing") ? 0 : 1;
      continue;
    }
    is_stale = is_stale || count > 0;
    if (kernel.corrected.larger_order) count = 0;
  }
  so_far.because.push_back("buddy.alloc.count");
  note(so_far.because, is_stale, "defect.buddy.larger_order");
  return so_far;
}

/// True if the block that is left when the first one of a list is split lies outside the zone: the list has a block on it that
/// reaches beyond. 2.4.0: BAD_RANGE in expand.
template <Word W>
constexpr bool splits_beyond_zone(const ZoneUnderWay<W>& zone, std::uint32_t from, std::uint32_t order) {
  return is_outside<W>(zone.state.zone_pages, first_block(zone, from) + frames_of<W>(from) - frames_of<W>(order));
}

/// Takes a block. The result is its first Frame, or Refused. 2.4.0: rmqueue, behind the common entry point that refuses orders
/// that there are not.
template <Word W>
constexpr BuddyStep<W> alloc_pages(const buddy::KernelOf<W>& kernel, BuddyStep<W> so_far,
                                   const buddy::AllocPages& call) {
  using enum buddy::Refusal;

  // refuse
  const std::uint32_t orders = kernel.machine.orders, order = call.order;
  if (order >= orders) return refused(std::move(so_far), order_too_large, "buddy.alloc.order_too_large");
  ZoneUnderWay<W> zone = zone_of(std::move(so_far));
  const std::uint32_t from = order_to_take_from(zone, order, orders);
  if (from == orders)
    return refused(with_zone(std::move(so_far), std::move(zone)), no_block, "buddy.alloc.no_block");
  if (leads_out_of_zone(zone.state, from) || splits_beyond_zone(zone, from, order))
    return refused(with_zone(std::move(so_far), std::move(zone)), block_outside_zone,
                   "buddy.damage.bug.outside_zone");

  // change
  auto taken = take_first<W>(std::move(zone), from);
  auto block = split_down(std::move(taken.zone), taken.position, from, order);
  so_far = with_zone(std::move(so_far), std::move(block.zone));
  so_far.state.free_pages -= buddy::frames_in_block(order);
  so_far = because(std::move(so_far), {"buddy.alloc.first_order_with_a_block", "buddy.alloc.front"});
  note(so_far.because, from > order, "buddy.alloc.upper_half");
  so_far = with_first_reference(kernel, std::move(so_far), block.position, order);

  // refuse, when the block has left its list
  constexpr std::uint32_t lru = buddy::PG_active | buddy::PG_inactive_dirty | buddy::PG_inactive_clean;
  if ((so_far.state.pages[block.position].flags & lru) != 0 && !mutant("buddy.alloc.ignores_lru_lists"))
    return refused(std::move(so_far), page_on_lru_list, "buddy.alloc.bug.on_lru_list");

  // report
  so_far.result = buddy::Frame<W>{buddy::pfn_of(so_far.state, block.position)};
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD

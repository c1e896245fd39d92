// Laws about taking a block and about references: what spec/buddy_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/buddy_transition.hpp>

#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::buddy::holds {

// ---- Refusals -------------------------------------------------------------------------------------------------------

constexpr bool orders_that_there_are_not_give_no_block(const Transition& t) {
  const auto* asked = call<AllocPages>(t);
  if (!refuses_exactly_if(t, Refusal::order_too_large, asked && asked->order >= orders)) return false;
  return refusal(t) != Refusal::order_too_large || nothing_changed(t);
}

constexpr bool no_block_is_given_only_where_all_lists_are_too_small(const Transition& t) {
  const auto* asked = call<AllocPages>(t);
  if (!refuses_exactly_if(t, Refusal::no_block, asked && !source(t))) return false;
  return refusal(t) != Refusal::no_block || nothing_changed(t);
}

/// Of ends, too: that the assertion is run into exactly where it is due.
constexpr bool no_frame_that_is_on_an_lru_list_is_handed_out(const Transition& t) {
  const auto from = source(t);
  const bool in_zone = from && from->handed_out.position < t.before.pages.size();
  const std::uint32_t flags = in_zone ? t.before.pages[from->handed_out.position].flags : 0;
  return refuses_exactly_if(t, Refusal::page_on_lru_list,
                            (flags & (PG_active | PG_inactive_dirty | PG_inactive_clean)) != 0);
}

// ---- The block ------------------------------------------------------------------------------------------------------

constexpr bool the_first_order_with_a_block_is_taken_from(const Transition& t) {
  const auto from = source(t);
  if (!handed_out(t)) return true;
  const auto* unlink = effect_at<Unlink>(t, 0);
  return from && unlink && unlink->order == from->taken.order;
}

constexpr bool the_first_block_of_the_list_is_taken(const Transition& t) {
  const auto from = source(t);
  if (!handed_out(t)) return true;
  if (!from) return false;
  const auto* unlink = effect_at<Unlink>(t, 0);
  const auto& before = t.before.free_area[from->taken.order].free_list;
  const auto& after = t.after.free_area[from->taken.order].free_list;
  return unlink && unlink->pfn == before.front() &&
         std::vector<std::uint32_t>(before.begin() + 1, before.end()) == after;
}

constexpr bool the_uppermost_part_is_handed_out_and_the_lower_halves_stay(const Transition& t) {
  const auto from = source(t);
  const auto block = handed_out(t);
  if (!block) return true;
  if (!from || block->position != from->handed_out.position) return false;
  std::uint32_t lower = from->taken.position;
  for (std::uint32_t order = from->taken.order; order-- > block->order;) {
    if (t.after.free_area[order].free_list != std::vector{pfn_of(t.before, lower)}) return false;
    lower += frames_in_block(order);
  }
  for (std::uint32_t order = 0; order < orders; ++order) {
    const bool is_split = block->order <= order && order <= from->taken.order;
    if (!is_split && t.before.free_area[order].free_list != t.after.free_area[order].free_list) return false;
  }
  return true;
}

constexpr bool exactly_the_frames_of_the_block_are_taken(const Transition& t) {
  const auto block = handed_out(t);
  return !block || exactly_these_changed(t, *block, false);
}

constexpr bool a_block_handed_out_has_one_reference(const Transition& t) {
  const auto block = handed_out(t);
  if (!block) return true;
  const auto in_block = [&](std::uint32_t frame) { return block->has(frame); };
  const auto references = [](Page before, const Page& after) {
    before.count = after.count;
    return before == after && after.count <= 1;
  };
  if (!only_pages_changed(t, in_block, references)) return false;
  for (std::uint32_t frame = 0; frame < t.after.pages.size(); ++frame) {
    if (!block->has(frame)) continue;
    const std::int32_t count = t.after.pages[frame].count;
    if (frame == block->position ? count != 1 : count > 0) return false;
  }
  return true;
}

// ---- References -----------------------------------------------------------------------------------------------------

constexpr bool a_reference_more_is_counted_and_nothing_else_happens(const Transition& t) {
  const auto* get = call<GetPage>(t);
  if (!get) return true;
  LawState expected = t.before;
  Page& page = expected.pages[position_of(t.before, get->pfn)];
  page.count = static_cast<std::int32_t>(static_cast<std::uint32_t>(page.count) + 1);
  return expected == t.after && t.effects.empty() && std::holds_alternative<Nothing>(t.result);
}

constexpr bool nothing_happens_to_a_reserved_frame(const Transition& t) {
  const Page* page = page_to_free(t);
  if (!call<FreePages>(t) || !page || !is_reserved(*page)) return true;
  return nothing_changed(t) && std::holds_alternative<Nothing>(t.result);
}

constexpr bool a_frame_that_is_still_held_only_loses_a_reference(const Transition& t) {
  const Page* page = page_to_free(t);
  if (!call<FreePages>(t) || !page || is_reserved(*page) || page->count <= 1) return true;
  LawState expected = t.before;
  --expected.pages[block_to_free(t)->position].count;
  return expected == t.after && t.effects.empty() && std::holds_alternative<Nothing>(t.result);
}

constexpr bool the_last_reference_gives_the_block_back(const Transition& t) {
  const Page* page = page_to_free(t);
  if (!call<FreePages>(t) || !page || is_reserved(*page) || page->count != 1 || refusal(t)) return true;
  const Block block = *block_to_free(t);
  return t.after.pages[block.position].count == 0 && is_free(t.after, pfn_of(t.after, block.position));
}

}  // namespace refmm::buddy::holds

// Laws about giving blocks back: what spec/buddy_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/buddy_transition.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::buddy::holds {

// ---- Refusals -------------------------------------------------------------------------------------------------------
// Of ends: that each assertion is run into exactly where it is due, or one that is looked at before it.

/// The first frame of a block that is to come to the lists has all of `flags`.
constexpr bool is_to_free_marked(const Transition& t, std::uint32_t flag) {
  const Page* page = page_to_free(t);
  return reaches_the_lists(t) && page && (page->flags & flag) != 0;
}

constexpr bool no_page_with_buffers_is_freed(const Transition& t) {
  const Page* page = page_to_free(t);
  return call<BootFree>(t) ||
         refuses_exactly_if(t, Refusal::page_has_buffers, reaches_the_lists(t) && page && page->buffers);
}
constexpr bool no_page_with_a_mapping_is_freed(const Transition& t) {
  const Page* page = page_to_free(t);
  return call<BootFree>(t) ||
         refuses_exactly_if(t, Refusal::page_has_mapping, reaches_the_lists(t) && page && page->mapping);
}
constexpr bool no_page_behind_ram_is_freed(const Transition& t) {
  const auto block = block_to_free(t);
  return refuses_exactly_if(t, Refusal::page_behind_ram, block && block->position >= t.before.zone_pages);
}
/// Refused for the mark, or not for it. Boot releases frame after frame, and so looks at more than the first.
constexpr bool is_refused_if_marked(const Transition& t, Refusal reason, std::uint32_t flag) {
  return call<BootFree>(t) || refuses_exactly_if(t, reason, is_to_free_marked(t, flag));
}
constexpr bool no_page_of_the_swap_cache_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_in_swap_cache, PG_swap_cache);
}
constexpr bool no_locked_page_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_locked, PG_locked);
}
constexpr bool no_page_that_is_to_be_dropped_later_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_decr_after, PG_decr_after);
}
constexpr bool no_active_page_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_active, PG_active);
}
constexpr bool no_inactive_dirty_page_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_inactive_dirty, PG_inactive_dirty);
}
constexpr bool no_inactive_clean_page_is_freed(const Transition& t) {
  return is_refused_if_marked(t, Refusal::page_inactive_clean, PG_inactive_clean);
}
constexpr bool no_order_is_freed_that_there_is_not(const Transition& t) {
  const auto block = block_to_free(t);
  return refuses_exactly_if(t, Refusal::block_too_large, reaches_the_lists(t) && block && block->order >= orders);
}
constexpr bool no_block_is_freed_where_none_begins(const Transition& t) {
  const auto block = block_to_free(t);
  const bool is_misaligned = reaches_the_lists(t) && block && block->order < orders &&
                             block->position % frames_in_block(block->order) != 0;
  return refuses_exactly_if(t, Refusal::block_misaligned, is_misaligned);
}
constexpr bool no_release_looks_for_a_partner_outside_of_the_zone(const Transition& t) {
  return refusal(t) != Refusal::partner_outside_zone;
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

constexpr bool the_first_frame_is_clean_and_young_and_no_other_changes(const Transition& t) {
  const auto block = given_back(t);
  if (!block) return true;
  const bool is_counted = call<FreePages>(t);
  return only_pages_changed(
      t, [&](std::uint32_t frame) { return frame == block->position; },
      [&](Page before, const Page& after) {
        before.flags &= ~(PG_referenced | PG_dirty);
        before.age = page_age_start;
        if (is_counted) --before.count;
        return before == after;
      });
}

constexpr bool exactly_the_frames_of_the_block_are_freed_and_none_was_free(const Transition& t) {
  const auto block = given_back(t);
  return !block || exactly_these_changed(t, *block, true);
}

constexpr bool no_release_gives_back_what_others_hold(const Transition& t) {
  const auto block = given_back(t);
  if (!block) return true;
  if (frames_in_block(block->order) > t.before.zone_pages - block->position) return false;
  for (std::uint32_t frame = 1; frame < frames_in_block(block->order); ++frame) {
    const Page& page = t.before.pages[block->position + frame];
    if (page.count > 0 || is_reserved(page)) return false;
  }
  return true;
}

// ---- Merging --------------------------------------------------------------------------------------------------------

/// The block that the effects of a release end with: a bit and a partner for each order that it goes up, a bit and a link at the end;
/// blocks of the largest order have a link only. Nothing if the effects are none of a release.
constexpr std::optional<Block> released_as(const Transition& t, Block block) {
  for (std::size_t place = 0;; block.order += 1) {
    if (block.order < largest_order) {
      const auto* flip = effect_at<Flip>(t, place++);
      if (!flip || flip->order != block.order || flip->bit != block.position >> (block.order + 1))
        return std::nullopt;
    }
    if (const auto* link = effect_at<Link>(t, place)) {
      const bool is_block = link->order == block.order && position_of(t.before, link->pfn) == block.position;
      return is_block && place + 1 == t.effects.size() ? std::optional(block) : std::nullopt;
    }
    const auto* unlink = effect_at<Unlink>(t, place++);
    const std::uint32_t partner = block.position ^ frames_in_block(block.order);
    if (!unlink || unlink->order != block.order || position_of(t.before, unlink->pfn) != partner)
      return std::nullopt;
    block.position = std::min(block.position, partner);
  }
}

constexpr bool a_block_merges_with_its_partner_and_with_nothing_else(const Transition& t) {
  const auto block = given_back(t);
  return !block || released_as(t, *block).has_value();
}

constexpr bool a_release_merges_as_far_as_possible(const Transition& t) {
  const auto block = given_back(t);
  if (!block) return true;
  const auto merged = released_as(t, *block);
  if (!merged) return false;
  for (std::uint32_t order = block->order; order <= merged->order && order < largest_order; ++order) {
    const std::uint32_t partner = (block->position >> order << order) ^ frames_in_block(order);
    if (is_on_list(t.before, pfn_of(t.before, partner), order) != (order < merged->order)) return false;
  }
  return true;
}

constexpr bool a_block_that_becomes_free_is_the_first_of_its_list(const Transition& t) {
  const auto block = given_back(t);
  if (!block) return true;
  const auto merged = released_as(t, *block);
  if (!merged) return false;
  for (std::uint32_t order = 0; order < orders; ++order) {
    std::vector<std::uint32_t> expected = t.before.free_area[order].free_list;
    if (order >= block->order && order < merged->order) {
      const std::uint32_t partner = (block->position >> order << order) ^ frames_in_block(order);
      std::erase(expected, pfn_of(t.before, partner));
    }
    if (order == merged->order) expected.insert(expected.begin(), pfn_of(t.before, merged->position));
    if (expected != t.after.free_area[order].free_list) return false;
  }
  return true;
}

constexpr bool a_release_leaves_the_bits_of_the_largest_order(const Transition& t) {
  return call<AllocPages>(t) || t.before.free_area[largest_order].map == t.after.free_area[largest_order].map;
}

// ---- Memory that only boot needed -----------------------------------------------------------------------------------

constexpr bool memory_that_only_boot_needed_becomes_free(const Transition& t) {
  const auto* boot = call<BootFree>(t);
  if (!boot || refusal(t)) return true;
  const std::uint32_t first = position_of(t.before, boot->frames.first);
  const std::uint32_t count = boot->frames.last - boot->frames.first;
  const auto is_of_range = [&](std::uint32_t frame) { return frame - first <= count; };
  const auto given_up = [](Page before, const Page& after) {
    before.flags &= ~(PG_reserved | PG_referenced | PG_dirty);
    before.count = 0;
    before.age = page_age_start;
    return before == after;
  };
  if (!only_pages_changed(t, is_of_range, given_up)) return false;
  const auto before = free_blocks_of_frames(t.before), after = free_blocks_of_frames(t.after);
  for (std::uint32_t frame = 0; frame < t.before.zone_pages; ++frame) {
    if ((after[frame] != 0) != (is_of_range(frame) || before[frame] != 0)) return false;
    if (is_of_range(frame) && before[frame] != 0) return false;
  }
  return true;
}

// ---- Effects --------------------------------------------------------------------------------------------------------

constexpr bool effects_are_the_changes_of_lists_and_maps(const Transition& t) {
  const auto areas = with_effects(t);
  return areas && *areas == t.after.free_area;
}

}  // namespace refmm::buddy::holds

// Laws about boot of a zone of up to sixteen frames and about whole calls in one of eight: what a call is refused for, and what becomes of the frames' references and
// marks. These are decisions about one frame, which no size of a zone enters; lists and maps of zones of every size are in
// spec/buddy_list_laws.hpp. The size is part of the name of each law.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_law_inputs.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/law.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>
#include <variant>

namespace refmm::buddy {

inline constexpr std::uint32_t eight_frames = 8;
inline constexpr std::uint32_t order_of_eight_frames = 3;

/// One mark, or none.
constexpr std::uint32_t any_mark(auto& world) {
  return world.choose(
      "mark", {0, PG_locked, PG_error, PG_referenced, PG_uptodate, PG_dirty, PG_decr_after, PG_active,
               PG_inactive_dirty, PG_slab, PG_swap_cache, PG_skip, PG_inactive_clean, PG_highmem, PG_reserved});
}

/// Marks with which a frame is not given out, and those with which it is not given back.
inline constexpr std::uint32_t lru_marks = PG_active | PG_inactive_dirty | PG_inactive_clean;
inline constexpr std::uint32_t in_use_marks = lru_marks | PG_swap_cache | PG_locked | PG_decr_after;

constexpr bool was_refused_for(const auto& outcome, Refusal refusal) {
  const auto* refused = std::get_if<Refused>(&outcome.result);
  return refused && refused->refusal == refusal;
}
constexpr bool was_refused(const auto& outcome) { return std::holds_alternative<Refused>(outcome.result); }

/// A zone of so many frames after boot, of which some are reserved or none.
constexpr auto booted_zone(auto& world, auto subject, bool has_reserved) {
  Boot<std::uint32_t> boot{};
  boot.free = AtBoot::boot;
  boot.zone_start = world.choose("zone_start", {0, 301});
  boot.zone_pages = world.choose("zone_pages", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  if (has_reserved) {
    const std::uint32_t first = world.choose("first_reserved", {0, 1, 2, 3, 4, 5, 6, 7});
    const std::uint32_t last = world.choose("last_reserved", {0, 1, 2, 3, 4, 5, 6, 7});
    if (first <= last && last < boot.zone_pages)
      boot.reserved = {{boot.zone_start + first, boot.zone_start + last}};
  }
  return std::pair(subject.boot(boot), boot);
}

inline constexpr Law sixteen_frames_are_freed_at_boot{
    "buddy.boot.one_by_one", "boot_of_up_to_sixteen_frames_frees_all_and_lists_blocks_of_an_order_highest_first",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [state, boot] = booted_zone(world, subject, false);
      bool holds = state.free_pages == boot.zone_pages && !broken_conjunct(state);
      for (const auto& area : state.free_area)
        holds = holds && std::ranges::is_sorted(area.free_list, std::ranges::greater());
      for (const Page& page : state.pages)
        holds = holds && page.count == 0 && page.flags == 0 && page.age == page_age_start;
      return holds ? always<W>() : never<W>();
    }};

inline constexpr Law reserved_frames_stay_at_boot{
    "buddy.boot.reserved_stay",
    "boot_of_up_to_sixteen_frames_leaves_reserved_ones_as_they_are_and_frees_all_others",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [state, boot] = booted_zone(world, subject, true);
      bool holds = !broken_conjunct(state);
      for (std::uint32_t pfn = boot.zone_start; pfn != boot.zone_start + boot.zone_pages; ++pfn) {
        const bool stays = std::ranges::any_of(
            boot.reserved, [&](const auto& range) { return range.first <= pfn && pfn <= range.last; });
        holds = holds && is_free(state, pfn) != stays && page_of(state, pfn).flags == (stays ? PG_reserved : 0);
      }
      return holds ? always<W>() : never<W>();
    }};

inline constexpr Law a_block_of_eight_frames_is_handed_out_with_one_reference{
    "buddy.alloc.count",
    "of_eight_frames_a_block_is_handed_out_with_one_reference_unless_it_is_on_an_lru_list_or_too_large",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world), mark = any_mark(world);
      const std::uint32_t position = eight_frames - (order <= order_of_eight_frames ? 1u << order : 1u);
      const auto marked =
          subject.step(subject.boot(eight_frames), MarkPage<std::uint32_t>{position, {mark, false, false}});
      const auto outcome = subject.step(marked.state, AllocPages{order});
      world.reached(outcome.because);
      const auto holds = [&] {
        if (order > order_of_eight_frames)
          return was_refused_for(outcome, Refusal::no_block) && outcome.state == marked.state;
        if ((mark & lru_marks) != 0) return was_refused_for(outcome, Refusal::page_on_lru_list);
        const auto* frame = std::get_if<Frame<std::uint32_t>>(&outcome.result);
        if (!frame || frame->pfn != position) return false;
        for (std::uint32_t each = 0; each < eight_frames; ++each) {
          const Page& page = outcome.state.pages[each];
          if (page.count != (each == position ? 1 : 0)) return false;
        }
        return outcome.state.pages[position].flags == mark;
      };
      return holds() ? always<W>() : never<W>();
    }};

inline constexpr Law a_block_of_eight_frames_comes_back_with_its_last_reference{
    "buddy.free.last_reference",
    "of_eight_frames_a_block_comes_back_with_its_last_reference_unless_it_is_in_use_or_none",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world), mark = any_mark(world);
      const std::uint32_t position = world.choose("position", {0, 1, 2, 3, 4, 5, 6, 7});
      const std::uint32_t references = world.choose("references", {1, 2});
      const Command<std::uint32_t> get = GetPage<std::uint32_t>{position};
      auto before = subject.step(subject.boot(eight_frames), AllocPages{order_of_eight_frames}).state;
      // The first frame of the block that was handed out has a reference already.
      for (std::uint32_t reference = position == 0 ? 1 : 0; reference < references; ++reference)
        before = subject.step(before, get).state;
      before = subject.step(before, MarkPage<std::uint32_t>{position, {mark, false, false}}).state;
      const auto outcome = subject.step(before, FreePages<std::uint32_t>{position, order});
      world.reached(outcome.because);
      const auto holds = [&] {
        if (mark == PG_reserved) return outcome.state == before && !was_refused(outcome);
        auto expected = before;
        --expected.pages[position].count;
        if (references > 1) return outcome.state == expected && !was_refused(outcome);
        if ((mark & in_use_marks) != 0) return was_refused(outcome);
        if (position % (1u << order) != 0) return was_refused_for(outcome, Refusal::block_misaligned);
        if (order > order_of_eight_frames) return was_refused_for(outcome, Refusal::more_than_was_held);
        const Page& page = outcome.state.pages[position];
        return !was_refused(outcome) && page.count == 0 && page.age == page_age_start &&
               page.flags == (mark & ~(PG_referenced | PG_dirty)) && is_on_list(outcome.state, position, order) &&
               outcome.state.free_pages == 1u << order;
      };
      return holds() ? always<W>() : never<W>();
    }};

/// The laws of this file.
inline constexpr std::tuple call_laws{sixteen_frames_are_freed_at_boot, reserved_frames_stay_at_boot,
                                      a_block_of_eight_frames_is_handed_out_with_one_reference,
                                      a_block_of_eight_frames_comes_back_with_its_last_reference};

}  // namespace refmm::buddy

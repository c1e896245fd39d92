// The invariant of the page allocator: what holds of every state between two calls, one conjunct a line.
//
// That no frame is free and in use is a matter of calls, not of states: a release whatever the count leaves references of a free
// frame behind, and callers may mark what they like. See spec/buddy_step_laws.hpp.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/buddy_transition.hpp>
#include <refmm/spec/law.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::buddy {

/// `predicate(position, order)` of every block on a list.
constexpr bool for_all_free_blocks(const LawState& state, auto predicate) {
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    for (const std::uint32_t pfn : state.free_area[order].free_list) {
      if (!predicate(position_of(state, pfn), order)) return false;
    }
  }
  return true;
}

namespace holds {

constexpr bool lists_come_back_to_their_heads(const LawState& state) {
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    if (never_ends(state, order)) return false;
  }
  return true;
}

constexpr bool blocks_lie_inside_the_zone(const LawState& state) {
  return for_all_free_blocks(state, [&](std::uint32_t position, std::uint32_t order) {
    return position < state.zone_pages && frames_in_block(order) <= state.zone_pages - position;
  });
}

constexpr bool blocks_begin_at_multiples_of_their_frames(const LawState& state) {
  return for_all_free_blocks(
      state, [](std::uint32_t position, std::uint32_t order) { return position % frames_in_block(order) == 0; });
}

constexpr bool no_two_partners_are_free(const LawState& state) {
  for (std::uint32_t order = 0; order < largest_order; ++order) {
    std::vector<std::uint32_t> pairs;
    for (const std::uint32_t pfn : state.free_area[order].free_list)
      pairs.push_back(position_of(state, pfn) >> (order + 1));
    std::ranges::sort(pairs);
    if (std::ranges::adjacent_find(pairs) != pairs.end()) return false;
  }
  return true;
}

constexpr bool no_frame_is_in_two_free_blocks(const LawState& state) {
  return std::ranges::all_of(free_blocks_of_frames(state), [](std::uint32_t blocks) { return blocks <= 1; });
}

constexpr bool a_bit_is_1_exactly_if_one_of_its_pair_is_free(const LawState& state) {
  for (std::uint32_t order = 0; order < largest_order; ++order) {
    std::vector<std::uint32_t> pairs;
    for (const std::uint32_t pfn : state.free_area[order].free_list)
      pairs.push_back(position_of(state, pfn) >> (order + 1));
    std::ranges::sort(pairs);
    if (pairs != state.free_area[order].map) return false;
  }
  return true;
}

constexpr bool free_pages_counts_the_frames_on_the_lists(const LawState& state) {
  return state.free_pages == frames_on_lists(state);
}

constexpr bool no_count_is_negative(const LawState& state) {
  return std::ranges::all_of(state.pages, [](const Page& page) { return page.count >= 0; });
}

}  // namespace holds

inline constexpr std::array invariant{
    Conjunct<LawState>{"buddy.blocks.disjoint", "lists_come_back_to_their_heads",
                       holds::lists_come_back_to_their_heads},
    Conjunct<LawState>{"buddy.blocks.inside_zone", "blocks_lie_inside_the_zone",
                       holds::blocks_lie_inside_the_zone},
    Conjunct<LawState>{"buddy.blocks.aligned", "blocks_begin_at_multiples_of_their_frames",
                       holds::blocks_begin_at_multiples_of_their_frames},
    Conjunct<LawState>{"buddy.blocks.no_two_partners", "no_two_partners_are_free",
                       holds::no_two_partners_are_free},
    Conjunct<LawState>{"buddy.blocks.disjoint", "no_frame_is_in_two_free_blocks",
                       holds::no_frame_is_in_two_free_blocks},
    Conjunct<LawState>{"buddy.map.pair", "a_bit_is_1_exactly_if_one_of_its_pair_is_free",
                       holds::a_bit_is_1_exactly_if_one_of_its_pair_is_free},
    Conjunct<LawState>{"buddy.account.free_pages", "free_pages_counts_the_frames_on_the_lists",
                       holds::free_pages_counts_the_frames_on_the_lists},
    Conjunct<LawState>{"buddy.count.not_negative", "no_count_is_negative", holds::no_count_is_negative},
};

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
constexpr std::optional<Conjunct<LawState>> broken_conjunct(const LawState& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds(state)) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::buddy

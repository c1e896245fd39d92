// Every conjunct of the invariant can fail, and is then the one that is named.

#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/tests/buddy_script.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <utility>

namespace refmm::buddy {
namespace {

/// A zone of 64 frames of which 3 are in use: free are 60, 56..59, 48..55, 32..47 and 0..31.
LawState lawful() { return BuddyScript().alloc(0).alloc(1).state(); }

std::vector<std::uint32_t>& list(LawState& state, std::uint32_t order) { return state.free_area[order].free_list; }

struct Tampering {
  std::string_view broken;
  void (*tamper)(LawState& state);
};

constexpr auto at = BuddyScript::at;

/// Of each order the bits that fit its list.
void mend_maps(LawState& state) {
  for (std::uint32_t order = 0; order < largest_order; ++order) {
    auto& map = state.free_area[order].map;
    map.clear();
    for (const std::uint32_t pfn : list(state, order)) map.push_back(position_of(state, pfn) >> (order + 1));
    std::ranges::sort(map);
  }
}

constexpr Tampering tamperings[] = {
    {"lists_come_back_to_their_heads",
     [](LawState& state) {
       state.damaged.resize(state.zone_pages + orders);
       for (std::uint32_t entry = 0; entry < state.damaged.size(); ++entry)
         state.damaged[entry] = {state.zone_pages + entry, state.zone_pages + entry};
       for (std::uint32_t order = 0; order < orders; ++order) {
         if (!list(state, order).empty())
           state.damaged[position_of(state, list(state, order).back())].next = state.zone_pages + order;
       }
       state.damaged[position_of(state, list(state, 5).back())].next = position_of(state, list(state, 5).back());
     }},
    {"blocks_lie_inside_the_zone",
     [](LawState& state) {
       list(state, 5) = {at(64)};
       mend_maps(state);
     }},
    {"blocks_lie_inside_the_zone",
     [](LawState& state) {
       list(state, 5).clear();
       list(state, 6) = {at(0)};
       state.zone_pages = 63;
       state.pages.pop_back();
       mend_maps(state);
     }},
    {"blocks_begin_at_multiples_of_their_frames",
     [](LawState& state) {
       list(state, 3) = {at(47)};
       mend_maps(state);
     }},
    {"no_two_partners_are_free",
     [](LawState& state) {
       list(state, 0).push_back(at(62));
       list(state, 0).push_back(at(63));
     }},
    {"no_frame_is_in_two_free_blocks",
     [](LawState& state) {
       list(state, 1).push_back(at(0));
       mend_maps(state);
     }},
    {"a_bit_is_1_exactly_if_one_of_its_pair_is_free", [](LawState& state) { state.free_area[2].map.clear(); }},
    {"a_bit_is_1_exactly_if_one_of_its_pair_is_free",
     [](LawState& state) { state.free_area[2].map.push_back(9); }},
    {"free_pages_counts_the_frames_on_the_lists", [](LawState& state) { ++state.free_pages; }},
    {"no_count_is_negative", [](LawState& state) { state.pages[7].count = -1; }},
};

TEST(BuddyInvariant, HoldsOfTheStateThatIsTamperedWith) {
  const LawState state = lawful();
  for (const auto& conjunct : invariant) EXPECT_TRUE(conjunct.holds(state)) << conjunct.name;
  EXPECT_EQ(state.free_pages, 61u);
}

TEST(BuddyInvariant, NamesTheConjunctThatIsBroken) {
  for (const Tampering& tampering : tamperings) {
    LawState state = lawful();
    tampering.tamper(state);
    const auto broken = broken_conjunct(state);
    ASSERT_TRUE(broken) << "nothing is broken where it should be " << tampering.broken;
    EXPECT_EQ(broken->name, tampering.broken) << "row " << &tampering - tamperings;
  }
}

TEST(BuddyInvariant, EveryConjunctIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& conjunct : invariant) stated.insert(conjunct.name);
  for (const Tampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

/// The largest order has no pairs: its map may say what it likes.
TEST(BuddyInvariant, AsksNothingOfTheMapOfTheLargestOrder) {
  LawState state = lawful();
  state.free_area[largest_order].map = {0, 1, 2};
  EXPECT_FALSE(broken_conjunct(state));
}

}  // namespace
}  // namespace refmm::buddy

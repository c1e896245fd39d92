// Laws of the page allocator on examples: lists with blocks that merge. Those of blocks the compiler has checked.

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/buddy_merge_laws.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/tests/law_examples.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::buddy {
namespace {

// A zone of 24 frames: free are 0..7, 8..11, 12..13 and 14; 15 to 23 are in use.
#define LISTS                                                                                             \
  {"zone_pages", {24}}, {"list_0", {14, 1}}, {"list_1", {12, 1}}, {"list_2", {8, 1}}, {"list_3", {0, 1}}, \
      {"list_4", {}}, {"list_5", {}}, {"list_6", {}}, {"list_7", {}}, {"list_8", {}}, {"list_9", {}}, {   \
    "counts", {}                                                                                          \
  }
// 15 comes back and merges with all of them.
#define LAST_FRAME         \
  LISTS, {"order", {0}}, { \
    "block", { 15 }        \
  }
// 16..19 comes back; its partner 20..23 is in use.
#define OTHER_BLOCK        \
  LISTS, {"order", {2}}, { \
    "block", { 4 }         \
  }

/// When the program runs: the compiler does not take the tables of a zone for constants.
bool holds(const auto& law, std::initializer_list<Written> inputs) {
  return holds_for(law, model::BuddySubject{}, inputs);
}

TEST(BuddyLawExamples, hold_of_the_boot) { EXPECT_TRUE(holds(boot_releases_its_bit_map, {{"end", {32775}}})); }

TEST(BuddyLawExamples, hold_of_blocks_that_come_back) {
  EXPECT_TRUE(holds(what_is_in_use_can_be_freed, {LAST_FRAME}));
  EXPECT_TRUE(holds(a_frame_is_freed_exactly_if_it_is_of_the_block, {LAST_FRAME, {"frame", {15}}}));
  EXPECT_TRUE(holds(a_frame_is_freed_exactly_if_it_is_of_the_block, {LAST_FRAME, {"frame", {16}}}));
  EXPECT_TRUE(holds(a_frame_is_freed_exactly_if_it_is_of_the_block, {OTHER_BLOCK, {"frame", {17}}}));
  EXPECT_TRUE(holds(giving_back_keeps_the_maps, {LAST_FRAME, {"frame", {9}}, {"pair_order", {2}}}));
  EXPECT_TRUE(holds(giving_back_keeps_the_maps, {OTHER_BLOCK, {"frame", {16}}, {"pair_order", {2}}}));
  EXPECT_TRUE(holds(giving_back_leaves_lawful_blocks, {LAST_FRAME, {"frame", {0}}}));
  EXPECT_TRUE(holds(giving_back_merges_as_far_as_possible, {LAST_FRAME}));
  EXPECT_TRUE(holds(giving_back_merges_as_far_as_possible, {OTHER_BLOCK}));
  EXPECT_TRUE(holds(partners_that_merge_are_in_the_zone, {LAST_FRAME}));
  EXPECT_TRUE(holds(giving_back_is_counted, {LAST_FRAME}));
  EXPECT_TRUE(holds(blocks_of_the_largest_order_leave_their_bit, {LAST_FRAME, {"bit", {0}}}));
  EXPECT_TRUE(holds(nothing_is_freed_that_is_free,
                    {LISTS, {"order", {1}}, {"block", {7}}, {"list", {0}}, {"frame", {14}}}));
  EXPECT_TRUE(holds(nothing_is_freed_that_is_free,
                    {LISTS, {"order", {0}}, {"block", {9}}, {"list", {2}}, {"frame", {9}}}));
  EXPECT_TRUE(
      holds(the_first_order_with_a_block_is_taken_from, {LISTS, {"order", {3}}, {"from", {3}}, {"block", {0}}}));
  EXPECT_TRUE(holds(a_frame_is_taken_exactly_if_it_is_of_the_block,
                    {LISTS, {"order", {2}}, {"from", {2}}, {"block", {2}}, {"frame", {10}}}));
  EXPECT_TRUE(holds(taking_keeps_the_maps,
                    {LISTS, {"order", {1}}, {"from", {1}}, {"block", {6}}, {"frame", {13}}, {"pair_order", {1}}}));
  EXPECT_TRUE(holds(a_turn_of_merging_keeps_the_maps, {LAST_FRAME, {"frame", {14}}, {"pair_order", {0}}}));
  EXPECT_TRUE(holds(counts_never_pass_nothing, {{"count", {0}}}));
  EXPECT_TRUE(holds(lists_are_stacks, {{"free_list", {8, 4, 12}}, {"place", {1}}, {"block", {20}}}));
  EXPECT_TRUE(holds(partners_leave_their_place, {{"free_list", {8, 4, 12}}, {"place", {1}}, {"other", {2}}}));
  EXPECT_TRUE(holds(a_list_takes_back_its_first_block, {{"free_list", {8, 4, 12}}, {"place", {2}}}));
}

// A zone of 32 frames that is one block.
#define WHOLE                                                                                             \
  {"zone_pages", {32}}, {"list_0", {}}, {"list_1", {}}, {"list_2", {}}, {"list_3", {}}, {"list_4", {}},   \
      {"list_5", {0, 1}}, {"list_6", {}}, {"list_7", {}}, {"list_8", {}}, {"list_9", {}}, {"counts", {}}, \
      {"order", {1}}, {"from", {5}}, {                                                                    \
    "block", { 0 }                                                                                        \
  }

TEST(BuddyLawExamples, hold_of_blocks_that_are_split) {
  EXPECT_TRUE(holds(a_frame_is_taken_exactly_if_it_is_of_the_block, {WHOLE, {"frame", {30}}}));
  EXPECT_TRUE(holds(a_frame_is_taken_exactly_if_it_is_of_the_block, {WHOLE, {"frame", {29}}}));
  EXPECT_TRUE(holds(taking_keeps_the_maps, {WHOLE, {"frame", {28}}, {"pair_order", {1}}}));
  EXPECT_TRUE(holds(taking_leaves_lawful_blocks, {WHOLE, {"frame", {16}}}));
  EXPECT_TRUE(holds(the_uppermost_part_is_handed_out, {WHOLE}));
  EXPECT_TRUE(holds(taking_is_counted, {WHOLE}));
  EXPECT_TRUE(holds(giving_back_restores_what_taking_changed, {WHOLE, {"here", {0}}}));
}

TEST(BuddyLawExamples, of_single_blocks_were_checked_by_the_compiler) {
  std::set<std::string_view> laws;
  std::apply([&](const auto&... law) { (laws.insert(law.name), ...); }, block_laws);
  const LawNames examples = laws_with_an_example();
  std::set<std::string_view> shown(examples.begin(), examples.end());
  shown.insert(boot_releases_its_bit_map.name);
  EXPECT_EQ(shown, laws);
}

}  // namespace
}  // namespace refmm::buddy

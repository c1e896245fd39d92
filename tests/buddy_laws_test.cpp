// Every law of the page allocator as a property of the model. One case for each law, under the law's own name.

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_call_laws.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/buddy_merge_laws.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace refmm::buddy {
namespace {

// In a zone that is drawn hardly any block is the one that must be free: the other laws of lists are held by examples
// (buddy_laws_example.cpp) and by theorems (proofs/buddy.cpp).
constexpr std::tuple laws_of_the_model = std::tuple_cat(
    block_laws, call_laws,
    std::tuple{the_lists_begin_lawful, nothing_is_freed_that_the_zone_has_not, what_is_in_use_can_be_freed,
               a_frame_is_freed_exactly_if_it_is_of_the_block, giving_back_keeps_the_maps,
               giving_back_leaves_lawful_blocks, giving_back_merges_as_far_as_possible,
               partners_that_merge_are_in_the_zone, giving_back_is_counted,
               blocks_of_the_largest_order_leave_their_bit, a_turn_of_splitting_keeps_the_maps,
               a_turn_of_merging_keeps_the_maps, counts_never_pass_nothing, lists_are_stacks,
               partners_leave_their_place, a_list_takes_back_its_first_block});

[[maybe_unused]] const int added = add_properties("TheModelKeeps", laws_of_the_model, model::BuddySubject{});

/// What the laws of giving back are drawn for: blocks with partners that are free, too.
TEST(BuddyLaws, blocks_are_drawn_with_partners_free_and_not) {
  std::map<std::string, int> count;
  const Sampling sampling = sample_claim("blocks",
                                         [&](SampledWorld& world) {
                                           const auto drawn = any_zone_around_a_block(world, any_order(world));
                                           const std::uint32_t partner = drawn.position ^ (1u << drawn.order);
                                           const bool has_one = drawn.order != largest_order &&
                                                                is_on_list(drawn.zone, drawn.order, partner);
                                           ++count[has_one ? "partner free" : "no partner free"];
                                           return true;
                                         },
                                         {.runs = 20'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  fmt::print("{} of 20000 with a free partner\n", count["partner free"]);
  EXPECT_GE(count["no partner free"], 100);
  EXPECT_GE(count["partner free"], 10);
}

}  // namespace
}  // namespace refmm::buddy

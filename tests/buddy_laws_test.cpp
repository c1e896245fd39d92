// Every law of the page allocator as a property of the model. One case for each law, under the law's own name.

#include <refmm/tests/buddy_sampled_laws.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace refmm::buddy {
namespace {

[[maybe_unused]] const bool added = [] {
  for_laws_of_the_model(properties("TheModelKeeps"));
  return true;
}();

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

// Every law of memory areas as a property of the model. One case for each law, under the law's own name.

#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>
#include <refmm/tests/vma_sampled_laws.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace refmm::vma {
namespace {

[[maybe_unused]] const bool added = [] {
  for_laws_of_the_model(properties("TheModelKeeps"));
  return true;
}();

TEST(VmaLaws, ranges_lie_to_areas_in_every_way) {
  std::map<std::string, int> count;
  const Sampling sampling =
      sample_claim("ranges",
                   [&](SampledWorld& world) {
                     const auto area = any_area(world);
                     const auto range = any_range(world, "start_page", "end_page");
                     const std::string begins = range.start < area.vm_start    ? "in front of"
                                                : range.start == area.vm_start ? "with"
                                                : range.start < area.vm_end    ? "inside"
                                                : range.start == area.vm_end   ? "at the end of"
                                                                               : "behind";
                     const std::string ends = range.end < area.vm_start    ? "in front of"
                                              : range.end == area.vm_start ? "at the start of"
                                              : range.end < area.vm_end    ? "inside"
                                              : range.end == area.vm_end   ? "with"
                                                                           : "behind";
                     ++count["begins " + begins + ", ends " + ends];
                     return true;
                   },
                   {.runs = 20'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  // In front: ends anywhere; with: inside, with, behind; inside: likewise; at the end, behind: behind.
  EXPECT_EQ(count.size(), 5u + 3u + 3u + 1u + 1u);
  for (const auto& [what, runs] : count) EXPECT_GE(runs, 10) << what;
}

TEST(VmaLaws, lengths_are_drawn_on_both_sides_of_the_wrap_around) {
  std::map<std::string, int> count;
  const Sampling sampling = sample_claim("lengths",
                                         [&](SampledWorld& world) {
                                           const std::uint32_t len = world.word("len"), addr = world.word("addr");
                                           count["rounds to nothing"] += len > 0xfffff000;
                                           count["rounds up"] += 0 < len && len <= 0xfffff000;
                                           count["nothing"] += len == 0;
                                           count["wraps"] += addr + len < addr;
                                           count["ends inside the task"] +=
                                               addr <= machine.task_size && len <= machine.task_size - addr;
                                           return true;
                                         },
                                         {.runs = 20'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_EQ(count.size(), 5u);
  for (const auto& [what, runs] : count) EXPECT_GE(runs, 10) << what;
}

}  // namespace
}  // namespace refmm::vma

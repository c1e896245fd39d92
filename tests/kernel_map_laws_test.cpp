// Every law of paging and of the kernel's mappings as a property of the model. One case for each law, under the law's own name.

#include <refmm/tests/kernel_map_sampled_laws.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace refmm::kernel_map {
namespace {

[[maybe_unused]] const bool added = [] {
  for_laws_of_the_model(properties("TheModelKeeps"));
  return true;
}();

/// A state that is lawful by construction is worth something if it has all that a lawful state can have.
TEST(KernelMapLaws, DirectoriesHaveAbsentAndEqualEntries) {
  std::map<std::string, int> count;
  const Sampling sampling =
      sample_claim("directories",
                   [&](SampledWorld& world) {
                     const auto at = anywhere(world);
                     const auto all = any_lazy_directories(world);
                     const std::uint32_t of_swapper = lookup(all.swapper, at.slot);
                     const std::uint32_t entry = entry_of(all.pgds, at.process, at.slot);
                     ++count[of_swapper == 0 ? "absent in both" : entry == 0 ? "absent" : "equal"];
                     return true;
                   },
                   {.runs = 20'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_EQ(count.size(), 3u);
  for (const auto& [what, runs] : count) EXPECT_GE(runs, 10) << what;
}

TEST(KernelMapLaws, SearchesComeToEveryEnd) {
  std::map<std::string, int> count;
  const Sampling sampling = sample_claim(
      "searches",
      [&](SampledWorld& world) {
        const auto search = any_search(world);
        const auto subject = model::KernelMapSubject{};
        if (search.position == length(search.areas)) {
          const auto end = end_of(world, subject, search);
          ++count[subject.is_here(end) ? "room behind all" : "no room behind all"];
        } else {
          const auto turn = turn_of(world, subject, search);
          ++count[subject.is_here(turn) ? "room between areas" : subject.goes_on(turn) ? "goes on" : "no room"];
        }
        return true;
      },
      {.runs = 4'000});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_EQ(count.size(), 5u);
  for (const auto& [what, runs] : count) EXPECT_GE(runs, 10) << what;
}

}  // namespace
}  // namespace refmm::kernel_map

// What holds AreaTree against a sorted vector can fail: it finds every mistake that the tree can be told to make.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/area_tree_search.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace refmm {
namespace {

class AreaTreeMutants : public testing::TestWithParam<Mutant> {};

TEST_P(AreaTreeMutants, is_found) {
  const WithMutant on(GetParam().name);
  const auto difference = area_tree::search(1, false);
  ASSERT_TRUE(difference);
  EXPECT_FALSE(difference->what.empty());
}

INSTANTIATE_TEST_SUITE_P(AreaTree, AreaTreeMutants, testing::ValuesIn(area_tree::mutants), [](const auto& tested) {
  std::string name(tested.param.name);
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(AreaTreeWithoutMutants, is_the_same) { EXPECT_FALSE(area_tree::search(1, false)); }

TEST(AreaTreeSearch, ends_at_steps_of_which_none_can_be_spared) {
  const WithMutant on("area_tree.join.loses_separator");
  const auto difference = area_tree::search(1, true);
  ASSERT_TRUE(difference);
  EXPECT_LE(difference->steps.size(), 12u);
}

}  // namespace
}  // namespace refmm

// What holds AreaTree against a sorted vector can fail: it finds every mistake that the tree can be told to make.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/area_tree_lockstep.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace refmm {
namespace {

using area_tree::Lockstep;
using area_tree::Step;

/// What differs first in one of some sequences of random steps; nothing if all are the same.
std::optional<std::string> difference() {
  const auto steps = rc::gen::arbitrary<Step>();
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    rc::Random random(seed);
    Lockstep<std::uint64_t, 15> both;
    try {
      for (int i = 0; i < 100; ++i) both.run(steps(random.split(), 100).value());
    } catch (const std::exception& difference) {
      return difference.what();
    }
  }
  return std::nullopt;
}

class AreaTreeMutants : public testing::TestWithParam<const char*> {};

/// In a process of its own, for a broken tree may crash before a comparison says that it is broken, or never come back.
TEST_P(AreaTreeMutants, is_found) {
  const WithMutant mutant(GetParam());
  const auto run = [] {
    alarm(30);
    std::_Exit(difference() ? 1 : 0);
  };
  EXPECT_EXIT(
      run(), [](int status) { return status != 0; }, "");
}

INSTANTIATE_TEST_SUITE_P(AreaTree, AreaTreeMutants,
                         testing::Values("area_tree.gap.never_grows", "area_tree.hole.forgets_what_it_passed",
                                         "area_tree.join.forgets_seam", "area_tree.join.loses_separator",
                                         "area_tree.reserve.forgets_root",
                                         "area_tree.set_end.keeps_separator_before",
                                         "area_tree.set_end.keeps_separator_behind", "area_tree.split.forgets_gap",
                                         "area_tree.join.stays_nearby", "area_tree.take_out.stops_at_leaf"),
                         [](const auto& name) {
                           std::string text = name.param;
                           for (char& letter : text)
                             if (letter == '.') letter = '_';
                           return text;
                         });

TEST(AreaTreeWithoutMutants, is_the_same) { EXPECT_EQ(difference(), std::nullopt); }

}  // namespace
}  // namespace refmm

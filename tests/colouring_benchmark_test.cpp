// What the benchmark of colours stands on: where the model puts objects, and what touches of them miss.
#include <refmm/tests/colouring_benchmark_simulation.hpp>
#include <refmm/tests/colouring_benchmark_slabs.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace refmm::colouring {
namespace {

using testing::Each;
using testing::ElementsAre;

const Kind signal_act{"signal_act", 1312, slab::SLAB_HWCACHE_ALIGN};
const Kind sock{"sock", 832, slab::SLAB_HWCACHE_ALIGN};

TEST(ColouringSlabs, HaveTheirColoursInTurn) {
  const Slabs slabs = slabs_of_model(i386_2_4_0, signal_act, Colours::with, 5);
  EXPECT_EQ(slabs.geometry.colour, 3u);
  EXPECT_THAT(slabs.colouroff, ElementsAre(64, 96, 128, 64, 96));
}

TEST(ColouringSlabs, WithoutColoursAllStartAlike) {
  for (const Kind& kind : kinds_of_period()) {
    for (const std::uint32_t line : {16u, 32u, 64u}) {
      Machine machine = i386_2_4_0;
      machine.l1_cache_bytes = line;
      const Slabs with = slabs_of_model(machine, kind, Colours::with, 4);
      const Slabs without = slabs_of_model(machine, kind, Colours::without, 4);
      EXPECT_THAT(without.colouroff, Each(with.colouroff.front())) << kind.name;
      EXPECT_EQ(without.geometry.num, with.geometry.num) << kind.name;
      EXPECT_EQ(without.geometry.objsize, with.geometry.objsize) << kind.name;
      EXPECT_EQ(without.bytes, with.bytes) << kind.name;
    }
  }
}

TEST(ColouringSlabs, NeedObjectsThatFit) {
  EXPECT_THROW(slabs_of_model(i386_2_4_0, {"tiny", 3, 0}, Colours::with, 1), std::invalid_argument);
  EXPECT_THROW(slabs_of_model(i386_2_4_0, {"huge", 131073, 0}, Colours::without, 1), std::invalid_argument);
}

TEST(ColouringSlabs, StandOneBehindTheOtherOrAnywhere) {
  const Slabs slabs = slabs_of_model(i386_2_4_0, signal_act, Colours::with, 2);
  EXPECT_THAT(first_bytes(slabs, Placement::successive, 1), ElementsAre(64, 1376, 2688, 4192, 5504, 6816));
  const Slabs many = slabs_of_model(i386_2_4_0, signal_act, Colours::with, 100);
  const std::vector<std::uint64_t> anywhere = first_bytes(many, Placement::random, 1);
  EXPECT_EQ(std::set(anywhere.begin(), anywhere.end()).size(), 300u);
  EXPECT_NE(anywhere, first_bytes(many, Placement::random, 2));
}

double all_misses(const CacheShape& shape, Colours colours, std::uint32_t slabs, Turns turns) {
  return misses(shape, first_bytes(slabs_of_model(i386_2_4_0, sock, colours, slabs), Placement::successive, 1),
                turns, 10, 1)
      .all();
}

TEST(ColouringMisses, AreNoneWhereEverySetHasRoom) {
  // Slabs of two pages, 9 objects: 9 sets of 4 ways without colours, 20 times as many with.
  const CacheShape pentium_iii{16384, 4, 32};
  for (const Turns turns : {Turns::random, Turns::fixed}) {
    EXPECT_EQ(all_misses(pentium_iii, Colours::without, 4, turns), 0);
    EXPECT_EQ(all_misses(pentium_iii, Colours::with, 32, turns), 0);
  }
}

TEST(ColouringMisses, AreAllOfThemWhereSetsAreTooSmallInFixedTurns) {
  EXPECT_EQ(all_misses({16384, 4, 32}, Colours::without, 16, Turns::fixed), 100);
  EXPECT_EQ(all_misses({16384, 512, 32}, Colours::without, 16, Turns::fixed), 0);
}

TEST(ColouringMisses, SayWhichAreConflicts) {
  const std::vector<std::uint64_t> three{0, 64, 128};
  const Misses in_one_set = misses({128, 2, 32}, three, Turns::fixed, 5, 1);
  EXPECT_EQ(in_one_set.conflict, 100);
  EXPECT_EQ(in_one_set.capacity, 0);
  const Misses in_a_small_cache = misses({64, 2, 32}, three, Turns::fixed, 5, 1);
  EXPECT_EQ(in_a_small_cache.conflict, 0);
  EXPECT_EQ(in_a_small_cache.capacity, 100);
}

TEST(ColouringMisses, AreDrawn) {
  EXPECT_EQ(bar({.capacity = 0, .conflict = 0}), "");
  EXPECT_EQ(bar({.capacity = 4, .conflict = 6}), "###..");
  EXPECT_EQ(bar({.capacity = 100, .conflict = 0}).size(), 50u);
}

}  // namespace
}  // namespace refmm::colouring

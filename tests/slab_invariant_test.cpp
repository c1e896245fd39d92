// Every conjunct of the invariant of the slab allocator can be broken, and is then the one that is false: a lawful state with one
// thing in it changed.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_invariant.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace refmm::slab {
namespace {

/// Two slabs of three objects, one full and one with one in use, and a slab whose descriptor lives outside.
State lawful() {
  State state = model::boot(i386_2_4_0);
  const auto carry_out = [&](const Command& command) {
    state = model::step(i386_2_4_0, std::move(state), command).state;
  };
  carry_out(CacheCreate{.name = "trio", .size = 1200, .offset = 0, .flags = 0, .ctor = false, .dtor = false});
  for (int i = 0; i < 4; ++i) carry_out(CacheAlloc{"trio", SLAB_KERNEL});
  carry_out(Kmalloc{4096, SLAB_KERNEL});
  return state;
}

Cache& cache(State& state, std::string_view name) {
  return *std::ranges::find_if(state.chain, [&](const Cache& each) { return each.name == name; });
}
Cache& trio(State& state) { return cache(state, "trio"); }

const std::map<std::string_view, std::function<void(State&)>>& changes() {
  static const std::map<std::string_view, std::function<void(State&)>> changes{
      {"slabs_ordered_full_partial_free", [](State& s) { std::swap(trio(s).slabs[0], trio(s).slabs[1]); }},
      {"first_not_full_is_first_slab_with_a_free_object", [](State& s) { trio(s).firstnotfull = 0; }},
      {"chains_hold_distinct_indices",
       [](State& s) {
         trio(s).slabs[1].free = {2, 2};
       }},
      {"free_and_in_use_are_num", [](State& s) { trio(s).slabs[1].inuse = 2; }},
      {"objects_end_inside_their_slab", [](State& s) { trio(s).slabs[1].colouroff = 1000; }},
      {"inside_descriptors_end_where_objects_begin", [](State& s) { trio(s).slabs[1].mgmt = OnSlab{4}; }},
      {"colours_are_within_range", [](State& s) { trio(s).slabs[1].colouroff += 4; }},
      {"outside_descriptors_are_objects_in_use",
       [](State& s) {
         cache(s, "size-4096").slabs[0].mgmt = Object{"size-32", 0, 7};
       }},
      {"cache_descriptors_are_objects_in_use",
       [](State& s) {
         trio(s).descr = Object{"kmem_cache", 0, 38};
       }},
      {"slabs_have_at_most_32_pages", [](State& s) { trio(s).geometry.gfporder = 6; }},
      {"no_growth_is_under_way", [](State& s) { trio(s).growing = 1; }},
      {"the_hand_points_into_the_ring", [](State& s) { s.clock_searchp = 28; }},
      {"kmem_cache_has_an_object_in_use_for_every_other_cache", [](State& s) { s.chain.pop_back(); }},
  };
  return changes;
}

TEST(SlabInvariant, HoldsOfTheLawfulState) {
  const auto broken = broken_conjunct(lawful());
  EXPECT_FALSE(broken) << broken->name;
}

TEST(SlabInvariant, HasNoConjunctThatCannotBeBroken) {
  for (const auto& conjunct : invariant) {
    const auto change = changes().find(conjunct.name);
    ASSERT_NE(change, changes().end()) << conjunct.name << " is not broken by this test";
    State state = lawful();
    change->second(state);
    EXPECT_FALSE(conjunct.holds(state)) << conjunct.name;
    EXPECT_TRUE(broken_conjunct(state)) << conjunct.name;
  }
  EXPECT_EQ(changes().size(), invariant.size());
}

}  // namespace
}  // namespace refmm::slab

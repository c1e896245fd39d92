// Every conjunct of the invariant can fail, and is then the one that is named.

#include <refmm/spec/slab_invariant.hpp>
#include <refmm/tests/slab_script.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::slab {
namespace {

/// Of `session` a full slab, a partial one and a free one; of `outside` a partial one.
State lawful() {
  SlabScript script;
  script.session()
      .outside()
      .alloc("session", 17)
      .free("session", 2, 0)
      .free("session", 1, 3)
      .free("session", 1, 5);
  return script.alloc("outside").state();
}

struct Tampering {
  std::string_view broken;
  void (*tamper)(State& state, Cache& session, Cache& outside);
};

constexpr Tampering tamperings[] = {
    {"slabs_ordered_full_partial_free",
     [](State&, Cache& session, Cache&) { std::swap(session.slabs[1], session.slabs[2]); }},
    {"slabs_ordered_full_partial_free",
     [](State&, Cache& session, Cache&) { std::swap(session.slabs[0], session.slabs[1]); }},
    {"first_not_full_is_first_slab_with_a_free_object",
     [](State&, Cache& session, Cache&) { session.firstnotfull = 0; }},
    {"first_not_full_is_first_slab_with_a_free_object",
     [](State&, Cache& session, Cache&) { session.firstnotfull = 2; }},
    {"chains_hold_distinct_indices",
     [](State&, Cache& session, Cache&) { session.slabs[1].free[0] = session.slabs[1].free[1]; }},
    {"chains_hold_distinct_indices", [](State&, Cache& session, Cache&) { session.slabs[1].free[0] = 8; }},
    {"free_and_in_use_are_num", [](State&, Cache& session, Cache&) { session.slabs[1].free.pop_back(); }},
    {"free_and_in_use_are_num", [](State&, Cache& session, Cache&) { session.slabs[1].inuse = 7; }},
    {"objects_end_inside_their_slab", [](State&, Cache& session, Cache&) { session.slabs[0].colouroff = 4096; }},
    {"inside_descriptors_end_where_objects_begin",
     [](State&, Cache& session, Cache&) { session.slabs[0].colouroff += 32; }},
    {"inside_descriptors_end_where_objects_begin",
     [](State&, Cache& session, Cache&) { std::get<OnSlab>(session.slabs[0].mgmt).offset += 32; }},
    {"colours_are_within_range",
     [](State&, Cache& session, Cache&) {
       session.slabs[0].colouroff += 1;
       std::get<OnSlab>(session.slabs[0].mgmt).offset += 1;
     }},
    {"colours_are_within_range", [](State&, Cache& session, Cache&) { session.geometry.colour = 1; }},
    {"outside_descriptors_are_objects_in_use",
     [](State& state, Cache&, Cache& outside) {
       Object& descriptor = std::get<Object>(outside.slabs[0].mgmt);
       descriptor.index = cache_named(state, descriptor.cache)->slabs[0].free.front();
     }},
    {"outside_descriptors_are_objects_in_use",
     [](State&, Cache&, Cache& outside) { std::get<Object>(outside.slabs[0].mgmt).cache = "size-128"; }},
    {"outside_descriptors_are_objects_in_use",
     [](State&, Cache&, Cache& outside) { outside.slabp_cache.reset(); }},
    {"cache_descriptors_are_objects_in_use", [](State&, Cache& session, Cache&) { session.descr.reset(); }},
    {"cache_descriptors_are_objects_in_use",
     [](State& state, Cache& session, Cache&) { session.descr->index = state.chain[0].slabs[0].free.front(); }},
    {"kmem_cache_has_an_object_in_use_for_every_other_cache",
     [](State& state, Cache&, Cache&) { state.chain.pop_back(); }},
    {"slabs_have_at_most_32_pages", [](State&, Cache& session, Cache&) { session.geometry.gfporder = 6; }},
    {"no_growth_is_under_way", [](State&, Cache&, Cache& outside) { outside.growing = 1; }},
    {"the_hand_points_into_the_ring",
     [](State& state, Cache&, Cache&) { state.clock_searchp = static_cast<std::uint32_t>(state.chain.size()); }},
};

TEST(SlabInvariant, HoldsOfTheStateThatIsTamperedWith) {
  const State state = lawful();
  for (const auto& conjunct : invariant) EXPECT_TRUE(conjunct.holds(state)) << conjunct.name;
}

TEST(SlabInvariant, NamesTheConjunctThatIsBroken) {
  for (const Tampering& tampering : tamperings) {
    State state = lawful();
    tampering.tamper(state, cache_in(state, "session"), cache_in(state, "outside"));
    const auto broken = broken_conjunct(state);
    ASSERT_TRUE(broken) << "nothing is broken where it should be " << tampering.broken;
    EXPECT_EQ(broken->name, tampering.broken);
  }
}

TEST(SlabInvariant, EveryConjunctIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& conjunct : invariant) stated.insert(conjunct.name);
  for (const Tampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::slab

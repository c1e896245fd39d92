// Every step law can fail: what the model does keeps all of them, and something that it does not do breaks each.

#include <refmm/spec/slab_step_laws.hpp>
#include <refmm/tests/slab_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace refmm::slab {
namespace {

// ---- What the model does ----------------------------------------------------------------------------------------------

Carried with_room() { return SlabScript().session().alloc("session", 2).last(); }
Carried growth() { return SlabScript().session().alloc("session").last(); }
Carried second_growth() { return SlabScript().session().alloc("session", 9).last(); }
Carried atomic_growth() { return SlabScript().session().alloc("session", 1, SLAB_ATOMIC).last(); }
Carried outside_growth() { return SlabScript().outside().alloc("outside").last(); }
Carried forbidden() { return SlabScript().session().alloc("session", 1, SLAB_KERNEL | SLAB_NO_GROW).last(); }
Carried no_pages() { return SlabScript().session().alloc("session", 8).fail(1).alloc("session").last(); }
Carried no_management() { return SlabScript().outside().fail(1, 1).alloc("outside").last(); }
Carried dma() { return SlabScript().run(Kmalloc{100, SLAB_KERNEL | GFP_DMA}).last(); }
Carried not_dma() { return SlabScript().run(Kmalloc{100, SLAB_KERNEL}).last(); }

Carried free_of_full() { return SlabScript().session().alloc("session", 17).free("session", 1, 3).last(); }
Carried kfree_null() { return SlabScript().run(Kfree{std::nullopt}).last(); }
Carried kfree_session() {
  return SlabScript().session().alloc("session", 2).run(Kfree{{{"session", 0, 1}}}).last();
}

Carried shrink() {
  return SlabScript().session().alloc("session", 9).free("session", 1, 0).run(CacheShrink{"session"}).last();
}
Carried shrink_to_nothing() {
  return SlabScript().session().alloc("session").free("session", 0, 0).run(CacheShrink{"session"}).last();
}
Carried shrink_outside() {
  return SlabScript().outside().alloc("outside").free("outside", 0, 0).run(CacheShrink{"outside"}).last();
}

Carried create() { return SlabScript().session().last(); }
Carried create_outside() { return SlabScript().outside().last(); }
/// The first cache that kmem_cache has to grow for, and cannot.
Carried no_descriptor() {
  SlabScript script;
  while (has_room(script.state().chain.front())) {
    const auto caches = std::to_string(script.state().chain.size());
    script.run(CacheCreate{"cache-" + caches, 64, 0, 0, false, false});
  }
  return script.fail(1).session().last();
}

Carried destroy_busy() { return SlabScript().session().alloc("session").run(CacheDestroy{"session"}).last(); }
Carried destroy_idle() {
  return SlabScript().session().alloc("session").free("session", 0, 0).run(CacheDestroy{"session"}).last();
}

/// Of `slabs` slabs of `session` all but the first are free.
Carried reap_of(std::uint32_t slabs) {
  SlabScript script;
  script.session().alloc("session", static_cast<int>(8 * slabs));
  for (std::uint32_t slab = 1; slab < slabs; ++slab) script.empty("session", slab);
  return script.reap_for_pages().last();
}
Carried reap() { return reap_of(6); }
Carried perfect_reap() { return reap_of(13); }
Carried reap_of_nothing() { return SlabScript().run(CacheReap{SLAB_KERNEL}).last(); }
Carried reap_after_growth() {
  return SlabScript().session().alloc("session").free("session", 0, 0).run(CacheReap{SLAB_KERNEL}).last();
}

// ---- What breaks a law ------------------------------------------------------------------------------------------------

Cache& session(Carried& made) { return cache_in(made.after, "session"); }

template <class Kind>
Kind& effect(Carried& made) {
  const auto found =
      std::ranges::find_if(made.effects, [](const Effect& e) { return std::holds_alternative<Kind>(e); });
  return std::get<Kind>(*found);
}

template <class Kind>
void without(Carried& made) {
  std::erase_if(made.effects, [](const Effect& e) { return std::holds_alternative<Kind>(e); });
}

struct Tampering {
  std::string_view broken;
  Carried (*made)();
  void (*tamper)(Carried& made);
};

constexpr Tampering tamperings[] = {
    // Allocating.
    {"an_object_handed_out_was_free", with_room, [](Carried& made) { std::get<Object>(made.result).index = 0; }},
    {"an_object_handed_out_was_free", with_room, [](Carried& made) { made.after = made.before; }},
    {"an_allocation_takes_the_first_object_of_the_first_slab_with_room", with_room,
     [](Carried& made) { std::get<Object>(made.result).index = 2; }},
    {"an_allocation_takes_the_first_object_of_the_first_slab_with_room", with_room,
     [](Carried& made) { std::get<Object>(made.result).slab = 1; }},
    {"an_allocation_with_room_asks_for_nothing", with_room,
     [](Carried& made) {
       made.effects.push_back(Ctor{"session", 0, 8, SLAB_CTOR_CONSTRUCTOR});
     }},
    {"a_cache_grows_only_when_it_has_no_free_object", with_room,
     [](Carried& made) {
       made.effects.push_back(GetPages{"session", 1, 0, SLAB_KERNEL});
     }},
    {"a_forbidden_growth_leaves_no_trace", forbidden, [](Carried& made) { session(made).grown = true; }},
    {"a_forbidden_growth_leaves_no_trace", forbidden,
     [](Carried& made) {
       made.effects.push_back(GetPages{"session", 0, 0, SLAB_KERNEL});
     }},
    {"requests_carry_the_mask_of_the_call_and_of_the_cache", growth,
     [](Carried& made) { effect<GetPages>(made).gfp = SLAB_ATOMIC; }},
    {"requests_carry_the_mask_of_the_call_and_of_the_cache", dma,
     [](Carried& made) { effect<GetPages>(made).gfp = SLAB_KERNEL; }},
    {"requests_carry_the_mask_of_the_call_and_of_the_cache", growth,
     [](Carried& made) { made.command = CacheShrink{"session"}; }},
    {"a_new_slab_stands_at_the_colour_that_was_next", second_growth,
     [](Carried& made) { session(made).slabs.back().colouroff -= 32; }},
    {"a_growth_that_fails_has_used_a_colour", no_pages, [](Carried& made) { session(made).grown = false; }},
    {"a_growth_that_fails_has_used_a_colour", no_pages, [](Carried& made) { session(made).colour_next -= 1; }},
    {"a_growth_that_fails_has_used_a_colour", no_management,
     [](Carried& made) { cache_in(made.after, "outside").grown = false; }},
    {"pages_without_a_descriptor_are_given_back", no_management, [](Carried& made) { without<FreePages>(made); }},
    {"pages_without_a_descriptor_are_given_back", no_management,
     [](Carried& made) { effect<FreePages>(made).slab = 1; }},
    {"outside_descriptors_are_had_and_given_back_as_effects", outside_growth,
     [](Carried& made) { effect<Mgmt>(made).object->cache = "size-128"; }},
    {"inside_descriptors_stand_at_the_colour", growth,
     [](Carried& made) { session(made).slabs[0].mgmt = OnSlab{1}; }},
    {"constructors_run_once_for_each_new_slab", growth, [](Carried& made) { without<Ctor>(made); }},
    {"constructors_run_once_for_each_new_slab", growth,
     [](Carried& made) { made.effects.push_back(effect<Ctor>(made)); }},
    {"constructors_run_once_for_each_new_slab", growth, [](Carried& made) { effect<Ctor>(made).num = 7; }},
    {"constructors_run_once_for_each_new_slab", outside_growth,
     [](Carried& made) {
       made.effects.push_back(Ctor{"outside", 0, 4, SLAB_CTOR_CONSTRUCTOR});
     }},
    {"constructors_hear_of_atomic_growth", growth,
     [](Carried& made) { effect<Ctor>(made).flags |= SLAB_CTOR_ATOMIC; }},
    {"constructors_hear_of_atomic_growth", atomic_growth,
     [](Carried& made) { effect<Ctor>(made).flags &= ~SLAB_CTOR_ATOMIC; }},
    {"dma_requests_go_to_dma_caches", dma,
     [](Carried& made) { std::get<Object>(made.result).cache = "size-128"; }},
    {"dma_requests_go_to_dma_caches", not_dma,
     [](Carried& made) { std::get<Object>(made.result).cache = "size-128(DMA)"; }},

    // Freeing.
    {"a_freed_object_is_first_in_its_chain", kfree_session,
     [](Carried& made) { std::ranges::reverse(session(made).slabs[0].free); }},
    {"an_object_of_a_full_slab_is_the_next_handed_out", free_of_full,
     [](Carried& made) { session(made).firstnotfull += 1; }},
    {"an_object_of_a_full_slab_is_the_next_handed_out", free_of_full,
     [](Carried& made) { std::swap(session(made).slabs[1], session(made).slabs[2]); }},
    {"freeing_gives_no_page_back", free_of_full,
     [](Carried& made) {
       made.effects.push_back(FreePages{"session", 1, 0});
     }},
    {"freeing_gives_no_page_back", free_of_full, [](Carried& made) { session(made).slabs.pop_back(); }},
    {"freeing_nothing_changes_nothing", kfree_null, [](Carried& made) { made.after.clock_searchp += 1; }},
    {"freeing_nothing_changes_nothing", kfree_null,
     [](Carried& made) {
       made.effects.push_back(FreePages{"kmem_cache", 0, 0});
     }},
    {"kfree_frees_objects_of_every_cache", kfree_session, [](Carried& made) { made.after = made.before; }},

    // Giving slabs back.
    {"no_live_object_moves", shrink, [](Carried& made) { session(made).slabs[0].colouroff += 32; }},
    {"no_live_object_moves", shrink, [](Carried& made) { session(made).slabs.clear(); }},
    {"shrink_leaves_no_free_slab", shrink, [](Carried& made) { made.after = made.before; }},
    {"shrink_tells_whether_slabs_are_left", shrink, [](Carried& made) { made.result = Status{0}; }},
    {"shrink_tells_whether_slabs_are_left", shrink_to_nothing, [](Carried& made) { made.result = Status{1}; }},
    {"destructors_run_before_their_pages_go", shrink, [](Carried& made) { without<Dtor>(made); }},
    {"destructors_run_before_their_pages_go", shrink, [](Carried& made) { std::ranges::reverse(made.effects); }},
    {"destructors_run_before_their_pages_go", shrink, [](Carried& made) { effect<Dtor>(made).num = 7; }},
    {"outside_descriptors_go_after_their_pages", shrink_outside, [](Carried& made) { without<MgmtFree>(made); }},
    {"outside_descriptors_go_after_their_pages", shrink_outside,
     [](Carried& made) { std::ranges::reverse(made.effects); }},
    {"a_slab_that_is_gone_has_given_its_pages_back", shrink, [](Carried& made) { without<FreePages>(made); }},
    {"a_slab_that_is_gone_has_given_its_pages_back", shrink,
     [](Carried& made) { made.effects.push_back(effect<FreePages>(made)); }},
    {"pages_given_back_are_of_slabs_that_are_gone", shrink, [](Carried& made) { made.after = made.before; }},

    // Creating and destroying.
    {"a_new_cache_stands_behind_kmem_cache", create,
     [](Carried& made) { std::swap(made.after.chain[1], made.after.chain[2]); }},
    {"a_new_cache_stands_behind_kmem_cache", create, [](Carried& made) { made.after.clock_searchp += 1; }},
    {"a_new_cache_has_a_descriptor_of_kmem_cache", create, [](Carried& made) { session(made).descr.reset(); }},
    {"a_new_cache_has_a_descriptor_of_kmem_cache", create,
     [](Carried& made) { session(made).descr = made.after.chain[2].descr; }},
    {"the_order_is_the_first_that_fits_well_or_is_the_limit", create,
     [](Carried& made) { session(made).geometry.gfporder = 1; }},
    {"the_order_is_the_first_that_fits_well_or_is_the_limit", create,
     [](Carried& made) { session(made).geometry.num = 7; }},
    {"outside_descriptors_come_from_the_smallest_general_cache_that_holds_them", create_outside,
     [](Carried& made) { cache_in(made.after, "outside").slabp_cache = "size-128"; }},
    {"outside_descriptors_come_from_the_smallest_general_cache_that_holds_them", create,
     [](Carried& made) { session(made).slabp_cache = "size-64"; }},
    {"without_a_descriptor_there_is_no_cache", no_descriptor,
     [](Carried& made) { made.after.chain.push_back(made.after.chain.back()); }},
    {"without_a_descriptor_there_is_no_cache", no_descriptor,
     [](Carried& made) { made.before.chain.front().firstnotfull = 0; }},
    {"destroy_refuses_a_busy_cache", destroy_busy, [](Carried& made) { made.result = Status{0}; }},
    {"destroy_refuses_a_busy_cache", destroy_busy,
     [](Carried& made) { std::swap(made.after.chain[1], made.after.chain[2]); }},
    {"destroy_removes_an_idle_cache", destroy_idle, [](Carried& made) { made.result = Status{1}; }},
    {"destroy_removes_an_idle_cache", destroy_idle, [](Carried& made) { made.after = made.before; }},
    {"the_hand_leaves_a_cache_that_is_destroyed", destroy_idle,
     [](Carried& made) { made.after.clock_searchp += 1; }},
    {"the_hand_leaves_a_cache_that_is_destroyed", destroy_idle,
     [](Carried& made) { made.before.clock_searchp = 1; }},

    // Reaping.
    {"the_hand_passes_at_most_ten_caches", reap_of_nothing, [](Carried& made) { made.after.clock_searchp += 1; }},
    {"reap_takes_from_one_cache", reap,
     [](Carried& made) {
       made.effects.push_back(FreePages{"kmem_cache", 0, 0});
     }},
    {"reap_takes_from_the_first_cache_of_most_worth", reap, [](Carried& made) { made.effects.clear(); }},
    {"reap_takes_from_the_first_cache_of_most_worth", reap,
     [](Carried& made) { effect<FreePages>(made).cache = "kmem_cache"; }},
    {"four_fifths_of_the_free_slabs_go_from_the_end", reap, [](Carried& made) { made.effects.pop_back(); }},
    {"four_fifths_of_the_free_slabs_go_from_the_end", reap,
     [](Carried& made) { std::ranges::reverse(made.effects); }},
    {"reap_spares_caches_that_must_not_be_reaped", reap_of_nothing,
     [](Carried& made) { made.after.chain.front().slabs.clear(); }},
    {"reap_spares_caches_that_have_just_grown", reap_after_growth,
     [](Carried& made) { session(made).slabs.clear(); }},
    {"the_hand_takes_marks_of_growth_off_where_it_passes", reap_after_growth,
     [](Carried& made) { session(made).grown = true; }},
    {"the_hand_takes_marks_of_growth_off_where_it_passes", reap_after_growth,
     [](Carried& made) { made.before.chain.back().grown = true; }},
    {"a_cache_that_is_being_grown_is_not_reaped", second_growth,
     [](Carried& made) {
       made.effects.push_back(FreePages{"session", 0, 0});
     }},
    {"a_cache_keeps_the_mark_of_the_growth_that_it_was_reaped_in", second_growth,
     [](Carried& made) { session(made).grown = false; }},
    {"ten_free_slabs_of_the_best_cache_end_the_search", perfect_reap,
     [](Carried& made) { made.after.clock_searchp += 1; }},
    {"the_hand_stops_early_only_for_ten_free_slabs", reap_of_nothing,
     [](Carried& made) { made.after.clock_searchp -= 1; }},
    {"nothing_worth_reaping_leaves_all_slabs", reap_of_nothing,
     [](Carried& made) {
       made.effects.push_back(FreePages{"kmem_cache", 0, 0});
     }},

    // Failures.
    {"a_failure_loses_no_object_and_no_slab", no_pages, [](Carried& made) { session(made).slabs.clear(); }},
    {"a_failure_loses_no_object_and_no_slab", no_pages,
     [](Carried& made) {
       session(made).slabs.clear();
       made.effects.push_back(FreePages{"session", 0, 0});
     }},
};

TEST(SlabStepLaws, HoldOfTheCommandsThatAreTamperedWith) {
  for (const Tampering& tampering : tamperings) {
    const Carried made = tampering.made();
    for (const auto& law : step_laws) {
      EXPECT_TRUE(law.holds(made.transition())) << law.name << " where " << tampering.broken << " is to be broken";
    }
  }
}

TEST(SlabStepLaws, EachCanBeBroken) {
  for (const Tampering& tampering : tamperings) {
    const auto law = std::ranges::find(step_laws, tampering.broken, &StepLaw<Transition>::name);
    ASSERT_NE(law, step_laws.end()) << "no law is called " << tampering.broken;
    Carried made = tampering.made();
    tampering.tamper(made);
    const auto row = &tampering - tamperings;
    EXPECT_FALSE(law->holds(made.transition())) << law->name << " holds in spite of the tampering in row " << row;
  }
}

TEST(SlabStepLaws, EveryLawIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& law : step_laws) stated.insert(law.name);
  for (const Tampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::slab

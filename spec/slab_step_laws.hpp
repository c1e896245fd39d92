// Laws about one command of the slab allocator: what must hold between the state before and the state after.
//
// Each claims something of certain commands only and holds of all others.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_create_step_laws.hpp>
#include <refmm/spec/slab_reap_step_laws.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/spec/slab_transition.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::slab {

namespace holds {

// ---- Allocating -------------------------------------------------------------------------------------------------------

constexpr bool an_object_handed_out_was_free(const Transition& t) {
  const Object* object = std::get_if<Object>(&t.result);
  if (!object) return true;
  // Growth may reap, and reaping another cache gives its outside descriptors back, perhaps to this very cache.
  const bool was_descriptor = std::ranges::any_of(t.effects, [&](const Effect& effect) {
    const auto* freed = std::get_if<MgmtFree>(&effect);
    return freed && freed->object == *object;
  });
  return (was_descriptor || !is_in_use(t.before, *object)) && is_in_use(t.after, *object);
}

constexpr bool an_allocation_takes_the_first_object_of_the_first_slab_with_room(const Transition& t) {
  const Cache* cache = allocated_from(t);
  const Object* object = std::get_if<Object>(&t.result);
  if (!cache || !object || !has_room(*cache)) return true;
  const Slab& slab = cache->slabs[cache->firstnotfull];
  return object->slab == slab.number && object->index == slab.free.front();
}

constexpr bool an_allocation_with_room_asks_for_nothing(const Transition& t) {
  const Cache* cache = allocated_from(t);
  return !cache || !has_room(*cache) || t.effects.empty();
}

constexpr bool a_forbidden_growth_leaves_no_trace(const Transition& t) {
  return refusal(t) != Refusal::growth_forbidden || (t.before == t.after && t.effects.empty());
}

/// The flags of the call that allocates, if it is one.
constexpr std::optional<std::uint32_t> flags_of_allocation(const Transition& t) {
  if (const auto* alloc = call<CacheAlloc>(t)) return alloc->flags;
  if (const auto* kmalloc = call<Kmalloc>(t)) return kmalloc->flags;
  return call<CacheCreate>(t) ? std::optional(SLAB_KERNEL) : std::nullopt;
}

/// The first request is that of the cache allocated from; what follows is for outside descriptors.
constexpr bool requests_carry_the_mask_of_the_call_and_of_the_cache(const Transition& t) {
  const auto flags = flags_of_allocation(t);
  const GetPages* first = nullptr;
  for (const Effect& effect : t.effects) {
    const auto* request = std::get_if<GetPages>(&effect);
    if (!request) continue;
    if (!first) first = request;
    const std::uint32_t of_call = flags.value_or(0) & (request->cache == first->cache ? ~0u : SLAB_LEVEL_MASK);
    if (!flags || request->gfp != (of_call | cache_named(t.after, request->cache)->gfpflags)) return false;
  }
  return true;
}

constexpr bool a_new_slab_stands_at_the_colour_that_was_next(const Transition& t) {
  const Cache* before = allocated_from(t);
  if (!before) return true;
  const Cache& after = *cache_named(t.after, before->name);
  return std::ranges::all_of(after.slabs, [&](const Slab& slab) {
    const bool inside = std::holds_alternative<OnSlab>(slab.mgmt);
    const std::uint32_t colour = before->colour_next * before->geometry.colour_off;
    return slab.number < before->slabs_created ||
           slab.colouroff == colour + (inside ? before->geometry.slab_size : 0);
  });
}

constexpr bool a_growth_that_fails_has_used_a_colour(const Transition& t) {
  if (refusal(t) != Refusal::no_pages && refusal(t) != Refusal::no_management) return true;
  const auto* alloc = call<CacheAlloc>(t);
  if (!alloc) return true;
  const Cache& before = *cache_named(t.before, alloc->cache);
  const Cache& after = *cache_named(t.after, alloc->cache);
  const bool wraps = before.colour_next + 1 >= before.geometry.colour;
  return after.grown && after.colour_next == (wraps ? 0 : before.colour_next + 1);
}

constexpr bool pages_without_a_descriptor_are_given_back(const Transition& t) {
  std::optional<FreePages> due;
  for (const Effect& effect : t.effects) {
    if (due && effect != Effect{*due}) return false;
    due.reset();
    const auto* mgmt = std::get_if<Mgmt>(&effect);
    if (!mgmt || mgmt->object) continue;
    const Cache* cache = cache_named(t.before, mgmt->cache);
    if (cache) due = FreePages{mgmt->cache, mgmt->slab, cache->geometry.gfporder};
  }
  return !due;
}

constexpr bool outside_descriptors_are_had_and_given_back_as_effects(const Transition& t) {
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* mgmt = std::get_if<Mgmt>(&effect);
    const Cache* cache = mgmt ? cache_named(t.after, mgmt->cache) : nullptr;
    return !cache || !mgmt->object || mgmt->object->cache == cache->slabp_cache;
  });
}

constexpr bool inside_descriptors_stand_at_the_colour(const Transition& t) {
  return for_all_slabs(t.after, [&](const Cache& cache, const Slab& slab) {
    const OnSlab* inside = std::get_if<OnSlab>(&slab.mgmt);
    return !inside || inside->offset % cache.geometry.colour_off == 0;
  });
}

constexpr bool constructors_run_once_for_each_new_slab(const Transition& t) {
  for (const Effect& effect : t.effects) {
    const auto* ctor = std::get_if<Ctor>(&effect);
    if (!ctor) continue;
    const Cache* cache = cache_named(t.after, ctor->cache);
    if (!cache || !cache->ctor || ctor->num != cache->geometry.num) return false;
  }
  // A slab of a cache with a constructor that is new in the state was constructed by this very command.
  return for_all_slabs(t.after, [&](const Cache& cache, const Slab& slab) {
    if (!cache.ctor) return true;
    const Cache* older = cache_named(t.before, cache.name);
    if (older && slab.number < older->slabs_created) return true;
    return std::ranges::count_if(t.effects, [&](const Effect& effect) {
             const auto* ctor = std::get_if<Ctor>(&effect);
             return ctor && ctor->cache == cache.name && ctor->slab == slab.number;
           }) == 1;
  });
}

constexpr bool constructors_hear_of_atomic_growth(const Transition& t) {
  const auto* alloc = call<CacheAlloc>(t);
  const bool atomic = alloc && (alloc->flags & SLAB_LEVEL_MASK) == SLAB_ATOMIC;
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* ctor = std::get_if<Ctor>(&effect);
    return !ctor || !alloc || ((ctor->flags & SLAB_CTOR_ATOMIC) != 0) == atomic;
  });
}

constexpr bool a_cache_grows_only_when_it_has_no_free_object(const Transition& t) {
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* request = std::get_if<GetPages>(&effect);
    const Cache* cache = request ? cache_named(t.before, request->cache) : nullptr;
    return !cache || !has_room(*cache) || count_effects<FreePages>(t) != 0;
  });
}

constexpr bool dma_requests_go_to_dma_caches(const Transition& t) {
  const auto* kmalloc = call<Kmalloc>(t);
  const Object* object = std::get_if<Object>(&t.result);
  if (!kmalloc || !object) return true;
  return ((kmalloc->flags & GFP_DMA) != 0) == (cache_named(t.after, object->cache)->gfpflags == GFP_DMA);
}

// ---- Freeing ----------------------------------------------------------------------------------------------------------

constexpr bool a_freed_object_is_first_in_its_chain(const Transition& t) {
  const Object* object = freed_object(t);
  if (!object) return true;
  return slab_numbered(*cache_named(t.after, object->cache), object->slab)->free.front() == object->index;
}

constexpr bool an_object_of_a_full_slab_is_the_next_handed_out(const Transition& t) {
  const Object* object = freed_object(t);
  if (!object) return true;
  const Cache& before = *cache_named(t.before, object->cache);
  if (slab_numbered(before, object->slab)->inuse != before.geometry.num) return true;
  const Cache& after = *cache_named(t.after, object->cache);
  return has_room(after) && after.slabs[after.firstnotfull].number == object->slab &&
         after.slabs[after.firstnotfull].free.front() == object->index;
}

constexpr bool freeing_gives_no_page_back(const Transition& t) {
  return !freed_object(t) || (t.effects.empty() && slabs_in_all(t.before) == slabs_in_all(t.after));
}

constexpr bool freeing_nothing_changes_nothing(const Transition& t) {
  const auto* kfree = call<Kfree>(t);
  return !kfree || kfree->object || (t.before == t.after && t.effects.empty());
}

constexpr bool kfree_frees_objects_of_every_cache(const Transition& t) {
  const auto* kfree = call<Kfree>(t);
  return !kfree || !kfree->object || !is_in_use(t.after, *kfree->object);
}

// ---- Giving slabs back ------------------------------------------------------------------------------------------------

constexpr bool no_live_object_moves(const Transition& t) {
  if (!call<CacheShrink>(t) && !call<CacheReap>(t) && !call<CacheDestroy>(t)) return true;
  return for_all_slabs(t.before, [&](const Cache& cache, const Slab& slab) {
    if (slab.inuse == 0) return true;
    const Cache* later_cache = cache_named(t.after, cache.name);
    if (!later_cache) return false;
    const Slab* later = slab_numbered(*later_cache, slab.number);
    // Only outside descriptors and cache descriptors, which no caller holds, may have been given back.
    return later ? later->colouroff == slab.colouroff && later->inuse <= slab.inuse : false;
  });
}

constexpr bool shrink_leaves_no_free_slab(const Transition& t) {
  const auto* shrink = call<CacheShrink>(t);
  return !shrink || !status(t) || free_slabs(*cache_named(t.after, *shrink->cache)) == 0;
}

constexpr bool shrink_tells_whether_slabs_are_left(const Transition& t) {
  const auto* shrink = call<CacheShrink>(t);
  return !shrink || !status(t) || (*status(t) == 1) == !cache_named(t.after, *shrink->cache)->slabs.empty();
}

constexpr bool destructors_run_before_their_pages_go(const Transition& t) {
  for (std::size_t i = 0; i < t.effects.size(); ++i) {
    const auto* pages = std::get_if<FreePages>(&t.effects[i]);
    const Cache* cache = pages ? cache_named(t.before, pages->cache) : nullptr;
    if (!cache || !cache->dtor || !slab_numbered(*cache, pages->slab)) continue;
    const auto* dtor = i > 0 ? std::get_if<Dtor>(&t.effects[i - 1]) : nullptr;
    if (!dtor || dtor->cache != pages->cache || dtor->slab != pages->slab || dtor->num != cache->geometry.num)
      return false;
  }
  return true;
}

constexpr bool outside_descriptors_go_after_their_pages(const Transition& t) {
  for (std::size_t i = 0; i < t.effects.size(); ++i) {
    const auto* pages = std::get_if<FreePages>(&t.effects[i]);
    const Cache* cache = pages ? cache_named(t.before, pages->cache) : nullptr;
    if (!cache || !cache->slabp_cache || !slab_numbered(*cache, pages->slab)) continue;
    const auto* mgmt = i + 1 < t.effects.size() ? std::get_if<MgmtFree>(&t.effects[i + 1]) : nullptr;
    if (!mgmt || mgmt->cache != pages->cache || mgmt->slab != pages->slab) return false;
  }
  return true;
}

constexpr bool a_slab_that_is_gone_has_given_its_pages_back(const Transition& t) {
  // The usual case at once: as many slabs as before, and nothing done that could bring another.
  if (t.effects.empty() && slabs_in_all(t.before) == slabs_in_all(t.after)) return true;
  return for_all_slabs(t.before, [&](const Cache& cache, const Slab& slab) {
    const Cache* later = cache_named(t.after, cache.name);
    if (later && slab_numbered(*later, slab.number)) return true;
    const Effect given_back = FreePages{cache.name, slab.number, cache.geometry.gfporder};
    return std::ranges::count(t.effects, given_back) == 1;
  });
}

constexpr bool pages_given_back_are_of_slabs_that_are_gone(const Transition& t) {
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* pages = std::get_if<FreePages>(&effect);
    const Cache* cache = pages ? cache_named(t.after, pages->cache) : nullptr;
    return !cache || !slab_numbered(*cache, pages->slab);
  });
}

// ---- Failures ---------------------------------------------------------------------------------------------------------

constexpr bool a_failure_loses_no_object_and_no_slab(const Transition& t) {
  if (!refusal(t) || is_bug(*refusal(t))) return true;
  // Each slab of before is still there, or it was reaped: its pages were given back, and before that all of its objects
  // that were in use, which were outside descriptors of slabs that were reaped as well.
  return for_all_slabs(t.before, [&](const Cache& cache, const Slab& slab) {
    if (slab_numbered(*cache_named(t.after, cache.name), slab.number)) return true;
    const auto descriptors_freed = std::ranges::count_if(t.effects, [&](const Effect& effect) {
      const auto* freed = std::get_if<MgmtFree>(&effect);
      return freed && freed->object.cache == cache.name && freed->object.slab == slab.number;
    });
    const Effect pages_freed = FreePages{cache.name, slab.number, cache.geometry.gfporder};
    return slab.inuse == static_cast<std::uint32_t>(descriptors_freed) &&
           std::ranges::find(t.effects, pages_freed) != t.effects.end();
  });
}

}  // namespace holds

#define REFMM_STEP_LAW(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("slab.alloc.not_twice", an_object_handed_out_was_free),
    REFMM_STEP_LAW("slab.alloc.first_not_full", an_allocation_takes_the_first_object_of_the_first_slab_with_room),
    REFMM_STEP_LAW("slab.alloc.grows", an_allocation_with_room_asks_for_nothing),
    REFMM_STEP_LAW("slab.alloc.grows", a_cache_grows_only_when_it_has_no_free_object),
    REFMM_STEP_LAW("slab.grow.null.forbidden", a_forbidden_growth_leaves_no_trace),
    REFMM_STEP_LAW("slab.grow.mask", requests_carry_the_mask_of_the_call_and_of_the_cache),
    REFMM_STEP_LAW("slab.grow.colour", a_new_slab_stands_at_the_colour_that_was_next),
    REFMM_STEP_LAW("slab.grow.null.no_pages", a_growth_that_fails_has_used_a_colour),
    REFMM_STEP_LAW("slab.grow.null.no_management", pages_without_a_descriptor_are_given_back),
    REFMM_STEP_LAW("slab.grow.management.outside", outside_descriptors_are_had_and_given_back_as_effects),
    REFMM_STEP_LAW("slab.grow.management.inside", inside_descriptors_stand_at_the_colour),
    REFMM_STEP_LAW("slab.grow.constructor", constructors_run_once_for_each_new_slab),
    REFMM_STEP_LAW("slab.grow.constructor.atomic", constructors_hear_of_atomic_growth),
    REFMM_STEP_LAW("slab.kmalloc.dma", dma_requests_go_to_dma_caches),
    REFMM_STEP_LAW("slab.free.head_of_chain", a_freed_object_is_first_in_its_chain),
    REFMM_STEP_LAW("slab.free.next_alloc", an_object_of_a_full_slab_is_the_next_handed_out),
    REFMM_STEP_LAW("slab.free.keeps_pages", freeing_gives_no_page_back),
    REFMM_STEP_LAW("slab.kfree.null", freeing_nothing_changes_nothing),
    REFMM_STEP_LAW("slab.kfree.any_cache", kfree_frees_objects_of_every_cache),
    REFMM_STEP_LAW("slab.shrink.live_objects_stay", no_live_object_moves),
    REFMM_STEP_LAW("slab.shrink.free_slabs", shrink_leaves_no_free_slab),
    REFMM_STEP_LAW("slab.shrink.result", shrink_tells_whether_slabs_are_left),
    REFMM_STEP_LAW("slab.release.destructor", destructors_run_before_their_pages_go),
    REFMM_STEP_LAW("slab.release.management", outside_descriptors_go_after_their_pages),
    REFMM_STEP_LAW("slab.release.pages", a_slab_that_is_gone_has_given_its_pages_back),
    REFMM_STEP_LAW("slab.release.pages", pages_given_back_are_of_slabs_that_are_gone),
    REFMM_STEP_LAW("slab.create.chain_front", a_new_cache_stands_behind_kmem_cache),
    REFMM_STEP_LAW("slab.create.descriptor", a_new_cache_has_a_descriptor_of_kmem_cache),
    REFMM_STEP_LAW("slab.create.order.fits_well", the_order_is_the_first_that_fits_well_or_is_the_limit),
    REFMM_STEP_LAW("slab.create.management.outside",
                   outside_descriptors_come_from_the_smallest_general_cache_that_holds_them),
    REFMM_STEP_LAW("slab.create.null.no_descriptor", without_a_descriptor_there_is_no_cache),
    REFMM_STEP_LAW("slab.destroy.busy", destroy_refuses_a_busy_cache),
    REFMM_STEP_LAW("slab.destroy.done", destroy_removes_an_idle_cache),
    REFMM_STEP_LAW("slab.destroy.clock_moves", the_hand_leaves_a_cache_that_is_destroyed),
    REFMM_STEP_LAW("slab.reap.scan", the_hand_passes_at_most_ten_caches),
    REFMM_STEP_LAW("slab.reap.scan", reap_takes_from_one_cache),
    REFMM_STEP_LAW("slab.reap.scan", reap_takes_from_the_first_cache_of_most_worth),
    REFMM_STEP_LAW("slab.reap.passes.no_reap", reap_spares_caches_that_must_not_be_reaped),
    REFMM_STEP_LAW("slab.reap.passes.grown", reap_spares_caches_that_have_just_grown),
    REFMM_STEP_LAW("slab.reap.passes.grown", the_hand_takes_marks_of_growth_off_where_it_passes),
    REFMM_STEP_LAW("slab.reap.passes.growing", a_cache_that_is_being_grown_is_not_reaped),
    REFMM_STEP_LAW("slab.reap.passes.growing", a_cache_keeps_the_mark_of_the_growth_that_it_was_reaped_in),
    REFMM_STEP_LAW("slab.reap.perfect", ten_free_slabs_of_the_best_cache_end_the_search),
    REFMM_STEP_LAW("slab.reap.perfect", the_hand_stops_early_only_for_ten_free_slabs),
    REFMM_STEP_LAW("slab.reap.nothing", nothing_worth_reaping_leaves_all_slabs),
    REFMM_STEP_LAW("slab.reap.four_fifths", four_fifths_of_the_free_slabs_go_from_the_end),
    REFMM_STEP_LAW("slab.failure.loses_nothing", a_failure_loses_no_object_and_no_slab),
};

#undef REFMM_STEP_LAW

}  // namespace refmm::slab

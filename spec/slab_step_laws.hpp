// Laws about one command of the slab allocator: what must hold between the state before and the state after.
//
// Each claims something of certain commands only and holds of all others.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
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

constexpr bool requests_carry_the_mask_of_the_call_and_of_the_cache(const Transition& t) {
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* request = std::get_if<GetPages>(&effect);
    const Cache* cache = request ? cache_named(t.after, request->cache) : nullptr;
    return !cache || (request->gfp & cache->gfpflags) == cache->gfpflags;
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

constexpr bool pages_given_back_are_of_slabs_that_are_gone(const Transition& t) {
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* pages = std::get_if<FreePages>(&effect);
    const Cache* cache = pages ? cache_named(t.after, pages->cache) : nullptr;
    return !cache || !slab_numbered(*cache, pages->slab);
  });
}

// ---- Creating and destroying ------------------------------------------------------------------------------------------

constexpr bool a_new_cache_stands_behind_kmem_cache(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  // Only a reap moves the hand: the layer below may call for one before it gives pages for the descriptor.
  const bool reaped = t.before.pages.reap_before != t.after.pages.reap_before;
  return t.after.chain.size() == t.before.chain.size() + 1 && t.after.chain[1].name == *create->name &&
         (reaped || under_the_hand(t.after).name == under_the_hand(t.before).name);
}

constexpr bool a_new_cache_has_a_descriptor_of_kmem_cache(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  const auto& descr = t.after.chain[1].descr;
  return descr && !is_in_use(t.before, *descr) && is_in_use(t.after, *descr);
}

constexpr bool without_a_descriptor_there_is_no_cache(const Transition& t) {
  if (refusal(t) != Refusal::no_descriptor) return true;
  return t.after.chain.size() == t.before.chain.size() && !has_room(t.before.chain.front());
}

constexpr bool destroy_refuses_a_busy_cache(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const bool busy = objects_in_use(*cache_named(t.before, *destroy->cache)) != 0;
  if (!busy) return true;
  return *status(t) == 1 && ring_position(t.after, *destroy->cache) == 1 &&
         free_slabs(*cache_named(t.after, *destroy->cache)) == 0;
}

constexpr bool destroy_removes_an_idle_cache(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const Cache& cache = *cache_named(t.before, *destroy->cache);
  if (objects_in_use(cache) != 0) return true;
  return *status(t) == 0 && t.after.chain.size() + 1 == t.before.chain.size() && !is_in_use(t.after, *cache.descr);
}

constexpr bool the_hand_leaves_a_cache_that_is_destroyed(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const Cache& hand = under_the_hand(t.before);
  if (hand.name != *destroy->cache) return under_the_hand(t.after).name == hand.name;
  const std::size_t next = (t.before.clock_searchp + 1) % t.before.chain.size();
  return under_the_hand(t.after).name == t.before.chain[next].name;
}

// ---- Reaping ----------------------------------------------------------------------------------------------------------

/// How many caches the hand passed.
constexpr std::uint32_t hand_moved(const Transition& t) {
  const auto caches = static_cast<std::uint32_t>(t.before.chain.size());
  return (t.after.clock_searchp + caches - t.before.clock_searchp) % caches;
}

constexpr bool the_hand_passes_at_most_ten_caches(const Transition& t) {
  return !call<CacheReap>(t) || hand_moved(t) <= t.machine.reap_scanlen;
}

constexpr bool reap_takes_from_one_cache(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  std::optional<Name> reaped;
  return std::ranges::all_of(t.effects, [&](const Effect& effect) {
    const auto* pages = std::get_if<FreePages>(&effect);
    if (!pages) return true;
    if (!reaped) reaped = pages->cache;
    return *reaped == pages->cache;
  });
}

constexpr bool reap_spares_caches_that_must_not_be_reaped(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  return for_all_caches(t.before, [&](const Cache& cache) {
    return !(cache.geometry.flags & SLAB_NO_REAP) ||
           cache.slabs.size() == cache_named(t.after, cache.name)->slabs.size();
  });
}

constexpr bool reap_spares_caches_that_have_just_grown(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  return for_all_caches(t.before, [&](const Cache& cache) {
    return !cache.grown || cache.slabs.size() == cache_named(t.after, cache.name)->slabs.size();
  });
}

constexpr bool the_hand_stops_early_only_for_ten_free_slabs(const Transition& t) {
  if (!call<CacheReap>(t) || t.before.chain.size() <= t.machine.reap_scanlen ||
      hand_moved(t) == t.machine.reap_scanlen)
    return true;
  const std::size_t last = (t.after.clock_searchp + t.after.chain.size() - 1) % t.after.chain.size();
  return free_slabs(t.before.chain[last]) >= t.machine.reap_perfect;
}

constexpr bool nothing_worth_reaping_leaves_all_slabs(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const bool any_free = !for_all_caches(t.before, [](const Cache& cache) { return free_slabs(cache) == 0; });
  return any_free || t.effects.empty();
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
    REFMM_STEP_LAW("slab.release.pages", pages_given_back_are_of_slabs_that_are_gone),
    REFMM_STEP_LAW("slab.create.chain_front", a_new_cache_stands_behind_kmem_cache),
    REFMM_STEP_LAW("slab.create.descriptor", a_new_cache_has_a_descriptor_of_kmem_cache),
    REFMM_STEP_LAW("slab.create.null.no_descriptor", without_a_descriptor_there_is_no_cache),
    REFMM_STEP_LAW("slab.destroy.busy", destroy_refuses_a_busy_cache),
    REFMM_STEP_LAW("slab.destroy.done", destroy_removes_an_idle_cache),
    REFMM_STEP_LAW("slab.destroy.clock_moves", the_hand_leaves_a_cache_that_is_destroyed),
    REFMM_STEP_LAW("slab.reap.scan", the_hand_passes_at_most_ten_caches),
    REFMM_STEP_LAW("slab.reap.scan", reap_takes_from_one_cache),
    REFMM_STEP_LAW("slab.reap.passes.no_reap", reap_spares_caches_that_must_not_be_reaped),
    REFMM_STEP_LAW("slab.reap.passes.grown", reap_spares_caches_that_have_just_grown),
    REFMM_STEP_LAW("slab.reap.perfect", the_hand_stops_early_only_for_ten_free_slabs),
    REFMM_STEP_LAW("slab.reap.nothing", nothing_worth_reaping_leaves_all_slabs),
    REFMM_STEP_LAW("slab.failure.loses_nothing", a_failure_loses_no_object_and_no_slab),
};

#undef REFMM_STEP_LAW

}  // namespace refmm::slab

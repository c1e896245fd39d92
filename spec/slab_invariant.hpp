// The invariant of the slab allocator: what holds of every state between two commands, one conjunct a line.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_law_inputs.hpp>
#include <refmm/spec/slab_state.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace refmm::slab {

namespace holds {

constexpr bool slabs_ordered_full_partial_free(const State& state) {
  return for_all_caches(state, [](const Cache& cache) {
    return std::ranges::is_sorted(cache.slabs, {},
                                  [&](const Slab& slab) { return rank(slab.inuse, cache.geometry.num); });
  });
}

constexpr bool first_not_full_is_first_slab_with_a_free_object(const State& state) {
  return for_all_caches(state, [](const Cache& cache) {
    const auto with_room =
        std::ranges::find_if(cache.slabs, [&](const Slab& slab) { return slab.inuse != cache.geometry.num; });
    return cache.firstnotfull == static_cast<std::uint32_t>(with_room - cache.slabs.begin());
  });
}

constexpr bool chains_hold_distinct_indices(const State& state) {
  return for_all_slabs(state, [](const Cache& cache, const Slab& slab) {
    std::vector<bool> seen(cache.geometry.num);
    for (const std::uint32_t index : slab.free) {
      if (index >= cache.geometry.num || seen[index]) return false;
      seen[index] = true;
    }
    return true;
  });
}

constexpr bool free_and_in_use_are_num(const State& state) {
  return for_all_slabs(state, [](const Cache& cache, const Slab& slab) {
    return slab.inuse + slab.free.size() == cache.geometry.num;
  });
}

constexpr bool objects_end_inside_their_slab(const State& state) {
  return for_all_slabs(state, [](const Cache& cache, const Slab& slab) {
    return slab.colouroff + cache.geometry.num * cache.geometry.objsize <= i386_2_4_0.page_size
                                                                               << cache.geometry.gfporder;
  });
}

constexpr bool inside_descriptors_end_where_objects_begin(const State& state) {
  return for_all_slabs(state, [](const Cache& cache, const Slab& slab) {
    const OnSlab* inside = std::get_if<OnSlab>(&slab.mgmt);
    return !inside || inside->offset + cache.geometry.slab_size == slab.colouroff;
  });
}

constexpr bool colours_are_within_range(const State& state) {
  return for_all_slabs(state, [](const Cache& cache, const Slab& slab) {
    const Geometry<std::uint32_t>& geometry = cache.geometry;
    const std::uint32_t distance =
        slab.colouroff - (std::holds_alternative<OnSlab>(slab.mgmt) ? geometry.slab_size : 0);
    return distance % geometry.colour_off == 0 &&
           (distance == 0 || distance / geometry.colour_off < geometry.colour);
  });
}

constexpr bool outside_descriptors_are_objects_in_use(const State& state) {
  return for_all_caches(state, [&](const Cache& cache) {
    const Cache* general = cache.slabp_cache ? cache_named(state, *cache.slabp_cache) : nullptr;
    return std::ranges::all_of(cache.slabs, [&](const Slab& slab) {
      const Object* outside = std::get_if<Object>(&slab.mgmt);
      if (!cache.slabp_cache) return outside == nullptr;
      return outside && general && outside->cache == general->name && is_in_use(*general, *outside);
    });
  });
}

constexpr bool cache_descriptors_are_objects_in_use(const State& state) {
  const Cache& head = state.chain.front();
  return for_all_caches(state, [&](const Cache& cache) {
    if (!cache.descr) return &cache == &head;
    return cache.descr->cache == head.name && is_in_use(head, *cache.descr);
  });
}

constexpr bool kmem_cache_has_an_object_in_use_for_every_other_cache(const State& state) {
  return objects_in_use(state.chain.front()) + 1 == state.chain.size();
}

constexpr bool slabs_have_at_most_32_pages(const State& state) {
  return for_all_caches(state, [](const Cache& cache) { return cache.geometry.gfporder <= 5; });
}

constexpr bool no_growth_is_under_way(const State& state) {
  return for_all_caches(state, [](const Cache& cache) { return cache.growing == 0; });
}

constexpr bool the_hand_points_into_the_ring(const State& state) {
  return state.clock_searchp < state.chain.size();
}

}  // namespace holds

inline constexpr std::array invariant{
    Conjunct<State>{"slab.order", "slabs_ordered_full_partial_free", holds::slabs_ordered_full_partial_free},
    Conjunct<State>{"slab.first_not_full", "first_not_full_is_first_slab_with_a_free_object",
                    holds::first_not_full_is_first_slab_with_a_free_object},
    Conjunct<State>{"slab.chain.permutation", "chains_hold_distinct_indices", holds::chains_hold_distinct_indices},
    Conjunct<State>{"slab.chain.length", "free_and_in_use_are_num", holds::free_and_in_use_are_num},
    Conjunct<State>{"slab.layout.inside", "objects_end_inside_their_slab", holds::objects_end_inside_their_slab},
    Conjunct<State>{"slab.layout.disjoint", "inside_descriptors_end_where_objects_begin",
                    holds::inside_descriptors_end_where_objects_begin},
    Conjunct<State>{"slab.colour.range", "colours_are_within_range", holds::colours_are_within_range},
    Conjunct<State>{"slab.descriptors", "outside_descriptors_are_objects_in_use",
                    holds::outside_descriptors_are_objects_in_use},
    Conjunct<State>{"slab.descriptors", "cache_descriptors_are_objects_in_use",
                    holds::cache_descriptors_are_objects_in_use},
    Conjunct<State>{"slab.slabinfo", "kmem_cache_has_an_object_in_use_for_every_other_cache",
                    holds::kmem_cache_has_an_object_in_use_for_every_other_cache},
    Conjunct<State>{"slab.layout.pages", "slabs_have_at_most_32_pages", holds::slabs_have_at_most_32_pages},
    Conjunct<State>{"slab.reap.passes.growing", "no_growth_is_under_way", holds::no_growth_is_under_way},
    Conjunct<State>{"slab.reap.scan", "the_hand_points_into_the_ring", holds::the_hand_points_into_the_ring},
};

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
constexpr std::optional<Conjunct<State>> broken_conjunct(const State& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds(state)) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::slab

// Questions about a state of the slab allocator.
#pragma once

#include <refmm/spec/slab.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::slab {

/// The cache called `name`, or nullptr.
constexpr const Cache* cache_named(const State& state, const Name& name) {
  const auto found = std::ranges::find(state.chain, name, &Cache::name);
  return found == state.chain.end() ? nullptr : &*found;
}

/// Slab `number` of `cache`, or nullptr.
constexpr const Slab* slab_numbered(const Cache& cache, std::uint32_t number) {
  const auto found = std::ranges::find(cache.slabs, number, &Slab::number);
  return found == cache.slabs.end() ? nullptr : &*found;
}

/// True if `object`, which is of this cache, exists and is not free.
constexpr bool is_in_use(const Cache& cache, const Object& object) {
  const Slab* slab = slab_numbered(cache, object.slab);
  return slab && object.index < cache.geometry.num &&
         std::ranges::find(slab->free, object.index) == slab->free.end();
}

/// True if the object exists and is not free.
constexpr bool is_in_use(const State& state, const Object& object) {
  const Cache* cache = cache_named(state, object.cache);
  return cache && is_in_use(*cache, object);
}

constexpr bool for_all_caches(const State& state, auto predicate) {
  return std::ranges::all_of(state.chain, predicate);
}

constexpr bool for_all_slabs(const State& state, auto predicate) {
  return for_all_caches(state, [&](const Cache& cache) {
    return std::ranges::all_of(cache.slabs, [&](const Slab& slab) { return predicate(cache, slab); });
  });
}

/// Objects in use in all slabs of the cache.
constexpr std::uint32_t objects_in_use(const Cache& cache) {
  std::uint32_t count = 0;
  for (const Slab& slab : cache.slabs) count += slab.inuse;
  return count;
}

/// Free slabs, wherever they stand.
constexpr std::uint32_t free_slabs(const Cache& cache) {
  return static_cast<std::uint32_t>(std::ranges::count(cache.slabs, 0u, &Slab::inuse));
}

}  // namespace refmm::slab

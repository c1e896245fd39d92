// kmem_cache_free and the giving back of slabs.
//
// Follows kmem_cache_free_one, kmem_slab_destroy and __kmem_cache_shrink in mm/slab.c.
#pragma once

#include <refmm/model/slab_list.hpp>
#include <refmm/model/slab_step.hpp>

#include <cstdint>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// Frees an object that is in use. No page is given back: [slab.free.keeps_pages]. 2.4.0: kmem_cache_free_one.
constexpr Step free_object(Step so_far, const Object& object) {
  // find
  Cache& cache = so_far.state.chain[position_of(so_far.state, object.cache)];
  const std::uint32_t position = position_of(cache, object.slab);
  const std::uint32_t num = cache.geometry.num;

  // change
  auto freed = give_back(CacheList{std::move(cache.slabs), cache.firstnotfull}, position, object.index, num);
  cache = with_list(std::move(cache), std::move(freed.value));

  // report
  so_far.because.push_back("slab.free.head_of_chain");
  return because(std::move(so_far), freed.because);
}

/// Gives up the last slab of the cache at `position` in the ring, which must be free: destructors, pages, then
/// the outside descriptor, an ordinary free to its general cache. 2.4.0: kmem_slab_destroy.
constexpr Step release_last_slab(Step so_far, std::uint32_t position) {
  // find
  Cache& cache = so_far.state.chain[position];
  const slab::Slab released = cache.slabs.back();

  // change
  auto dropped = drop_last(CacheList{std::move(cache.slabs), cache.firstnotfull});
  cache = with_list(std::move(cache), std::move(dropped.value));
  so_far = because(std::move(so_far), dropped.because);

  // report
  if (cache.dtor) {
    so_far.effects.push_back(slab::Dtor{cache.name, released.number, cache.geometry.num});
    so_far.because.push_back("slab.release.destructor");
  }
  so_far.effects.push_back(slab::FreePages{cache.name, released.number, cache.geometry.gfporder});
  so_far.because.push_back("slab.release.pages");
  if (const Object* outside = std::get_if<Object>(&released.mgmt)) {
    so_far.effects.push_back(slab::MgmtFree{cache.name, released.number, *outside});
    so_far.because.push_back("slab.release.management");
    so_far = free_object(std::move(so_far), *outside);
  }
  return so_far;
}

/// Gives back the free slabs at the end of the list, last one first, but none of a cache that is being grown.
/// 2.4.0: __kmem_cache_shrink.
constexpr Step release_free_slabs(Step so_far, std::uint32_t position) {
  while (so_far.state.chain[position].growing == 0 && ends_with_free_slab(so_far.state.chain[position])) {
    so_far = release_last_slab(std::move(so_far), position);
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD

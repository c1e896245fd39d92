// kmem_cache_alloc and kmem_cache_grow.
//
// The two call each other: a cache whose descriptors live outside its slabs allocates one from a general cache when
// it grows, and that cache may have to grow for it. Follows __kmem_cache_alloc, kmem_cache_grow,
// kmem_cache_slabmgmt and kmem_getpages in mm/slab.c.
#pragma once

#include <refmm/model/slab_geometry.hpp>
#include <refmm/model/slab_reap.hpp>
#include <refmm/model/slab_step.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

constexpr Step alloc(const Machine& machine, Step so_far, std::uint32_t position, std::uint32_t flags);

/// Asks the layer below for the pages of a slab. The answer is the result: Nothing, or Refused.
constexpr Step get_pages(const Machine& machine, Step so_far, std::uint32_t position, std::uint32_t flags) {
  if (so_far.state.pages.reap_before != 0) {
    --so_far.state.pages.reap_before;
    so_far.because.push_back("slab.pages.reap_before");
    so_far = reap(machine, std::move(so_far));
  }

  // find
  Cache& cache = so_far.state.chain[position];
  slab::PageLayer& pages = so_far.state.pages;
  slab::GetPages request{cache.name, std::nullopt, cache.geometry.gfporder, flags | cache.gfpflags};
  so_far.because.push_back("slab.grow.mask");

  // refuse
  const bool skipped = pages.fail_skip != 0;
  if (skipped) --pages.fail_skip;
  if (!skipped && pages.fail_pages != 0) {
    --pages.fail_pages;
    so_far.effects.push_back(std::move(request));
    so_far.because.push_back("slab.pages.refused");
    return refused(std::move(so_far), Refusal::no_pages, "slab.grow.null.no_pages");
  }

  // change
  request.slab = cache.slabs_created++;
  so_far.effects.push_back(std::move(request));
  so_far.result = slab::Nothing{};
  return so_far;
}

/// The descriptor of the new slab `number`: an object of a general cache, or bytes of the slab itself behind its
/// colour. Refused if it was to be an object and there is none. 2.4.0: kmem_cache_slabmgmt.
constexpr std::pair<Step, slab::Management> get_management(const Machine& machine, Step so_far,
                                                           std::uint32_t position, std::uint32_t number,
                                                           std::uint32_t colour, std::uint32_t level) {
  const Cache& cache = so_far.state.chain[position];
  if (!cache.slabp_cache) {
    so_far.because.push_back("slab.grow.management.inside");
    return {std::move(so_far), slab::OnSlab{colour}};
  }
  const std::uint32_t general = position_of(so_far.state, *cache.slabp_cache);
  const Name name = cache.name;
  so_far.because.push_back("slab.grow.management.outside");
  so_far = alloc(machine, std::move(so_far), general, level);
  if (was_refused(so_far)) {
    so_far.effects.push_back(slab::Mgmt{name, number, std::nullopt});
    so_far.effects.push_back(slab::FreePages{name, number, so_far.state.chain[position].geometry.gfporder});
    return {refused(std::move(so_far), Refusal::no_management, "slab.grow.null.no_management"), {}};
  }
  const Object descriptor = std::get<Object>(so_far.result);
  so_far.effects.push_back(slab::Mgmt{name, number, descriptor});
  so_far.result = slab::Nothing{};
  return {std::move(so_far), descriptor};
}

/// The cache with its colour taken by the growth that begins now; colours come in turn. 2.4.0: kmem_cache_grow.
constexpr Step begin_growth(Step so_far, std::uint32_t position) {
  Cache& cache = so_far.state.chain[position];
  const auto next = next_colour(cache.colour_next, cache.geometry.colour);
  cache.colour_next = next.value;
  cache.grown = true;
  cache.growing += 1;
  return because(std::move(so_far), next.because);
}

/// Adds one slab to the cache at `position` in the ring. The result is Nothing, or Refused; a refusal for want of
/// memory has used a colour and marked the cache as grown. 2.4.0: kmem_cache_grow.
constexpr Step grow(const Machine& machine, Step so_far, std::uint32_t position, std::uint32_t flags) {
  const std::uint32_t level = flags & slab::SLAB_LEVEL_MASK;
  const bool atomic = level == slab::SLAB_ATOMIC;

  // refuse
  if (flags & ~(slab::GFP_DMA | slab::SLAB_LEVEL_MASK | slab::SLAB_NO_GROW))
    return refused(std::move(so_far), Refusal::unknown_alloc_flag, "slab.grow.bug.unknown_flag");
  if (flags & slab::SLAB_NO_GROW)
    return refused(std::move(so_far), Refusal::growth_forbidden, "slab.grow.null.forbidden");
  if (so_far.state.pages.in_interrupt && !atomic)
    return refused(std::move(so_far), Refusal::sleeping_in_interrupt, "slab.grow.bug.sleeping_in_interrupt");

  // find
  const auto geometry = so_far.state.chain[position].geometry;
  const std::uint32_t colour = so_far.state.chain[position].colour_next * geometry.colour_off;
  so_far = begin_growth(std::move(so_far), position);
  so_far = get_pages(machine, std::move(so_far), position, flags);
  if (was_refused(so_far)) {
    so_far.state.chain[position].growing -= 1;
    return so_far;
  }
  const std::uint32_t number = so_far.state.chain[position].slabs_created - 1;
  auto [after, management] = get_management(machine, std::move(so_far), position, number, colour, level);
  Cache& cache = after.state.chain[position];
  cache.growing -= 1;
  if (was_refused(after)) return std::move(after);

  // change
  const bool inside = std::holds_alternative<slab::OnSlab>(management);
  auto appended = append(CacheList{std::move(cache.slabs), cache.firstnotfull},
                         slab::Slab{.number = number,
                                    .inuse = 0,
                                    .free = fresh_chain(geometry.num),
                                    .colouroff = colour + (inside ? geometry.slab_size : 0),
                                    .mgmt = std::move(management)});
  cache = with_list(std::move(cache), std::move(appended.value));

  // report
  if (cache.ctor) {
    const std::uint32_t ctor_flags = slab::SLAB_CTOR_CONSTRUCTOR | (atomic ? slab::SLAB_CTOR_ATOMIC : 0);
    after.effects.push_back(slab::Ctor{cache.name, number, geometry.num, ctor_flags});
    after.because.push_back("slab.grow.constructor");
    if (atomic) after.because.push_back("slab.grow.constructor.atomic");
  }
  return because(std::move(after), appended.because);
}

/// Takes the first free object of the first slab that is not full; where there is none the cache grows and
/// the search begins again, because the layer below may have given an older slab of this cache an object back.
/// The result is an Object, or Refused. 2.4.0: __kmem_cache_alloc.
constexpr Step alloc(const Machine& machine, Step so_far, std::uint32_t position, std::uint32_t flags) {
  while (so_far.state.chain[position].firstnotfull == so_far.state.chain[position].slabs.size()) {
    so_far.because.push_back("slab.alloc.grows");
    so_far = grow(machine, std::move(so_far), position, flags);
    if (was_refused(so_far)) return so_far;
  }

  // find
  Cache& cache = so_far.state.chain[position];
  const slab::Slab& slab = cache.slabs[cache.firstnotfull];
  Object object{cache.name, slab.number, slab.free.front()};

  const std::uint32_t num = cache.geometry.num;

  // change
  auto taken = take(CacheList{std::move(cache.slabs), cache.firstnotfull}, num);
  cache = with_list(std::move(cache), std::move(taken.value));

  // report
  so_far.result = std::move(object);
  so_far.because.push_back("slab.alloc.first_not_full");
  so_far.because.push_back("slab.alloc.head_of_chain");
  return because(std::move(so_far), taken.because);
}

}  // namespace refmm::model::inline REFMM_BUILD

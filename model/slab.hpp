// The slab allocator of Linux 2.4.0: uniprocessor, without debugging.
//
// Chapter: spec/book/slab.md. Source: mm/slab.c. Reading order: slab_chain, slab_list (where slabs stand),
// slab_geometry (how objects are laid out), kmalloc, slab_free, slab_reap, slab_alloc, slab_create, and
// this file: a machine that has booted, and one step of it.
#pragma once

#include <refmm/model/kmalloc.hpp>
#include <refmm/model/slab_alloc.hpp>
#include <refmm/model/slab_create.hpp>
#include <refmm/model/slab_free.hpp>
#include <refmm/model/slab_reap.hpp>
#include <refmm/model/slab_step.hpp>

#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

// ---- The machine after boot -----------------------------------------------------------------------------------------

/// kmem_cache, the cache of cache descriptors: static, partly computed, and the head of the ring.
/// 2.4.0: cache_cache, kmem_cache_init.
constexpr Cache cache_cache(const Machine& machine) {
  const auto fit = estimate<std::uint32_t>(machine, 0, machine.sizeof_kmem_cache, Place::inside);
  return {.name = "kmem_cache",
          .geometry = {.objsize = machine.sizeof_kmem_cache,
                       .num = fit.num,
                       .gfporder = 0,
                       .colour = fit.left_over / machine.l1_cache_bytes,
                       .colour_off = machine.l1_cache_bytes,
                       .slab_size = descriptor_bytes<std::uint32_t>(machine, fit.num),
                       .left_over = fit.left_over,
                       .flags = slab::SLAB_NO_REAP},
          .gfpflags = 0,
          .colour_next = 0,
          .grown = false,
          .growing = 0,
          .slabp_cache = std::nullopt,
          .descr = std::nullopt,
          .ctor = false,
          .dtor = false,
          .slabs_created = 0,
          .slabs = {},
          .firstnotfull = 0};
}

/// The allocator as the boot leaves it: kmem_cache and the general caches, nothing else used. [slab.boot]
/// 2.4.0: kmem_cache_init, kmem_cache_sizes_init.
constexpr State boot(const Machine& machine) {
  Step step{{.chain = {cache_cache(machine)}, .clock_searchp = 0, .pages = {}}, slab::Nothing{}, {}, {}};
  for (const std::uint32_t size : general_sizes) {
    for (const bool second : {false, true}) {
      const bool dma = mutant("slab.boot.dma_first") ? !second : second;
      const std::uint32_t flags = slab::SLAB_HWCACHE_ALIGN | (dma ? slab::SLAB_CACHE_DMA : 0);
      step = kmem_cache_create(machine, std::move(step), {general_name(size, dma), size, 0, flags, false, false});
    }
  }
  return std::move(step.state);
}

// ---- Calls that only choose a cache ---------------------------------------------------------------------------------

/// The general cache for a request, by its name; none above the largest size.
constexpr Decision<std::optional<Name>> find_general_cachep(std::uint32_t size, std::uint32_t flags) {
  auto nominal = general_size(size);
  if (!nominal.value) return {std::nullopt, std::move(nominal.because)};
  const bool dma = flags & slab::GFP_DMA;
  if (dma) nominal.because.push_back("slab.kmalloc.dma");
  return {general_name(*nominal.value, dma), std::move(nominal.because)};
}

constexpr Step kmem_find_general_cachep(Step so_far, const slab::FindGeneralCachep& call) {
  auto general = find_general_cachep(call.size, call.gfpflags);
  so_far = because(std::move(so_far), general.because);
  if (general.value) {
    so_far.result = slab::CacheName{*general.value};
  } else {
    so_far.result = slab::Refused{Refusal::no_general_cache};
  }
  return so_far;
}

constexpr Step kmalloc(const Machine& machine, Step so_far, const slab::Kmalloc& call) {
  const auto general = find_general_cachep(call.size, call.flags);
  if (!general.value) return refused(std::move(so_far), Refusal::request_too_large, "slab.kmalloc.bug.too_large");
  so_far = because(std::move(so_far), general.because);
  const std::uint32_t position = position_of(so_far.state, *general.value);
  return alloc(machine, std::move(so_far), position, call.flags);
}

constexpr Step kfree(Step so_far, const slab::Kfree& call) {
  if (!call.object) {
    so_far.because.push_back("slab.kfree.null");
    return so_far;
  }
  so_far.because.push_back("slab.kfree.any_cache");
  return free_object(std::move(so_far), *call.object);
}

// ---- One step -------------------------------------------------------------------------------------------------------

constexpr Step set_knobs(Step so_far, const slab::SetKnobs& knobs) {
  slab::PageLayer& pages = so_far.state.pages;
  pages.fail_pages = knobs.fail_pages.value_or(pages.fail_pages);
  pages.fail_skip = knobs.fail_skip.value_or(pages.fail_skip);
  pages.reap_before = knobs.reap_before.value_or(pages.reap_before);
  pages.in_interrupt = knobs.in_interrupt.value_or(pages.in_interrupt);
  so_far.because.push_back("slab.pages.knobs");
  return so_far;
}

/// One command, carried out on `before`. The command must be one that 2.4.0 gives a meaning to: the caches it names exist, the
/// objects it names are in use and the caller's, and it does not destroy kmem_cache.
constexpr Step step(const Machine& machine, State before, const slab::Command& command) {
  Step so_far{std::move(before), slab::Nothing{}, {}, {}};
  return std::visit(
      [&](const auto& call) -> Step {
        using Call = std::decay_t<decltype(call)>;
        if constexpr (std::is_same_v<Call, slab::CacheCreate>) {
          return kmem_cache_create(machine, std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::CacheDestroy>) {
          return kmem_cache_destroy(std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::CacheShrink>) {
          return kmem_cache_shrink(std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::CacheAlloc>) {
          const std::uint32_t position = position_of(so_far.state, call.cache);
          return alloc(machine, std::move(so_far), position, call.flags);
        } else if constexpr (std::is_same_v<Call, slab::CacheFree>) {
          return free_object(std::move(so_far), call.object);
        } else if constexpr (std::is_same_v<Call, slab::Kmalloc>) {
          return kmalloc(machine, std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::Kfree>) {
          return kfree(std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::FindGeneralCachep>) {
          return kmem_find_general_cachep(std::move(so_far), call);
        } else if constexpr (std::is_same_v<Call, slab::CacheReap>) {
          return reap(machine, std::move(so_far));
        } else {
          static_assert(std::is_same_v<Call, slab::SetKnobs>);
          return set_knobs(std::move(so_far), call);
        }
      },
      command);
}

}  // namespace refmm::model::inline REFMM_BUILD

// kmem_cache_create, kmem_cache_shrink and kmem_cache_destroy.
//
// Follows the functions of these names in mm/slab.c.
#pragma once

#include <refmm/model/kmalloc.hpp>
#include <refmm/model/slab_alloc.hpp>
#include <refmm/model/slab_geometry.hpp>
#include <refmm/model/slab_step.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What the caller of kmem_cache_create did wrong.
struct UsageError {
  Refusal refusal;
  ClauseRef clause;
};

/// The usage checks of kmem_cache_create, in their order: the first that fails, if any. The name that is
/// taken is not among them; it is noticed last.
constexpr std::optional<UsageError> create_usage_error(const Machine& machine, const State& before,
                                                       const slab::CacheCreate& call) {
  using enum Refusal;
  const std::uint32_t largest = machine.page_size << machine.max_gfp_order;
  if (!call.name) return UsageError{name_missing, "slab.create.bug.name_missing"};
  if (call.name->size() >= machine.cache_namelen - 1)
    return UsageError{name_too_long, "slab.create.bug.name_too_long"};
  if (before.pages.in_interrupt) return UsageError{create_in_interrupt, "slab.create.bug.in_interrupt"};
  if (call.size < machine.word_size) return UsageError{size_below_word, "slab.create.bug.size_below_word"};
  if (call.size > largest) return UsageError{size_above_limit, "slab.create.bug.size_above_limit"};
  if (call.dtor && !call.ctor) return UsageError{dtor_without_ctor, "slab.create.bug.dtor_without_ctor"};
  if (call.offset > call.size) return UsageError{offset_above_size, "slab.create.bug.offset_above_size"};
  if (call.flags & ~slab::CREATE_MASK) return UsageError{unknown_create_flag, "slab.create.bug.unknown_flag"};
  return std::nullopt;
}

/// The state with `cache` right behind kmem_cache in the ring; the hand stays at the cache where it was.
constexpr State chained_in_front(State before, Cache cache) {
  before.chain.insert(before.chain.begin() + 1, std::move(cache));
  if (before.clock_searchp >= 1) before.clock_searchp += 1;
  return before;
}

/// The state without the cache at `position`; a hand that was there moves on to the next cache.
constexpr State unchained(State before, std::uint32_t position) {
  before.chain.erase(before.chain.begin() + position);
  if (before.clock_searchp > position) before.clock_searchp -= 1;
  before.clock_searchp %= static_cast<std::uint32_t>(before.chain.size());
  return before;
}

/// Creates a cache. Its descriptor is an object of kmem_cache, had before anything is looked at but the usage.
constexpr Step kmem_cache_create(const Machine& machine, Step so_far, const slab::CacheCreate& call) {
  // refuse
  if (const auto error = create_usage_error(machine, so_far.state, call))
    return refused(std::move(so_far), error->refusal, error->clause);
  so_far.because.push_back("slab.create.descriptor");
  so_far = alloc(machine, std::move(so_far), 0, slab::SLAB_KERNEL);
  if (was_refused(so_far))
    return refused(std::move(so_far), Refusal::no_descriptor, "slab.create.null.no_descriptor");
  const Object descriptor = std::get<Object>(so_far.result);

  // The walk for the name begins behind kmem_cache, so that name counts as free: [slab.create.name_of_head].
  for (std::size_t other = 1; other < so_far.state.chain.size(); ++other) {
    if (so_far.state.chain[other].name == *call.name)
      return refused(std::move(so_far), Refusal::name_taken, "slab.create.bug.name_taken");
  }

  // find
  auto laid_out = geometry<std::uint32_t>(machine, {call.size, call.offset, call.flags});
  const auto general = general_size(laid_out.value.slab_size).value;
  const bool outside = laid_out.value.flags & slab::CFLGS_OFF_SLAB;

  // change
  so_far.state = chained_in_front(
      std::move(so_far.state),
      Cache{.name = *call.name,
            .geometry = laid_out.value,
            .gfpflags = (call.flags & slab::SLAB_CACHE_DMA) ? slab::GFP_DMA : 0,
            .colour_next = 0,
            .grown = false,
            .growing = 0,
            .slabp_cache = outside ? std::optional(general_name(general.value(), false)) : std::nullopt,
            .descr = descriptor,
            .ctor = call.ctor,
            .dtor = call.dtor,
            .slabs_created = 0,
            .slabs = {},
            .firstnotfull = 0});

  // report
  so_far.result = slab::CacheName{*call.name};
  so_far.because.push_back("slab.create.estimate");
  so_far = because(std::move(so_far), laid_out.because);
  so_far.because.push_back("slab.create.chain_front");
  return so_far;
}

/// Gives back the free slabs of a cache. The result says whether any slab is left.
constexpr Step kmem_cache_shrink(Step so_far, const slab::CacheShrink& call) {
  // refuse
  using enum Refusal;
  if (!call.cache) return refused(std::move(so_far), shrink_without_cache, "slab.shrink.bug.null");
  if (so_far.state.pages.in_interrupt)
    return refused(std::move(so_far), shrink_in_interrupt, "slab.shrink.bug.in_interrupt");
  const std::uint32_t position = position_of(so_far.state, *call.cache);
  if (position == 0) return refused(std::move(so_far), shrink_unchained, "slab.shrink.bug.unchained");

  // change
  so_far = release_free_slabs(std::move(so_far), position);

  // report
  so_far.result = slab::Status{so_far.state.chain[position].slabs.empty() ? 0u : 1u};
  so_far.because.push_back("slab.shrink.result");
  return so_far;
}

/// Destroys a cache, or, if an object of it is in use, only gives its free slabs back and moves it to the front of the
/// ring. The cache must not be kmem_cache: [slab.destroy.head].
constexpr Step kmem_cache_destroy(Step so_far, const slab::CacheDestroy& call) {
  // refuse
  using enum Refusal;
  if (!call.cache) return refused(std::move(so_far), destroy_without_cache, "slab.destroy.bug.null");
  if (so_far.state.pages.in_interrupt)
    return refused(std::move(so_far), destroy_in_interrupt, "slab.destroy.bug.in_interrupt");

  // find
  const std::uint32_t position = position_of(so_far.state, *call.cache);
  if (so_far.state.clock_searchp == position) so_far.because.push_back("slab.destroy.clock_moves");

  // change: nothing that shrinking does depends on the cache being in the ring
  so_far = release_free_slabs(std::move(so_far), position);
  Cache cache = std::move(so_far.state.chain[position]);
  so_far.state = unchained(std::move(so_far.state), position);
  if (!cache.slabs.empty()) {
    so_far.state = chained_in_front(std::move(so_far.state), std::move(cache));
    so_far.result = slab::Status{1};
    so_far.because.push_back("slab.destroy.busy");
    return so_far;
  }
  so_far.because.push_back("slab.destroy.done");
  so_far = free_object(std::move(so_far), cache.descr.value());
  so_far.result = slab::Status{0};
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD

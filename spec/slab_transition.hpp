// One command of the slab allocator that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_state.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::slab {

/// One command that was carried out.
struct Transition {
  const Machine& machine;
  const State& before;
  const Command& command;
  const Result& result;
  const std::vector<Effect>& effects;
  const State& after;
};

template <class Call>
constexpr const Call* call(const Transition& t) {
  return std::get_if<Call>(&t.command);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const Refused* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

constexpr std::optional<std::uint32_t> status(const Transition& t) {
  const Status* status = std::get_if<Status>(&t.result);
  return status ? std::optional(status->value) : std::nullopt;
}

template <class Kind>
constexpr std::uint32_t count_effects(const Transition& t) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(t.effects, [](const Effect& effect) { return std::holds_alternative<Kind>(effect); }));
}

/// The cache that a kmem_cache_alloc or kmalloc took from or tried to, before the command; or nullptr.
constexpr const Cache* allocated_from(const Transition& t) {
  if (const auto* alloc = call<CacheAlloc>(t)) return cache_named(t.before, alloc->cache);
  const Object* object = std::get_if<Object>(&t.result);
  return object && call<Kmalloc>(t) ? cache_named(t.before, object->cache) : nullptr;
}

/// The object that a kmem_cache_free or kfree gave back, or nullptr.
constexpr const Object* freed_object(const Transition& t) {
  if (const auto* free = call<CacheFree>(t)) return &free->object;
  const auto* kfree = call<Kfree>(t);
  return kfree && kfree->object ? &*kfree->object : nullptr;
}

constexpr bool has_room(const Cache& cache) { return cache.firstnotfull < cache.slabs.size(); }

/// Where the cache called `name` stands in the ring.
constexpr std::size_t ring_position(const State& state, const Name& name) {
  return static_cast<std::size_t>(std::ranges::find(state.chain, name, &Cache::name) - state.chain.begin());
}

constexpr const Cache& under_the_hand(const State& state) { return state.chain[state.clock_searchp]; }

/// Slabs of all caches.
constexpr std::size_t slabs_in_all(const State& state) {
  std::size_t count = 0;
  for (const Cache& cache : state.chain) count += cache.slabs.size();
  return count;
}

}  // namespace refmm::slab

// What the operations of the slab allocator share: the step under way, and finding caches and slabs.
#pragma once

#include <refmm/model/slab_list.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/slab.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

using slab::Cache;
using slab::Object;
using slab::Refusal;
using slab::State;

/// The outcome of a command, and of every operation within it: an operation takes what has happened so far by
/// value and returns it with its own changes, effects and clauses added.
using Step = Outcome<slab::State, slab::Result, slab::Effect>;

constexpr Step because(Step so_far, const Because& clauses) {
  so_far.because.insert(so_far.because.end(), clauses.begin(), clauses.end());
  return so_far;
}

constexpr Step refused(Step so_far, Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = slab::Refused{refusal};
  return so_far;
}

constexpr bool was_refused(const Step& step) { return std::holds_alternative<slab::Refused>(step.result); }

/// Where the cache called `name` stands in the ring, kmem_cache being at 0.
constexpr std::optional<std::uint32_t> find_cache(const State& state, const Name& name) {
  for (std::uint32_t position = 0; position < state.chain.size(); ++position) {
    if (state.chain[position].name == name) return position;
  }
  return std::nullopt;
}

/// The same of a cache that is known to exist.
constexpr std::uint32_t position_of(const State& state, const Name& name) {
  return find_cache(state, name).value();
}

/// Where slab `number` stands in the list of `cache`; the length of the list if it is not there.
constexpr std::uint32_t position_of(const Cache& cache, std::uint32_t number) {
  std::uint32_t position = 0;
  while (position < cache.slabs.size() && cache.slabs[position].number != number) ++position;
  return position;
}

using CacheList = SlabList<std::vector<slab::Slab>, std::uint32_t>;

/// The cache with its list, which was taken out of it to be changed, put back.
constexpr Cache with_list(Cache cache, CacheList list) {
  cache.slabs = std::move(list.slabs);
  cache.firstnotfull = list.firstnotfull;
  return cache;
}

constexpr bool ends_with_free_slab(const Cache& cache) {
  return !cache.slabs.empty() && cache.slabs.back().inuse == 0;
}

}  // namespace refmm::model::inline REFMM_BUILD

// Scripts carried out by the model, for tests that need a lawful state or command of the slab allocator to start from.
#pragma once

#include <refmm/model/slab.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/spec/slab_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::slab {

/// One command that the model carried out, by value: tests change a copy.
struct Carried {
  State before;
  Command command;
  Result result;
  std::vector<Effect> effects;
  State after;

  Transition transition() const { return {i386_2_4_0, before, command, result, effects, after}; }
};

inline Cache& cache_in(State& state, const Name& name) {
  return *std::ranges::find(state.chain, name, &Cache::name);
}

/// A machine that has booted and what has been asked of it since. Two caches are at hand to create: `session`, 8 objects a
/// slab and the descriptor inside it, with constructor and destructor, and `outside`, 4 objects a slab and descriptors of
/// size-64.
class SlabScript {
 public:
  SlabScript& run(const Command& command) {
    State before = last_.after;
    auto step = model::step(i386_2_4_0, before, command);
    last_ = {std::move(before), command, step.result, step.effects, std::move(step.state)};
    return *this;
  }
  SlabScript& session(std::uint32_t flags = 0) { return run(CacheCreate{"session", 480, 0, flags, true, true}); }
  SlabScript& outside() { return run(CacheCreate{"outside", 1024, 0, 0, false, false}); }
  SlabScript& alloc(const Name& cache, int times = 1, std::uint32_t flags = SLAB_KERNEL) {
    for (int i = 0; i < times; ++i) run(CacheAlloc{cache, flags});
    return *this;
  }
  SlabScript& free(const Name& cache, std::uint32_t slab, std::uint32_t index) {
    return run(CacheFree{{cache, slab, index}});
  }
  /// Frees every object of slab `slab` that is in use.
  SlabScript& empty(const Name& cache, std::uint32_t slab) {
    const Cache& of = *cache_named(last_.after, cache);
    for (std::uint32_t index = 0; index < of.geometry.num; ++index) {
      if (is_in_use(last_.after, {cache, slab, index})) free(cache, slab, index);
    }
    return *this;
  }
  /// The next `pages` requests for pages fail, after `skip` that do not.
  SlabScript& fail(std::uint32_t pages, std::uint32_t skip = 0) {
    return run(SetKnobs{pages, skip, std::nullopt, std::nullopt});
  }
  /// Reaps until pages are given back; the hand comes round in three times.
  SlabScript& reap_for_pages() {
    for (int times = 0; times < 6; ++times) {
      if (count_effects<FreePages>(run(CacheReap{SLAB_KERNEL}).last_.transition()) != 0) break;
    }
    return *this;
  }

  const Carried& last() const { return last_; }
  const State& state() const { return last_.after; }

 private:
  Carried last_{{}, SetKnobs{}, Nothing{}, {}, model::boot(i386_2_4_0)};
};

}  // namespace refmm::slab

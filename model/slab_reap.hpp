// kmem_cache_reap: which cache gives slabs back when memory is short, and how many.
//
// A clock hand goes round the ring of caches. Follows kmem_cache_reap in mm/slab.c.
#pragma once

#include <refmm/model/slab_free.hpp>
#include <refmm/model/slab_step.hpp>
#include <refmm/spec/mutant.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Four fifths of `n`, rounded as (4n + 1) / 5: 1 of 1, 1 of 2, 4 of 5, 8 of 10. [slab.reap.four_fifths]
template <Word W>
constexpr W four_fifths(W n) {
  return mutant("slab.four_fifths.rounds_down") ? n * 4 / 5 : (n * 4 + 1) / 5;
}

/// What giving back `free_slabs` slabs is worth, in pages. Slabs that are hard to get again, with a constructor or
/// of several pages, count for less. [slab.reap.worth]
template <Word W>
constexpr Decision<W> reap_worth(W free_slabs, bool ctor, W gfporder) {
  Decision<W> worth{free_slabs << gfporder, {"slab.reap.worth"}};
  if (mutant("slab.reap_worth.order_twice")) worth.value = worth.value << gfporder;
  if (ctor && !mutant("slab.reap_worth.ignores_constructor")) {
    worth.value = four_fifths<W>(worth.value);
    worth.because.push_back("slab.reap.worth.constructor");
  }
  if (gfporder != 0 && !mutant("slab.reap_worth.ignores_order")) {
    worth.value = four_fifths<W>(worth.value);
    worth.because.push_back("slab.reap.worth.order");
  }
  return worth;
}

/// The free slabs at the end of the list of `cache`.
constexpr std::uint32_t free_slabs(const Cache& cache) {
  std::uint32_t count = 0;
  while (count < cache.slabs.size() && cache.slabs[cache.slabs.size() - 1 - count].inuse == 0) ++count;
  return count;
}

/// The cache that the search settled on, by its position in the ring, and its free slabs.
struct Victim {
  std::optional<std::uint32_t> cache;
  std::uint32_t free_slabs = 0;
};

/// Moves the hand on over at most reap_scanlen caches, taking marks of growth off where it passes.
/// [slab.reap.scan]
constexpr std::pair<Step, Victim> search_for_victim(const Machine& machine, Step so_far) {
  const std::uint32_t start = so_far.state.clock_searchp;
  const auto caches = static_cast<std::uint32_t>(so_far.state.chain.size());
  Victim best;
  std::uint32_t best_worth = 0;
  std::uint32_t here = start;
  std::uint32_t scanned = 0;
  so_far.because.push_back("slab.reap.scan");
  do {
    Cache& cache = so_far.state.chain[here];
    here = (here + 1) % caches;
    ++scanned;
    if (cache.geometry.flags & slab::SLAB_NO_REAP) {
      so_far.because.push_back("slab.reap.passes.no_reap");
    } else if (cache.growing != 0) {
      so_far.because.push_back("slab.reap.passes.growing");
    } else if (cache.grown) {
      cache.grown = false;
      so_far.because.push_back("slab.reap.passes.grown");
    } else if (const std::uint32_t count = model::free_slabs(cache); count != 0) {
      const auto worth = reap_worth(count, cache.ctor, cache.geometry.gfporder);
      so_far = because(std::move(so_far), worth.because);
      if (worth.value <= best_worth) continue;  // the first of equals wins
      best = {(here + caches - 1) % caches, count};
      best_worth = worth.value;
      if (count >= machine.reap_perfect) {
        so_far.because.push_back("slab.reap.perfect");
        break;
      }
    }
  } while (scanned < machine.reap_scanlen && here != start);
  so_far.state.clock_searchp = here;
  return {std::move(so_far), best};
}

/// Reaps one cache: four fifths of its free slabs go, last one first. 2.4.0: kmem_cache_reap.
constexpr Step reap(const Machine& machine, Step so_far) {
  auto [after, victim] = search_for_victim(machine, std::move(so_far));
  if (!victim.cache) {
    after.because.push_back("slab.reap.nothing");
    return std::move(after);
  }
  after.because.push_back("slab.reap.four_fifths");
  for (std::uint32_t left = four_fifths(victim.free_slabs); left != 0; --left) {
    after = release_last_slab(std::move(after), *victim.cache);
  }
  return std::move(after);
}

}  // namespace refmm::model::inline REFMM_BUILD

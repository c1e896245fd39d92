// The chain of free objects inside a slab.
//
// The book and the recordings speak of the chain as a list of indices, next to be handed out first; the
// kernel keeps it as links: `free` is the first index, bufctl[i] the one after i, BUFCTL_END ends it. Both
// forms stand here, and [slab.chain.links] says that they stay the same chain. Follows
// kmem_cache_alloc_one_tail, kmem_cache_free_one and kmem_cache_init_objs in mm/slab.c.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

using slab::BUFCTL_END;
using slab::LinkedChain;

// ---- The chain as a list ------------------------------------------------------------------------------------------

/// The chain after its first object was handed out. [slab.alloc.head_of_chain]
template <class Chain>
constexpr Chain without_first(Chain chain) {
  if (mutant("slab.chain.hands_out_and_keeps")) return inserted(chain, 0u, at(chain, 0u));
  if (mutant("slab.chain.hands_out_last")) return erased(chain, length(chain) - 1);
  return erased(std::move(chain), 0u);
}

/// The chain after object `index` was given back: last in, first out. [slab.free.head_of_chain]
template <class Chain, Word W>
constexpr Chain with_first(Chain chain, W index) {
  const W place = mutant("slab.chain.first_in_first_out") ? W{length(chain)} : W{0};
  if (mutant("slab.chain.gives_back_twice")) chain = inserted(std::move(chain), 0u, index);
  return inserted(std::move(chain), place, index);
}

/// The chain of a new slab: 0, 1, ... num - 1.
template <Word W>
constexpr auto fresh_chain(W num) {
  if (mutant("slab.chain.fresh_lacks_first")) return erased(ascending(num), 0u);
  return ascending(num);
}

// ---- The chain as links -------------------------------------------------------------------------------------------

template <class Links, Word W>
constexpr LinkedChain<Links, W> without_first(LinkedChain<Links, W> before) {
  const W next = mutant("slab.chain.link_not_followed") ? before.free : lookup(before.bufctl, before.free);
  return {next, std::move(before.bufctl)};
}

template <class Links, Word W>
constexpr LinkedChain<Links, W> with_first(LinkedChain<Links, W> before, W index) {
  const W next = mutant("slab.chain.link_lost") ? W{BUFCTL_END} : before.free;
  return {index, updated(std::move(before.bufctl), index, next)};
}

// ---- A slab that hands out and takes back -------------------------------------------------------------------------

/// The slab after the first object of its chain was handed out.
constexpr slab::Slab handed_out(slab::Slab slab) {
  slab.free = without_first(std::move(slab.free));
  slab.inuse += 1;
  return slab;
}

template <Word W>
constexpr slab::Occupancy<W> handed_out(slab::Occupancy<W> slab) {
  return {.inuse = slab.inuse + 1};
}

/// The slab after object `index` was given back.
constexpr slab::Slab taken_back(slab::Slab slab, std::uint32_t index) {
  slab.free = with_first(std::move(slab.free), index);
  slab.inuse -= 1;
  return slab;
}

template <Word W>
constexpr slab::Occupancy<W> taken_back(slab::Occupancy<W> slab, W) {
  return {.inuse = slab.inuse - 1};
}

}  // namespace refmm::model::inline REFMM_BUILD

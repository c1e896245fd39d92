// How caches give free slabs back, on request and when memory is short. Part of impl/slab.hpp.
//
// Source: mm/slab.c of 2.4.0: __kmem_cache_shrink, kmem_cache_shrink, kmem_cache_reap.
#pragma once

#include <refmm/impl/slab_allocator.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [slab.shrink.*]
template <PageSource Pages>
std::optional<std::uint32_t> SlabAllocator<Pages>::kmem_cache_shrink(Cache* cache) {
  if (cache == nullptr) return refuse(slab::Refusal::shrink_without_cache), std::nullopt;
  if (pages_.in_interrupt()) return refuse(slab::Refusal::shrink_in_interrupt), std::nullopt;
  if (!is_chained(cache)) return refuse(slab::Refusal::shrink_unchained), std::nullopt;
  return shrink(cache) ? 0 : 1;
}

/// [slab.shrink.free_slabs], [slab.shrink.result]: true if no slab is left.
template <PageSource Pages>
bool SlabAllocator<Pages>::shrink(Cache* cache) {
  while (Slab* const slab = last_slab_if_free(cache)) {
    if (mutant("slab.impl.shrink.leaves_one_slab") && slab->prev == &cache->slabs) break;
    give_back(cache, slab);
  }
  return cache->slabs.next == &cache->slabs;
}

/// [slab.reap.*]: the clock hand looks at the next ten caches, and the one that is worth most gives back four fifths
/// of its free slabs. The mask would only decide whether to wait for the lock of the ring.
template <PageSource Pages>
void SlabAllocator<Pages>::kmem_cache_reap(std::uint32_t) {
  const std::uint32_t perfect = static_cast<std::uint32_t>(pages_.machine().reap_perfect);
  Word to_look_at = pages_.machine().reap_scanlen + (mutant("slab.impl.reap.looks_at_one_more") ? 1 : 0);
  Cache* best = nullptr;
  std::uint32_t best_slabs = 0;
  std::uint32_t best_worth = 0;

  Cache* hand = clock_searchp_;
  bool found_perfect = false;
  do {
    Cache* const cache = hand;
    hand = hand->next;
    if ((cache->flags & slab::SLAB_NO_REAP) != 0 || cache->growing != 0) continue;
    if ((cache->dflags & DFLGS_GROWN) != 0) {
      cache->dflags &= ~DFLGS_GROWN;
      if (!mutant("slab.impl.reap.ignores_growth")) continue;
    }
    const std::uint32_t slabs = free_slabs(cache);
    const std::uint32_t pages = worth(cache, slabs);
    if (mutant("slab.impl.reap.takes_last_of_equals") ? pages < best_worth || pages == 0 : pages <= best_worth)
      continue;
    best = cache;
    best_slabs = slabs;
    best_worth = pages;
    found_perfect = slabs >= perfect;  // [slab.reap.perfect]: slabs, not pages
  } while (!found_perfect && --to_look_at != 0 && hand != clock_searchp_);

  if (!(mutant("slab.impl.reap.hand_stays_after_perfect") && found_perfect)) clock_searchp_ = hand;
  if (best == nullptr) return;

  // [slab.reap.four_fifths]
  std::uint32_t to_free = mutant("slab.impl.reap.takes_all") ? best_slabs : four_fifths(best_slabs);
  while (to_free-- != 0) {
    Slab* const slab = last_slab_if_free(best);
    if (slab == nullptr) break;
    give_back(best, slab);
  }
}

/// How many slabs at the end of the list are free.
template <PageSource Pages>
std::uint32_t SlabAllocator<Pages>::free_slabs(Cache* cache) const {
  std::uint32_t count = 0;
  for (ListNode<Layout>* node = cache->slabs.prev; node != &cache->slabs; node = node->prev) {
    if (static_cast<Slab*>(node)->inuse != 0) break;
    ++count;
  }
  return count;
}

/// [slab.reap.worth]: pages, reduced for a constructor and again for slabs of several pages.
template <PageSource Pages>
std::uint32_t SlabAllocator<Pages>::worth(const Cache* cache, std::uint32_t free_slabs) const {
  std::uint32_t pages = free_slabs << cache->gfporder;
  const auto hook = mutant("slab.impl.reap.counts_destructor") ? cache->dtor : cache->ctor;
  if (hook != Layout::no_hook) pages = four_fifths(pages);
  if (cache->gfporder != 0 && !mutant("slab.impl.reap.forgets_order")) pages = four_fifths(pages);
  return pages;
}

}  // namespace refmm::impl::inline REFMM_BUILD

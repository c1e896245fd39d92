// How a cache gets a slab and gives one up. Part of impl/slab.hpp.
//
// Source: mm/slab.c of 2.4.0: kmem_cache_grow, kmem_cache_slabmgmt, kmem_cache_init_objs, kmem_slab_destroy.
#pragma once

#include <refmm/impl/slab_allocator.hpp>

#include <new>

namespace refmm::impl::inline REFMM_BUILD {

/// [slab.grow.*]: a new slab at the end of the list; nullptr if it was refused. What a failure leaves behind is a colour
/// used up and the mark of growth.
template <PageSource Pages>
auto SlabAllocator<Pages>::kmem_cache_grow(Cache* cache, std::uint32_t flags) -> Slab* {
  const std::uint32_t level = flags & slab::SLAB_LEVEL_MASK;
  if ((flags & ~(slab::SLAB_LEVEL_MASK | slab::GFP_DMA | slab::SLAB_NO_GROW)) != 0)
    return refuse(slab::Refusal::unknown_alloc_flag);
  if ((flags & slab::SLAB_NO_GROW) != 0) return refuse(slab::Refusal::growth_forbidden);
  if (pages_.in_interrupt() && level != slab::SLAB_ATOMIC) return refuse(slab::Refusal::sleeping_in_interrupt);

  // [slab.grow.colour], [slab.grow.colour_wraps]
  const Word colour = Word{cache->colour_next} * cache->colour_off;
  const std::uint32_t colour_before = cache->colour_next++;
  if (mutant("slab.impl.grow.colour_wraps_late") ? cache->colour_next > cache->colour
                                                 : cache->colour_next >= cache->colour)
    cache->colour_next = 0;
  cache->dflags |= DFLGS_GROWN;

  ++cache->growing;
  const std::uint32_t mask = mutant("slab.impl.grow.forgets_dma") ? flags : flags | cache->gfpflags;
  std::byte* const first =
      pages_.get_pages(*cache, mask, [this](std::uint32_t gfp_mask) { kmem_cache_reap(gfp_mask); });
  if (first == nullptr) {
    --cache->growing;
    if (mutant("slab.impl.grow.keeps_colour_on_failure")) cache->colour_next = colour_before;
    return refuse(slab::Refusal::no_pages);
  }

  Slab* const slab = kmem_cache_slabmgmt(cache, first, colour, level);
  if (slab == nullptr) {
    if (!mutant("slab.impl.grow.leaks_pages")) pages_.free_pages(*cache, first);
    --cache->growing;
    return refuse(slab::Refusal::no_management);
  }

  for (Word i = 0; i < Word{1} << cache->gfporder; ++i) {
    auto& page = pages_.page(Layout::advance(first, i * pages_.machine().page_size));
    page.cache = cache;
    page.slab = slab;
  }

  // [slab.grow.constructor], [slab.grow.constructor.atomic]: kmem_cache_init_objs.
  const std::uint32_t ctor_flags =
      slab::SLAB_CTOR_CONSTRUCTOR | (level == slab::SLAB_ATOMIC ? slab::SLAB_CTOR_ATOMIC : 0);
  if (cache->ctor != Layout::no_hook) {
    for (std::uint32_t i = 0; i < cache->num; ++i)
      pages_.run(cache->ctor, cache->object(slab, i), *cache, ctor_flags);
  }
  for (std::uint32_t i = 0; i + 1 < cache->num; ++i) slab->bufctl(i) = i + 1;
  slab->bufctl(cache->num - 1) = BUFCTL_END;

  --cache->growing;
  // [slab.grow.appended]
  ListNode<Layout>* const head = &cache->slabs;
  ListNode<Layout>* const place = mutant("slab.impl.grow.at_front_of_list") ? head->next : head;
  list_insert_before<Layout>(place, slab);
  if (cache->firstnotfull == head) cache->firstnotfull = slab;
  return slab;
}

/// [slab.grow.management.inside], [slab.grow.management.outside]: the descriptor of the slab that starts at `first`.
template <PageSource Pages>
auto SlabAllocator<Pages>::kmem_cache_slabmgmt(Cache* cache, std::byte* first, Word colour, std::uint32_t level)
    -> Slab* {
  void* place = Layout::advance(first, colour);
  Word colouroff = colour;
  if ((cache->flags & slab::CFLGS_OFF_SLAB) != 0) {
    place = kmem_cache_alloc(cache->slabp_cache, level);
    pages_.management_obtained(*cache, first, static_cast<Slab*>(place));
    if (place == nullptr) return nullptr;
  } else {
    colouroff += cache->slab_size;
  }
  Slab* const slab = ::new (place) Slab;
  slab->colouroff = colouroff;
  slab->s_mem = Layout::advance(first, colouroff);
  slab->inuse = 0;
  slab->free = 0;
  return slab;
}

/// [slab.release.*]: gives up a slab that is off the list: destructors, pages, descriptor.
template <PageSource Pages>
void SlabAllocator<Pages>::kmem_slab_destroy(Cache* cache, Slab* slab) {
  if (cache->dtor != Layout::no_hook) {
    const std::uint32_t num = mutant("slab.impl.release.skips_last_destructor") ? cache->num - 1 : cache->num;
    for (std::uint32_t i = 0; i < num; ++i) pages_.run(cache->dtor, cache->object(slab, i), *cache, 0);
  }
  const bool outside = (cache->flags & slab::CFLGS_OFF_SLAB) != 0;
  std::byte* const first = slab->first_page();
  pages_.free_pages(*cache, first);
  if (outside && !mutant("slab.impl.release.leaks_descriptor")) {
    pages_.management_freed(*cache, first, slab);
    kmem_cache_free(cache->slabp_cache, slab);
  }
}

/// The slab at the end of the list if it is free, so that it can be given back.
template <PageSource Pages>
auto SlabAllocator<Pages>::last_slab_if_free(Cache* cache) -> Slab* {
  ListNode<Layout>* const last = cache->slabs.prev;
  if (cache->growing != 0 || last == &cache->slabs) return nullptr;
  Slab* const slab = static_cast<Slab*>(last);
  if (mutant("slab.impl.release.takes_slab_with_one_object") && cache->num > 1 && slab->inuse == 1) return slab;
  return slab->inuse == 0 ? slab : nullptr;
}

template <PageSource Pages>
void SlabAllocator<Pages>::give_back(Cache* cache, Slab* slab) {
  list_remove<Layout>(slab);
  if (cache->firstnotfull == slab) cache->firstnotfull = &cache->slabs;
  kmem_slab_destroy(cache, slab);
}

}  // namespace refmm::impl::inline REFMM_BUILD

// How caches come and go, from the first one on. Part of impl/slab.hpp.
//
// Source: mm/slab.c of 2.4.0: kmem_cache_init, kmem_cache_sizes_init, kmem_cache_create, kmem_cache_destroy.
#pragma once

#include <refmm/impl/slab_allocator.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <stdexcept>

namespace refmm::impl::inline REFMM_BUILD {

template <PageSource Pages>
SlabAllocator<Pages>::SlabAllocator(Pages& pages)
    : pages_(pages), cache_cache_(pages.cache_cache()), clock_searchp_(&cache_cache_) {
  const auto& machine = pages.machine();
  if (machine.sizeof_slab != sizeof(Slab) || machine.sizeof_bufctl != sizeof(std::uint32_t) ||
      machine.sizeof_kmem_cache != sizeof(Cache) || machine.word_size != sizeof(Word) ||
      machine.cache_namelen != sizeof(Cache::name))
    throw std::invalid_argument("slab allocator: the machine's descriptors have other sizes than these");
  kmem_cache_init();
  kmem_cache_sizes_init();
}

/// [slab.boot]: kmem_cache describes itself; it is the one cache whose descriptor is not an object.
template <PageSource Pages>
void SlabAllocator<Pages>::kmem_cache_init() {
  ::new (&cache_cache_) Cache{};
  adopt(cache_cache_, cache_cache_geometry(pages_.machine()));
  std::strcpy(cache_cache_.name, "kmem_cache");
  cache_cache_.next = &cache_cache_;
  cache_cache_.prev = &cache_cache_;
  pages_.cache_created(cache_cache_);
}

/// [slab.boot]: the general caches, smallest first, each followed by its twin for DMA.
template <PageSource Pages>
void SlabAllocator<Pages>::kmem_cache_sizes_init() {
  for (unsigned i = 0; i < general_classes; ++i) {
    char name[sizeof(Cache::name)] = "size-";
    char* const end = std::to_chars(name + std::strlen(name), std::end(name), general_size<Word>(i)).ptr;
    general_[i].cache = kmem_cache_create(name, general_size<Word>(i), 0, slab::SLAB_HWCACHE_ALIGN);
    std::strcpy(end, "(DMA)");
    general_[i].dma =
        kmem_cache_create(name, general_size<Word>(i), 0, slab::SLAB_CACHE_DMA | slab::SLAB_HWCACHE_ALIGN);
    if (general_[i].cache == nullptr || general_[i].dma == nullptr) throw std::bad_alloc();
  }
}

/// [slab.create.*]. Usage errors are looked for first, except for a taken name: that is noticed when the descriptor has
/// been allocated already.
template <PageSource Pages>
auto SlabAllocator<Pages>::kmem_cache_create(const char* name, Word size, Word offset, std::uint32_t flags,
                                             Hook ctor, Hook dtor) -> Cache* {
  const auto& machine = pages_.machine();
  if (name == nullptr) return refuse(slab::Refusal::name_missing);
  if (std::strlen(name) >= machine.cache_namelen - 1) return refuse(slab::Refusal::name_too_long);
  if (pages_.in_interrupt()) return refuse(slab::Refusal::create_in_interrupt);
  if (size < machine.word_size) return refuse(slab::Refusal::size_below_word);
  if (size > machine.page_size << machine.max_gfp_order) return refuse(slab::Refusal::size_above_limit);
  if (dtor != Layout::no_hook && ctor == Layout::no_hook) return refuse(slab::Refusal::dtor_without_ctor);
  if (offset > size) return refuse(slab::Refusal::offset_above_size);
  if ((flags & ~slab::CREATE_MASK) != 0) return refuse(slab::Refusal::unknown_create_flag);
  if (mutant("slab.impl.create.looks_at_name_first") && name_taken(name)) return refuse(slab::Refusal::name_taken);

  void* const place = kmem_cache_alloc(&cache_cache_, slab::SLAB_KERNEL);
  if (place == nullptr) return refuse(slab::Refusal::no_descriptor);
  if (name_taken(name)) return refuse(slab::Refusal::name_taken);

  Cache* const cache = ::new (place) Cache{};
  adopt(*cache, kmem_cache_geometry<Word>(machine, {.size = size, .offset = offset, .flags = flags}));
  if ((flags & slab::SLAB_CACHE_DMA) != 0) cache->gfpflags = slab::GFP_DMA;
  if ((cache->flags & slab::CFLGS_OFF_SLAB) != 0)
    cache->slabp_cache = kmem_find_general_cachep(cache->slab_size, 0);
  cache->ctor = ctor;
  cache->dtor = dtor;
  std::strcpy(cache->name, name);
  chain_behind(mutant("slab.impl.create.at_end_of_chain") ? static_cast<Cache*>(cache_cache_.prev) : &cache_cache_,
               cache);
  pages_.cache_created(*cache);
  return cache;
}

/// Fills in what follows from the geometry, and that the cache has no slabs.
template <PageSource Pages>
void SlabAllocator<Pages>::adopt(Cache& cache, const slab::Geometry<Word>& geometry) {
  list_init(cache.slabs);
  cache.firstnotfull = &cache.slabs;
  cache.objsize = static_cast<std::uint32_t>(geometry.objsize);
  cache.flags = static_cast<std::uint32_t>(geometry.flags);
  cache.num = static_cast<std::uint32_t>(geometry.num);
  cache.reciprocal = Cache::reciprocal_of(cache.objsize);
  cache.gfporder = static_cast<std::uint32_t>(geometry.gfporder);
  cache.colour = geometry.colour;
  cache.colour_off = static_cast<std::uint32_t>(geometry.colour_off);
  cache.slab_size = geometry.slab_size;
}

/// [slab.create.name_of_head]: the search starts behind the head of the ring, so it does not see kmem_cache.
template <PageSource Pages>
bool SlabAllocator<Pages>::name_taken(const char* name) const {
  for (const Cache* cache = cache_cache_.next; cache != &cache_cache_; cache = cache->next)
    if (std::strcmp(cache->name, name) == 0) return true;
  return false;
}

/// [slab.shrink.bug.unchained]: this search does not see kmem_cache either.
template <PageSource Pages>
bool SlabAllocator<Pages>::is_chained(const Cache* cache) const {
  for (const Cache* other = cache_cache_.next; other != &cache_cache_; other = other->next)
    if (other == cache) return true;
  return false;
}

template <PageSource Pages>
void SlabAllocator<Pages>::chain_behind(Cache* place, Cache* cache) {
  Cache* const next = place->next;
  cache->prev = place;
  cache->next = next;
  place->next = cache;
  next->prev = cache;
}

/// [slab.destroy.*]. A busy cache comes back at the front of the ring, without its free slabs and without the hand of the
/// reap clock.
template <PageSource Pages>
std::optional<std::uint32_t> SlabAllocator<Pages>::kmem_cache_destroy(Cache* cache) {
  if (cache == nullptr) return refuse(slab::Refusal::destroy_without_cache), std::nullopt;
  if (pages_.in_interrupt()) return refuse(slab::Refusal::destroy_in_interrupt), std::nullopt;

  Cache* const before = cache->prev;
  if (clock_searchp_ == cache) clock_searchp_ = mutant("slab.impl.destroy.hand_moves_back") ? before : cache->next;
  before->next = cache->next;
  cache->next->prev = before;
  if (!shrink(cache)) {
    chain_behind(mutant("slab.impl.destroy.busy_cache_keeps_place") ? before : &cache_cache_, cache);
    return 1;
  }
  pages_.cache_destroyed(*cache);
  if (!mutant("slab.impl.destroy.leaks_descriptor")) kmem_cache_free(&cache_cache_, cache);
  return 0;
}

}  // namespace refmm::impl::inline REFMM_BUILD

// SlabAllocator: what it can be asked, what it holds, and what is short enough to be inlined. slab.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/page_source.hpp>
#include <refmm/impl/slab_descriptors.hpp>
#include <refmm/impl/slab_geometry.hpp>
#include <refmm/spec/slab.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

template <PageSource Pages>
class SlabAllocator {
 public:
  using Layout = typename Pages::Layout;
  using Word = typename Layout::Word;
  using Cache = impl::Cache<Layout>;
  using Slab = impl::Slab<Layout>;
  using Hook = typename Layout::Hook;

  /// Boots: kmem_cache and the general caches. Throws std::bad_alloc if `pages` has none for that, and
  /// std::invalid_argument if its machine's descriptors have other sizes than these.
  explicit SlabAllocator(Pages& pages);
  SlabAllocator(const SlabAllocator&) = delete;
  SlabAllocator& operator=(const SlabAllocator&) = delete;

  /// A new cache of objects of `size` bytes, word_size to 2^max_gfp_order pages. Slabs start `offset` bytes apart
  /// from each other (0: a cache line); `flags` are of slab::CREATE_MASK. The constructor is run on each object when
  /// its slab is made, the destructor when the slab goes; neither may call the allocator.
  Cache* kmem_cache_create(const char* name, Word size, Word offset, std::uint32_t flags,
                           Hook ctor = Layout::no_hook, Hook dtor = Layout::no_hook);

  /// Takes the cache away and returns 0, or 1 if it is still there because objects of it are in use.
  std::optional<std::uint32_t> kmem_cache_destroy(Cache* cache);

  /// Gives back the free slabs. Returns 0 if no slab is left, else 1.
  std::optional<std::uint32_t> kmem_cache_shrink(Cache* cache);

  /// An object of `cache`, as its constructor or its last user left it.
  void* kmem_cache_alloc(Cache* cache, std::uint32_t flags) {
    ListNode<Layout>* const first = cache->firstnotfull;
    if (first == &cache->slabs) [[unlikely]]
      return grow_and_alloc(cache, flags);
    return alloc_one(cache, static_cast<Slab*>(first));
  }

  /// Gives back an object that kmem_cache_alloc returned and that was not given back since.
  void kmem_cache_free(Cache* cache, void* object);

  /// Memory of at least `size` bytes, at most 131072. With GFP_DMA in `flags` from a cache of DMA memory.
  void* kmalloc(Word size, std::uint32_t flags);

  /// Gives back an object of any cache; nullptr is allowed.
  void kfree(void* object) {
    if (object != nullptr) kmem_cache_free(pages_.page(object).cache, object);
  }

  /// The general cache that serves `size` bytes.
  Cache* kmem_find_general_cachep(Word size, std::uint32_t gfpflags);

  /// Takes some free slabs from one cache, the most worthwhile of the next ten.
  void kmem_cache_reap(std::uint32_t gfp_mask);

  /// Why the last refused call was refused.
  slab::Refusal refusal() const { return refusal_; }

  /// The head of the ring of caches, and where in the ring the next reap starts.
  Cache& cache_cache() const { return cache_cache_; }
  Cache* clock_searchp() const { return clock_searchp_; }

 private:
  struct GeneralCache {
    Cache* cache;
    Cache* dma;
  };

  std::nullptr_t refuse(slab::Refusal refusal) {
    refusal_ = refusal;
    return nullptr;
  }

  void* alloc_one(Cache* cache, Slab* slab);
  [[gnu::noinline]] void* grow_and_alloc(Cache* cache, std::uint32_t flags);
  [[gnu::noinline]] void was_full(Cache* cache, Slab* slab);
  [[gnu::noinline]] void becomes_free(Cache* cache, Slab* slab);

  Slab* kmem_cache_grow(Cache* cache, std::uint32_t flags);
  Slab* kmem_cache_slabmgmt(Cache* cache, std::byte* first, Word colour, std::uint32_t flags);
  void kmem_slab_destroy(Cache* cache, Slab* slab);
  Slab* last_slab_if_free(Cache* cache);
  void give_back(Cache* cache, Slab* slab);

  void kmem_cache_init();
  void kmem_cache_sizes_init();
  void adopt(Cache& cache, const slab::Geometry<Word>& geometry);
  bool name_taken(const char* name) const;
  bool is_chained(const Cache* cache) const;
  static void chain_behind(Cache* place, Cache* cache);
  bool shrink(Cache* cache);

  static std::uint32_t four_fifths(std::uint32_t count) { return (count * 4 + 1) / 5; }
  std::uint32_t free_slabs(Cache* cache) const;
  std::uint32_t worth(const Cache* cache, std::uint32_t free_slabs) const;

  Pages& pages_;
  Cache& cache_cache_;
  Cache* clock_searchp_;
  std::array<GeneralCache, general_classes> general_{};
  slab::Refusal refusal_{};
};

// ---- kmem_cache_alloc, kmem_cache_free ------------------------------------------------------------------------

/// [slab.alloc.head_of_chain], [slab.alloc.slab_fills]: kmem_cache_alloc_one_tail. A slab that fills stays where it is:
/// it is the first that is not full, so the pointer alone steps over it.
template <PageSource Pages>
inline void* SlabAllocator<Pages>::alloc_one(Cache* cache, Slab* slab) {
  ++slab->inuse;
  const std::uint32_t index = slab->free;
  const std::uint32_t next = slab->bufctl(index);
  if (!(mutant("slab.impl.alloc.hands_out_twice") && slab->inuse + 1 == cache->num)) slab->free = next;
  if (next == BUFCTL_END && !mutant("slab.impl.alloc.keeps_firstnotfull")) [[unlikely]]
    cache->firstnotfull = slab->next;
  return cache->object(slab, index);
}

/// [slab.alloc.grows]: the slow half of __kmem_cache_alloc. Growth may have reaped, and reaping may have given objects
/// back to this very cache, so the allocation starts again wherever the pointer is now.
template <PageSource Pages>
void* SlabAllocator<Pages>::grow_and_alloc(Cache* cache, std::uint32_t flags) {
  do {
    if (kmem_cache_grow(cache, flags) == nullptr) return nullptr;
  } while (cache->firstnotfull == &cache->slabs);
  return alloc_one(cache, static_cast<Slab*>(static_cast<ListNode<Layout>*>(cache->firstnotfull)));
}

/// [slab.free.head_of_chain]: kmem_cache_free_one.
template <PageSource Pages>
inline void SlabAllocator<Pages>::kmem_cache_free(Cache* cache, void* object) {
  Slab* const slab = pages_.page(object).slab;
  const std::uint32_t index = cache->index_of(slab, object);
  if (!mutant("slab.impl.free.loses_link"))
    slab->bufctl(index) = mutant("slab.impl.free.links_to_itself") ? index : slab->free;
  slab->free = index;
  const std::uint32_t inuse = slab->inuse;
  slab->inuse = inuse - (mutant("slab.impl.free.keeps_inuse_of_full_slab") && inuse == cache->num ? 0 : 1);
  if (inuse == cache->num) [[unlikely]]
    return was_full(cache, slab);
  if (inuse == 1) [[unlikely]]
    becomes_free(cache, slab);
}

/// [slab.free.was_full]: the slab goes in front of all that are not full, and the pointer to it. (A slab of one object
/// comes here too when it becomes free.)
template <PageSource Pages>
void SlabAllocator<Pages>::was_full(Cache* cache, Slab* slab) {
  ListNode<Layout>* const before = cache->firstnotfull;
  cache->firstnotfull = slab;
  if (slab->next == before || mutant("slab.impl.free.leaves_full_slab_in_place")) return;
  list_remove<Layout>(slab);
  list_insert_before<Layout>(before, slab);
}

/// [slab.free.becomes_free]: the slab goes to the end; if the pointer was at it, the pointer goes to what was behind it.
template <PageSource Pages>
void SlabAllocator<Pages>::becomes_free(Cache* cache, Slab* slab) {
  if (mutant("slab.impl.free.leaves_free_slab_in_place")) return;
  ListNode<Layout>* const in_front = cache->firstnotfull->prev;
  list_remove<Layout>(slab);
  list_insert_before<Layout>(&cache->slabs, slab);
  if (cache->firstnotfull == slab && !mutant("slab.impl.free.pointer_follows_free_slab"))
    cache->firstnotfull = in_front->next;
}

// ---- kmalloc --------------------------------------------------------------------------------------------------

/// [slab.kmalloc.smallest], [slab.kmalloc.dma].
template <PageSource Pages>
inline void* SlabAllocator<Pages>::kmalloc(Word size, std::uint32_t flags) {
  const unsigned index = general_class(size);
  if (index == general_classes) [[unlikely]]
    return refuse(slab::Refusal::request_too_large);
  return kmem_cache_alloc((flags & slab::GFP_DMA) != 0 ? general_[index].dma : general_[index].cache, flags);
}

template <PageSource Pages>
auto SlabAllocator<Pages>::kmem_find_general_cachep(Word size, std::uint32_t gfpflags) -> Cache* {
  const unsigned index = general_class(size);
  if (index == general_classes) return refuse(slab::Refusal::no_general_cache);
  return (gfpflags & slab::GFP_DMA) != 0 ? general_[index].dma : general_[index].cache;
}

}  // namespace refmm::impl::inline REFMM_BUILD

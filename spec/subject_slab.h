// A slab allocator as refmm tests it. Part of refmm/subject.h. What each call is supposed to do: refmm clause slab
//
// There must be create and destroy, and of each way to have objects both halves: kmalloc and kfree, or kmem_cache_create,
// kmem_cache_alloc and kmem_cache_free. All else may be NULL.
//
// Where objects are is the allocator's own business. It is held to what any slab allocator must do: it gives and refuses
// as 2.4.0 does, objects are aligned to words and lie in pages that it got, no two that are in use share a byte, the
// bytes of an object are its user's, and what a constructor has made of an object it still is when it is handed out.
// A call that may only use what the allocator has (SLAB_NO_GROW, or no pages to be had) depends on how objects are laid
// out, and may end either way.
#ifndef REFMM_SUBJECT_SLAB_H
#define REFMM_SUBJECT_SLAB_H

#ifdef __cplusplus
extern "C" {
#endif

// Flags, by their values in 2.4.0: of allocations, ...
#define REFMM_SLAB_ATOMIC 0x2u
#define REFMM_SLAB_KERNEL 0x7u
#define REFMM_SLAB_LEVEL_MASK 0x7u
#define REFMM_GFP_DMA 0x8u
#define REFMM_SLAB_NO_GROW 0x1000u  // use only what there is
// ... of caches, ...
#define REFMM_SLAB_NO_REAP 0x1000u
#define REFMM_SLAB_HWCACHE_ALIGN 0x2000u
#define REFMM_SLAB_CACHE_DMA 0x4000u
// ... and of constructors; a destructor is called with 0.
#define REFMM_SLAB_CTOR_CONSTRUCTOR 0x1u
#define REFMM_SLAB_CTOR_ATOMIC 0x2u

// The layer below: page frames. They are the only memory in which objects may lie. An allocator that takes none (its objects
// are in a region of its own) is not told of refusals, and is not asked for what is to be refused for want of pages.
struct refmm_slab_pages {
  // 2^order pages, aligned to their size, their bytes undefined; NULL if there are none to be had. `cache` is what
  // kmem_cache_create returned, or NULL.
  void* (*kmem_getpages)(struct refmm_slab_pages* pages, void* cache, uint32_t gfp, uint32_t order);
  // Gives back what kmem_getpages returned.
  void (*kmem_freepages)(struct refmm_slab_pages* pages, void* cache, void* address, uint32_t order);
};

// A constructor or destructor of a cache: called for each object of a slab, when it is made and before its pages are given back.
typedef void (*refmm_slab_hook)(void* object, void* cache, uint32_t flags);

struct refmm_slab_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_slab_subject)

  // An allocator that has just been initialised, with its general caches; NULL if that fails. `pages` lives longer. Whatever is
  // in use may be dropped by destroy without giving its pages back.
  void* (*create)(const struct refmm_machine* machine, struct refmm_slab_pages* pages);
  void (*destroy)(void* allocator);

  void* (*kmalloc)(void* allocator, uint32_t size, uint32_t flags);  // NULL: none to be had
  void (*kfree)(void* allocator, void* object);                      // of any cache; NULL does nothing

  // A cache, which is named by what is returned; NULL: none to be had. ctor and dtor may be NULL.
  void* (*kmem_cache_create)(void* allocator, const char* name, uint32_t size, uint32_t offset, uint32_t flags,
                             refmm_slab_hook ctor, refmm_slab_hook dtor);
  void* (*kmem_cache_alloc)(void* allocator, void* cache, uint32_t flags);
  void (*kmem_cache_free)(void* allocator, void* cache, void* object);
  uint32_t (*kmem_cache_shrink)(void* allocator, void* cache);   // 0; 1: slabs are left
  uint32_t (*kmem_cache_destroy)(void* allocator, void* cache);  // 0; 1: the cache is still there
  void (*kmem_cache_reap)(void* allocator, uint32_t gfp_mask);
  // The general cache for a request; NULL if there is none so large.
  void* (*kmem_find_general_cachep)(void* allocator, uint32_t size, uint32_t gfp);

  // Says whether calls are made inside an interrupt from here on: then an allocation must be SLAB_ATOMIC.
  void (*set_in_interrupt)(void* allocator, int in_interrupt);
  // What was wrong with the use of the last call, where 2.4.0 stops with BUG(); NULL if nothing was. An allocator that does
  // not look for wrong use has no such function, and is spared it. Nothing but destroy is called afterwards.
  const char* (*bug)(void* allocator);
};

// What a library with a slab allocator exports.
const struct refmm_slab_subject* refmm_slab_subject(void);

#ifdef __cplusplus
}
#endif

#endif

// A slab allocator in a hundred lines: caches of objects of one size, in slabs of 2^order pages, each with a list of its free
// objects. The general caches of kmalloc are caches like others.
//
//   cc -std=c99 -shared -fPIC -o slab.so slab.c
//   refmm check --subject ./slab.so --area slab
//
// Built with -DPLANTED_BUG it forgets that a constructor's work must outlive a free object: it keeps its list inside of it.
#include <refmm/subject.h>

#include <stdlib.h>
#include <string.h>

struct slab {
  struct slab* next;
  struct cache* cache;
  char* pages;
  uint32_t in_use;
  uint32_t free;  // the number of free objects; their indices stand in `stack`
  uint32_t stack[];
};

struct cache {
  struct cache* next;
  struct allocator* allocator;
  uint32_t step;   // bytes from one object to the next
  uint32_t count;  // objects of a slab
  uint32_t order;  // a slab has 2^order pages
  refmm_slab_hook ctor, dtor;
  struct slab* slabs;
};

#define GENERAL 13  // caches of 32, 64, ... 131072 bytes

struct allocator {
  struct refmm_machine machine;
  struct refmm_slab_pages* pages;
  struct cache* general[GENERAL];
  struct cache* caches;
};

// ---- Slabs ----------------------------------------------------------------------------------------------------

static char* object_of(const struct slab* slab, uint32_t index) { return slab->pages + index * slab->cache->step; }

static struct slab* grow(struct cache* cache, uint32_t flags) {
  struct refmm_slab_pages* pages = cache->allocator->pages;
  struct slab* slab = malloc(sizeof *slab + cache->count * sizeof slab->stack[0]);
  if (!slab) return NULL;
  slab->pages = pages->kmem_getpages(pages, cache, flags & (REFMM_SLAB_LEVEL_MASK | REFMM_GFP_DMA), cache->order);
  if (!slab->pages) {
    free(slab);
    return NULL;
  }
  slab->cache = cache;
  slab->in_use = 0;
  slab->free = cache->count;
  for (uint32_t i = 0; i < cache->count; i++) {
    slab->stack[i] = cache->count - 1 - i;
    if (cache->ctor) cache->ctor(object_of(slab, i), cache, REFMM_SLAB_CTOR_CONSTRUCTOR);
  }
  slab->next = cache->slabs;
  cache->slabs = slab;
  return slab;
}

// Gives the pages of all slabs without objects in use back.
static void release_free_slabs(struct cache* cache) {
  struct refmm_slab_pages* pages = cache->allocator->pages;
  for (struct slab** link = &cache->slabs; *link;) {
    struct slab* slab = *link;
    if (slab->in_use) {
      link = &slab->next;
      continue;
    }
    for (uint32_t i = 0; i < cache->count && cache->dtor; i++) cache->dtor(object_of(slab, i), cache, 0);
    *link = slab->next;
    pages->kmem_freepages(pages, cache, slab->pages, cache->order);
    free(slab);
  }
}

// ---- Caches ---------------------------------------------------------------------------------------------------

static void* cache_create(void* self, const char* name, uint32_t size, uint32_t offset, uint32_t flags,
                          refmm_slab_hook ctor, refmm_slab_hook dtor) {
  struct allocator* allocator = self;
  const struct refmm_machine* machine = &allocator->machine;
  struct cache* cache = calloc(1, sizeof *cache);
  (void)name, (void)offset;
  if (!cache) return NULL;
  uint32_t align = machine->word_size;
  if (flags & REFMM_SLAB_HWCACHE_ALIGN)
    for (align = machine->l1_cache_bytes; size < align / 2;) align /= 2;
  cache->step = (size + align - 1) & ~(align - 1);
  while (machine->page_size << cache->order < cache->step) cache->order++;
  cache->count = (machine->page_size << cache->order) / cache->step;
  cache->allocator = allocator;
  cache->ctor = ctor;
  cache->dtor = dtor;
  cache->next = allocator->caches;
  allocator->caches = cache;
  return cache;
}

static void* cache_alloc(void* self, void* of, uint32_t flags) {
  struct cache* cache = of;
  struct slab* slab = cache->slabs;
  (void)self;
  while (slab && !slab->free) slab = slab->next;
  if (!slab && !(flags & REFMM_SLAB_NO_GROW)) slab = grow(cache, flags);
  if (!slab) return NULL;
  slab->in_use++;
  return object_of(slab, slab->stack[--slab->free]);
}

static void cache_free(void* self, void* of, void* object) {
  struct cache* cache = of;
  struct slab* slab = cache->slabs;
  const size_t bytes = (size_t)cache->step * cache->count;
  (void)self;
  while ((char*)object < slab->pages || (char*)object >= slab->pages + bytes) slab = slab->next;
  slab->stack[slab->free++] = (uint32_t)((char*)object - slab->pages) / cache->step;
  slab->in_use--;
#ifdef PLANTED_BUG
  memset(object, 0, sizeof(uint32_t));  // as a link would
#endif
}

static uint32_t cache_shrink(void* self, void* of) {
  struct cache* cache = of;
  (void)self;
  release_free_slabs(cache);
  return cache->slabs != NULL;
}

static uint32_t cache_destroy(void* self, void* of) {
  struct allocator* allocator = self;
  if (cache_shrink(self, of)) return 1;
  struct cache** link = &allocator->caches;
  while (*link != of) link = &(*link)->next;
  *link = (*link)->next;
  free(of);
  return 0;
}

static void cache_reap(void* self, uint32_t gfp_mask) {
  struct allocator* allocator = self;
  (void)gfp_mask;
  for (struct cache* cache = allocator->caches; cache; cache = cache->next) release_free_slabs(cache);
}

// ---- kmalloc --------------------------------------------------------------------------------------------------

static void* find_general(void* self, uint32_t size, uint32_t gfp) {
  struct allocator* allocator = self;
  uint32_t number = 0;
  (void)gfp;
  while (number < GENERAL && 32u << number < size) number++;
  return number < GENERAL ? allocator->general[number] : NULL;
}

static void* allocate(void* self, uint32_t size, uint32_t flags) {
  struct cache* cache = find_general(self, size, flags);
  return cache ? cache_alloc(self, cache, flags) : NULL;
}

// The cache of an object: the one with a slab around it.
static void release(void* self, void* object) {
  struct allocator* allocator = self;
  if (!object) return;
  for (struct cache* cache = allocator->caches; cache; cache = cache->next) {
    const size_t bytes = (size_t)cache->step * cache->count;
    for (struct slab* slab = cache->slabs; slab; slab = slab->next) {
      if ((char*)object < slab->pages || (char*)object >= slab->pages + bytes) continue;
      cache_free(self, cache, object);
      return;
    }
  }
}

// ---- The allocator --------------------------------------------------------------------------------------------

static void* create(const struct refmm_machine* machine, struct refmm_slab_pages* pages) {
  struct allocator* allocator = calloc(1, sizeof *allocator);
  if (!allocator) return NULL;
  allocator->machine = *machine;
  allocator->pages = pages;
  for (uint32_t i = 0; i < GENERAL; i++)
    allocator->general[i] = cache_create(allocator, "size", 32u << i, 0, REFMM_SLAB_HWCACHE_ALIGN, NULL, NULL);
  return allocator;
}

static void destroy(void* self) {
  struct allocator* allocator = self;
  while (allocator->caches) {
    struct cache* cache = allocator->caches;
    while (cache->slabs) {
      struct slab* slab = cache->slabs;
      cache->slabs = slab->next;
      free(slab);
    }
    allocator->caches = cache->next;
    free(cache);
  }
  free(allocator);
}

const struct refmm_slab_subject* refmm_slab_subject(void) {
  static const struct refmm_slab_subject table = {
      REFMM_TABLE(refmm_slab_subject),
      .create = create,
      .destroy = destroy,
      .kmalloc = allocate,
      .kfree = release,
      .kmem_cache_create = cache_create,
      .kmem_cache_alloc = cache_alloc,
      .kmem_cache_free = cache_free,
      .kmem_cache_shrink = cache_shrink,
      .kmem_cache_destroy = cache_destroy,
      .kmem_cache_reap = cache_reap,
      .kmem_find_general_cachep = find_general,
  };
  return &table;
}

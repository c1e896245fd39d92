// Subjects that break every rule of conduct, for the tests of what refmm does about it. Which one it is says the macro.
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <refmm/subject.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct allocator {
  uint32_t calls;
  char* scratch;
};

static void* create(const struct refmm_machine* machine, struct refmm_slab_pages* pages) {
  (void)machine, (void)pages;
#if defined RETURNS_NO_ALLOCATOR
  return NULL;
#else
  return calloc(1, sizeof(struct allocator));
#endif
}

static void destroy(void* self) {
#if defined CRASHES_AT_DESTROY
  if (((struct allocator*)self)->calls > 2) abort();
#endif
  free(self);
}

static void* allocate(void* self, uint32_t size, uint32_t flags) {
  struct allocator* allocator = self;
  (void)flags;
  allocator->calls++;
#if defined CRASHES
  if (size > 1000) {
    fprintf(stderr, "the last words of the subject\n");
    raise(SIGSEGV);
  }
#elif defined HANGS
  while (size > 1000) {
  }
#elif defined TAKES_ALL_MEMORY
  while (size > 1000) {
    allocator->scratch = malloc(1 << 24);
    allocator->scratch[size] = 1;
  }
#elif defined OVERRUNS
  if (size > 1000) {
    allocator->scratch = malloc(16);
    allocator->scratch[size % 8 + 16] = 1;
  }
#endif
  return malloc(size ? size : 1);
}

static void release(void* self, void* object) {
  (void)self;
  free(object);
}

#if defined NULL_TABLE
const struct refmm_slab_subject* refmm_slab_subject(void) { return NULL; }
#elif defined DIES_WHEN_ASKED
const struct refmm_slab_subject* refmm_slab_subject(void) { abort(); }
#elif defined NO_FUNCTION
const struct refmm_slab_subject under_no_name = {REFMM_TABLE(refmm_slab_subject), .create = create,
                                                 .destroy = destroy, .kmalloc = allocate, .kfree = release};
#else
const struct refmm_slab_subject* refmm_slab_subject(void) {
  static const struct refmm_slab_subject table = {
#if defined OTHER_VERSION
    REFMM_SUBJECT_ABI + 6,
    (uint32_t)sizeof(struct refmm_slab_subject),
#elif defined NO_SIZE
    REFMM_SUBJECT_ABI,
    0,
#elif defined OLDER
    // As of a header in which the table ended behind kfree: what is behind does not count.
    REFMM_SUBJECT_ABI,
    (uint32_t)(2 * sizeof(uint32_t) + 4 * sizeof(void*)),
    .kmem_cache_create =
        (void* (*)(void*, const char*, uint32_t, uint32_t, uint32_t, refmm_slab_hook, refmm_slab_hook))8,
#else
    REFMM_TABLE(refmm_slab_subject),
#endif
    .create = create,
#if !defined NO_DESTROY
    .destroy = destroy,
#endif
#if !defined NOTHING_TO_TEST
    .kmalloc = allocate,
#endif
#if !defined NO_KFREE && !defined NOTHING_TO_TEST
    .kfree = release,
#endif
  };
  return &table;
}
#endif

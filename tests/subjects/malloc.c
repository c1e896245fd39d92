// A heap in eighty lines: one list of free blocks, ordered by address, first fit, neighbours merged. Each block has its size in
// front of it.
//
//   cc -std=c99 -shared -fPIC -o malloc.so malloc.c
//   refmm check --subject ./malloc.so --area malloc
//
// Built with -DPLANTED_BUG it forgets, when it splits a block, to make the front part smaller.
#include <refmm/subject.h>

#include <stdint.h>
#include <string.h>

#define ALIGNMENT 16

// In front of each block, free or not; the link is used while it is free.
struct header {
  size_t size;  // of header and block, a multiple of ALIGNMENT
  struct header* next;
};

struct heap {
  struct refmm_malloc_memory* memory;
  struct header* free;  // ascending by address
};

static char* end_of(struct header* header) { return (char*)header + header->size; }

// Puts memory on the list, and merges it with what is free on both sides.
static void insert(struct heap* heap, struct header* header) {
  struct header **link = &heap->free, *before = NULL;
  while (*link && *link < header) {
    before = *link;
    link = &before->next;
  }
  header->next = *link;
  *link = header;
  if (header->next && end_of(header) == (char*)header->next) {
    header->size = (size_t)(end_of(header->next) - (char*)header);
    header->next = header->next->next;
  }
  if (before && end_of(before) == (char*)header) {
    before->size += header->size;
    before->next = header->next;
  }
}

// At least `size` bytes more at the end of the region. Somebody else may have moved that: then it is only aligned.
static int grow(struct heap* heap, size_t size) {
  const size_t least = 64 * 1024;
  if (size < least) size = least;
  if (size > PTRDIFF_MAX - ALIGNMENT) return 0;
  char* begin = heap->memory->sbrk(heap->memory, (ptrdiff_t)size + ALIGNMENT);
  if (!begin) return 0;
  struct header* header = (struct header*)(((uintptr_t)begin + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1));
  header->size = size & ~(size_t)(ALIGNMENT - 1);
  insert(heap, header);
  return 1;
}

static void* allocate(void* self, size_t bytes) {
  struct heap* heap = self;
  if (bytes > SIZE_MAX / 2) return NULL;
  const size_t size = (sizeof(struct header) + bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  for (int grown = 0;; grown = 1) {
    for (struct header** link = &heap->free; *link; link = &(*link)->next) {
      struct header* header = *link;
      if (header->size < size) continue;
      if (header->size - size > sizeof *header) {
        struct header* rest = (struct header*)((char*)header + size);
        rest->size = header->size - size;
        rest->next = header->next;
#ifndef PLANTED_BUG
        header->size = size;
#endif
        *link = rest;
      } else {
        *link = header->next;
      }
      return header + 1;
    }
    if (grown || !grow(heap, size)) return NULL;
  }
}

static void release(void* self, void* block) {
  if (block) insert(self, (struct header*)block - 1);
}

static void* allocate_cleared(void* self, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  void* block = allocate(self, count * size);
  if (block) memset(block, 0, count * size);
  return block;
}

static size_t usable(void* self, void* block) {
  (void)self;
  return block ? ((struct header*)block - 1)->size - sizeof(struct header) : 0;
}

static void* resize(void* self, void* block, size_t bytes) {
  if (block && !bytes) {
    release(self, block);
    return NULL;
  }
  if (block && bytes <= usable(self, block)) return block;
  void* larger = allocate(self, bytes);
  if (larger && block) {
    memcpy(larger, block, usable(self, block));
    release(self, block);
  }
  return larger;
}

// The whole heap is a part of its own region.
static void* create(struct refmm_malloc_memory* memory) {
  struct heap* heap = memory->sbrk(memory, sizeof *heap);
  if (!heap) return NULL;
  heap->memory = memory;
  heap->free = NULL;
  return heap;
}

static void destroy(void* self) { (void)self; }

const struct refmm_malloc_subject* refmm_malloc_subject(void) {
  static const struct refmm_malloc_subject table = {
      REFMM_TABLE(refmm_malloc_subject),
      .create = create,
      .destroy = destroy,
      .malloc = allocate,
      .free = release,
      .calloc = allocate_cleared,
      .realloc = resize,
      .malloc_usable_size = usable,
  };
  return &table;
}

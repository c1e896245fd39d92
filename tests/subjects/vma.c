// The areas of a process, in an array that is sorted by address: what is mapped where is cut off, shifted and put in.
//
//   cc -std=c99 -shared -fPIC -o vma.so vma.c
//   refmm check --subject ./vma.so --area vma
//
// Built with -DPLANTED_BUG the upper part of an area that is cut begins at the page of the file at which the lower one does.
#include <refmm/subject.h>

#include <stdlib.h>
#include <string.h>

struct space {
  uint32_t page, end, base;
  uint32_t count, room;
  struct refmm_vma_area* areas;
};

static uint32_t whole_pages(const struct space* space, uint32_t bytes) {
  return (bytes + space->page - 1) & ~(space->page - 1);
}

// The first area that ends above the address.
static uint32_t find(const struct space* space, uint32_t addr) {
  uint32_t i = 0;
  while (i < space->count && space->areas[i].end <= addr) i++;
  return i;
}

static int insert(struct space* space, uint32_t i, struct refmm_vma_area area) {
  if (space->count == space->room) {
    struct refmm_vma_area* more = realloc(space->areas, (2 * space->room + 8) * sizeof *more);
    if (!more) return 0;
    space->areas = more;
    space->room = 2 * space->room + 8;
  }
  memmove(space->areas + i + 1, space->areas + i, (space->count - i) * sizeof area);
  space->areas[i] = area;
  space->count++;
  return 1;
}

// Cuts the area that has bytes on both sides of the address in two.
static int split(struct space* space, uint32_t addr) {
  const uint32_t i = find(space, addr);
  if (i == space->count || space->areas[i].start >= addr) return 1;
  struct refmm_vma_area upper = space->areas[i];
#ifndef PLANTED_BUG
  upper.pgoff += (addr - upper.start) / space->page;
#endif
  upper.start = addr;
  if (!insert(space, i + 1, upper)) return 0;
  space->areas[i].end = addr;
  return 1;
}

static uint32_t unmap(void* self, uint32_t addr, uint32_t len) {
  struct space* space = self;
  if (addr % space->page || addr > space->end || len > space->end - addr) return REFMM_ERROR(REFMM_EINVAL);
  const uint32_t end = addr + whole_pages(space, len);
  if (end == addr) return REFMM_ERROR(REFMM_EINVAL);
  if (!split(space, addr) || !split(space, end)) return REFMM_ERROR(REFMM_ENOMEM);
  const uint32_t first = find(space, addr);
  uint32_t last = first;
  while (last < space->count && space->areas[last].start < end) last++;
  memmove(space->areas + first, space->areas + last, (space->count - last) * sizeof *space->areas);
  space->count -= last - first;
  return 0;
}

// Whether nothing is mapped in a range of the task.
static int is_free(const struct space* space, uint32_t addr, uint32_t len) {
  const uint32_t i = find(space, addr);
  return len <= space->end && addr <= space->end - len &&
         (i == space->count || space->areas[i].start >= addr + len);
}

static uint32_t map(void* self, uint32_t addr, uint32_t len, uint32_t prot, uint32_t flags, uint32_t file,
                    uint32_t pgoff) {
  struct space* space = self;
  if (!len || len > space->end) return REFMM_ERROR(REFMM_EINVAL);
  len = whole_pages(space, len);
  if (len > space->end || addr > space->end - len) return REFMM_ERROR(REFMM_EINVAL);
  if (flags & REFMM_MAP_FIXED) {
    if (addr % space->page) return REFMM_ERROR(REFMM_EINVAL);
    const uint32_t error = unmap(space, addr, len);
    if (error) return error;
  } else {
    addr = addr ? whole_pages(space, addr) : space->base;
    for (uint32_t i = find(space, addr); !is_free(space, addr, len); i++) {
      if (i == space->count) return REFMM_ERROR(REFMM_ENOMEM);
      addr = space->areas[i].end;
    }
  }
  const struct refmm_vma_area area = {addr, addr + len, prot, file, pgoff};
  return insert(space, find(space, addr), area) ? addr : REFMM_ERROR(REFMM_ENOMEM);
}

static uint32_t protect(void* self, uint32_t addr, uint32_t len, uint32_t prot) {
  struct space* space = self;
  if (addr % space->page) return REFMM_ERROR(REFMM_EINVAL);
  const uint32_t end = addr + whole_pages(space, len);
  if (end == addr) return 0;
  if (!split(space, addr)) return REFMM_ERROR(REFMM_ENOMEM);
  for (uint32_t i = find(space, addr); addr < end; i++) {
    if (i == space->count || space->areas[i].start > addr) return REFMM_ERROR(REFMM_EFAULT);
    if (!split(space, end)) return REFMM_ERROR(REFMM_ENOMEM);
    space->areas[i].prot = prot;
    addr = space->areas[i].end;
  }
  return 0;
}

static void show_areas(void* self, void (*emit)(void* to, const struct refmm_vma_area* area), void* to) {
  struct space* space = self;
  for (uint32_t i = 0; i < space->count; i++) emit(to, &space->areas[i]);
}

static void* create(uint32_t page_size, uint32_t task_size, uint32_t task_unmapped_base) {
  struct space* space = calloc(1, sizeof *space);
  if (!space) return NULL;
  space->page = page_size;
  space->end = task_size;
  space->base = task_unmapped_base;
  return space;
}

static void destroy(void* self) {
  struct space* space = self;
  free(space->areas);
  free(space);
}

const struct refmm_vma_subject* refmm_vma_subject(void) {
  static const struct refmm_vma_subject table = {
      REFMM_TABLE(refmm_vma_subject),
      .create = create,
      .destroy = destroy,
      .mmap = map,
      .munmap = unmap,
      .mprotect = protect,
      .areas = show_areas,
  };
  return &table;
}

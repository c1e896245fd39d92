// A page allocator with the classic free lists of Linux 2.4.0: one list for each order, and a bit for each pair of partners that
// says whether exactly one of them is free.
//
//   cc -std=c99 -shared -fPIC -o buddy.so buddy.c
//   refmm check --subject ./buddy.so --area buddy
//
// Built with -DPLANTED_BUG it does not merge blocks to more than eight frames.
#include <refmm/subject.h>

#include <stdlib.h>

#define ORDERS 16
#define NONE 0xffffffffu

struct frame {
  uint32_t next, previous;  // positions; of a frame that is the first of a free block
};

struct zone {
  uint32_t start, pages, orders;
  uint32_t first[ORDERS];        // of the list of an order
  unsigned char* pairs[ORDERS];  // whether exactly one of two partners is free
  struct frame* frames;
};

static void link_block(struct zone* zone, uint32_t position, uint32_t order) {
  struct frame* frame = &zone->frames[position];
  frame->previous = NONE;
  frame->next = zone->first[order];
  if (frame->next != NONE) zone->frames[frame->next].previous = position;
  zone->first[order] = position;
}

static void unlink_block(struct zone* zone, uint32_t position, uint32_t order) {
  struct frame* frame = &zone->frames[position];
  if (frame->previous != NONE)
    zone->frames[frame->previous].next = frame->next;
  else
    zone->first[order] = frame->next;
  if (frame->next != NONE) zone->frames[frame->next].previous = frame->previous;
}

// Notes that one of two partners changes between free and not. Returns whether exactly one is free now.
static int flip(struct zone* zone, uint32_t position, uint32_t order) {
  return zone->pairs[order][position >> (order + 1)] ^= 1;
}

static uint32_t alloc_pages(void* self, uint32_t order) {
  struct zone* zone = self;
  uint32_t from = order;
  if (order >= zone->orders) return REFMM_NO_PAGE;
  while (from < zone->orders && zone->first[from] == NONE) from++;
  if (from == zone->orders) return REFMM_NO_PAGE;
  uint32_t position = zone->first[from];
  unlink_block(zone, position, from);
  if (from + 1 < zone->orders) flip(zone, position, from);
  // The lower half goes to the list below, and the upper one is split further.
  while (from > order) {
    from--;
    link_block(zone, position, from);
    flip(zone, position, from);
    position += 1u << from;
  }
  return zone->start + position;
}

static void free_pages(void* self, uint32_t pfn, uint32_t order) {
  struct zone* zone = self;
  uint32_t position = pfn - zone->start;
  // Blocks of the largest order have no partner.
  while (order + 1 < zone->orders) {
    if (flip(zone, position, order)) break;
    const uint32_t partner = position ^ 1u << order;
    unlink_block(zone, partner, order);
    position &= ~(1u << order);
    order++;
#ifdef PLANTED_BUG
    if (order == 3) break;  // large blocks are rarely asked for
#endif
  }
  link_block(zone, position, order);
}

static void free_list(void* self, uint32_t order, void (*emit)(void* to, uint32_t pfn), void* to) {
  struct zone* zone = self;
  for (uint32_t position = zone->first[order]; position != NONE; position = zone->frames[position].next)
    emit(to, zone->start + position);
}

static void destroy(void* self) {
  struct zone* zone = self;
  for (uint32_t order = 0; order < zone->orders; order++) free(zone->pairs[order]);
  free(zone->frames);
  free(zone);
}

static void* create(uint32_t start, uint32_t pages, uint32_t orders) {
  struct zone* zone = calloc(1, sizeof *zone);
  if (!zone || orders > ORDERS) return NULL;
  zone->start = start;
  zone->pages = pages;
  zone->orders = orders;
  zone->frames = calloc(pages, sizeof *zone->frames);
  for (uint32_t order = 0; order < orders; order++) {
    zone->first[order] = NONE;
    zone->pairs[order] = calloc((pages >> (order + 1)) + 1, 1);
  }
  return zone;
}

const struct refmm_buddy_subject* refmm_buddy_subject(void) {
  static const struct refmm_buddy_subject table = {
      REFMM_TABLE(refmm_buddy_subject), .create = create,         .destroy = destroy,
      .alloc_pages = alloc_pages,       .free_pages = free_pages,
#ifndef HIDES_ITS_LISTS
      .free_list = free_list,
#endif
  };
  return &table;
}

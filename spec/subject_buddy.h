// A page allocator as refmm tests it. Part of refmm/subject.h. What each call is supposed to do: refmm clause buddy
//
// There must be create, destroy, alloc_pages and free_pages.
//
// Frames are numbers (pfn); a block of order k is 2^k frames, the first of them at a multiple of 2^k from the start of the zone.
// Which block is given out is the allocator's own business, unless it shows its free lists: then lists and results must be
// those of 2.4.0. In any case it may refuse an order only if no free block of that order could be made of the frames
// that are free, and what it gives out lies in the zone, is aligned, and is free.
#ifndef REFMM_SUBJECT_BUDDY_H
#define REFMM_SUBJECT_BUDDY_H

#ifdef __cplusplus
extern "C" {
#endif

// There is no such block.
#define REFMM_NO_PAGE 0xffffffffu

struct refmm_buddy_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_buddy_subject)

  // A zone of which nothing is free yet; blocks have the orders 0 to orders - 1. NULL if that fails.
  void* (*create)(uint32_t zone_start, uint32_t zone_pages, uint32_t orders);
  void (*destroy)(void* zone);

  // The first frame of a block, or REFMM_NO_PAGE; any order may be asked for.
  uint32_t (*alloc_pages)(void* zone, uint32_t order);
  // Frees a block that is in use, or a part of one that is a block itself, or, frame by frame, what boot leaves.
  void (*free_pages)(void* zone, uint32_t pfn, uint32_t order);

  // The free blocks of an order, front first: calls emit(to, pfn) for each.
  void (*free_list)(void* zone, uint32_t order, void (*emit)(void* to, uint32_t pfn), void* to);
};

// What a library with a page allocator exports.
const struct refmm_buddy_subject* refmm_buddy_subject(void);

#ifdef __cplusplus
}
#endif

#endif

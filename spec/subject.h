// Your own memory manager, tested by refmm: the interface in C.
//
// A shared library exports one function for each family that it implements; the function returns a table of functions:
//
//   #include <refmm/subject.h>
//   const struct refmm_slab_subject* refmm_slab_subject(void);
//
//   cc -std=c99 -shared -fPIC -o mine.so mine.c
//   refmm check --subject ./mine.so --area slab
//
// Every table begins with the version of this interface and its own size. It grows at its end, so that a library that was
// built with an older header of the same version goes on working: what is not in its table counts as NULL. What a
// subject does not have it leaves NULL, and what it leaves NULL is not tested; each header says which members must be there.
//
// The library is called by one thread, in a process of its own: it may crash, hang or use up its memory, and that is reported
// with the calls that led to it. An instance gets its calls between create and destroy; there are thousands, one
// after the other, so that nothing may be left in static variables.
#ifndef REFMM_SUBJECT_H
#define REFMM_SUBJECT_H

#include <stdint.h>

// The version of the interface. It changes only if a library must be built again.
#define REFMM_SUBJECT_ABI 1u

// The beginning of a table: `static const struct refmm_slab_subject table = {REFMM_TABLE(refmm_slab_subject), ...`.
#define REFMM_TABLE(type) REFMM_SUBJECT_ABI, (uint32_t)sizeof(struct type)

#ifdef __cplusplus
extern "C" {
#endif

// The machine that an instance is created for: i386, whatever machine the library is built for. Sizes are in bytes.
struct refmm_machine {
  uint32_t size;               // of this struct: it grows at its end
  uint32_t page_size;          // of a page frame
  uint32_t word_size;          // of a pointer; objects are aligned to it
  uint32_t l1_cache_bytes;     // of a cache line
  uint32_t ram_pages;          // page frames in the machine
  uint32_t sizeof_slab;        // of a slab descriptor without its bufctl array
  uint32_t sizeof_bufctl;      // of an entry of the bufctl array
  uint32_t sizeof_kmem_cache;  // of a cache descriptor
  uint32_t max_gfp_order;      // slabs have at most 2^this pages
  uint32_t reap_scanlen;       // caches that one kmem_cache_reap looks at
  uint32_t reap_perfect;       // free slabs that end its search at once
  uint32_t cache_namelen;      // for the name of a cache
};

#ifdef __cplusplus
}
#endif

#include "subject_buddy.h"
#include "subject_fault.h"
#include "subject_kernel.h"
#include "subject_malloc.h"
#include "subject_slab.h"
#include "subject_vma.h"

#endif

// The kernel's own mappings as refmm tests them. Part of refmm/subject.h. What each call is supposed to do: refmm clause kernel
//
// There must be create and destroy, and of each kind of mapping all halves: vmalloc and vfree; ioremap and iounmap; kmap and
// kunmap; pgd_alloc, pgd_free and touch. A kind that is NULL is not tested, but one of them must be there.
//
// Where an area lies is the subject's own business, and so are its page tables, which are in memory of its own: refmm lists no
// entries, and has quick lists, flushes and the user's half of a directory to itself. The subject is held to what any kernel must do: it
// gives and refuses as 2.4.0 does, areas are pages of the range for areas and share none of them, nothing is mapped behind
// an area, and behind its pages are frames of their own that go back with the area, or the physical memory that was asked for. Where
// its areas leave no room for one that 2.4.0 has room for it may refuse.
#ifndef REFMM_SUBJECT_KERNEL_H
#define REFMM_SUBJECT_KERNEL_H

#ifdef __cplusplus
extern "C" {
#endif

// The machine. Addresses and sizes are in bytes, ends are exclusive; an end of 0 is 4 GB.
struct refmm_kernel_machine {
  uint32_t size;                // of this struct: it grows at its end
  uint32_t page_size;           // of a frame
  uint32_t page_offset;         // where the direct mapping of low RAM begins, which is not the subject's business
  uint32_t vmalloc_start;       // the range for areas, ...
  uint32_t vmalloc_end;         // ... guard pages included
  uint32_t pkmap_base;          // the window for high frames, ...
  uint32_t pkmap_pages;         // ... and its pages: 0 without high frames
  uint32_t isa_start, isa_end;  // physical: a range in here has its address in the direct mapping
  uint32_t low_pages, highmem_pages;  // frames 0 to low_pages - 1 of RAM, and the high ones behind them
};

// Which frames are asked for, as vmalloc, vmalloc_32 and vmalloc_dma do it.
#define REFMM_FRAME_ANY 0u
#define REFMM_FRAME_LOW 1u
#define REFMM_FRAME_DMA 2u

// The layer below: frames, by their numbers (pfn).
struct refmm_kernel_frames {
  // A frame to be mapped, or REFMM_NO_PAGE if there is none to be had. `kind` is what vmalloc was called with.
  uint32_t (*alloc_page)(struct refmm_kernel_frames* frames, uint32_t kind);
  // Gives back what alloc_page returned.
  void (*free_page)(struct refmm_kernel_frames* frames, uint32_t pfn);
  // 1 for RAM that is somebody's or may become so; 0 for what is reserved or is no RAM, which drivers may map.
  int (*is_ram_in_use)(struct refmm_kernel_frames* frames, uint32_t pfn);
};

#define REFMM_PAGE_WRITE 0x1u
#define REFMM_PAGE_USER 0x2u
#define REFMM_PAGE_NOCACHE 0x4u

// What a page is mapped to.
struct refmm_kernel_page {
  uint32_t pfn;    // frame, or physical address / page_size
  uint32_t flags;  // REFMM_PAGE_*
};

struct refmm_kernel_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_kernel_subject)

  // A kernel without areas; NULL if that fails. `frames` lives longer. What is mapped may be dropped by destroy without giving its
  // frames back.
  void* (*create)(const struct refmm_kernel_machine* machine, struct refmm_kernel_frames* frames);
  void (*destroy)(void* kernel);

  // The start of an area of `size` bytes, rounded up to pages, each of them with a frame of its own; 0 if there is no room, or not a
  // frame for each page. What is refused leaves nothing behind. Sizes of 0, and above the RAM, are not asked for.
  uint32_t (*vmalloc)(void* kernel, uint32_t size, uint32_t kind);
  // Frees what vmalloc returned. Where no area begins, and for 0, it does nothing; and so does iounmap.
  void (*vfree)(void* kernel, uint32_t addr);

  // An address from which on `size` bytes lead to physical address `phys` and what follows, in an area of its own. 0 if there is no room;
  // if size is 0; if the range goes on behind 4 GB, has RAM that is in use, or begins in RAM and ends behind it.
  uint32_t (*ioremap)(void* kernel, uint32_t phys, uint32_t size, int nocache);
  // Any address in the first page of what ioremap returned will do.
  void (*iounmap)(void* kernel, uint32_t addr);

  // An address for a frame: in the direct mapping if it is low, else in the window. A frame that has users keeps its address. There
  // are never more high frames with users than the window has pages.
  uint32_t (*kmap)(void* kernel, uint32_t pfn);
  void (*kunmap)(void* kernel, uint32_t pfn);  // one user less

  // A page directory for a process; NULL: none to be had.
  void* (*pgd_alloc)(void* kernel);
  void (*pgd_free)(void* kernel, void* pgd);
  // 1 if a byte of the kernel's half can be read while this directory is active, after a fault or without one; else 0. `pgd` may be NULL for
  // the kernel's own; `user` says that a program tries it, which it may not.
  int (*touch)(void* kernel, void* pgd, uint32_t addr, int user);

  // 1, and what the page at an address is mapped to in the kernel's own directory; 0 if it is not mapped. Where it is NULL what is behind
  // addresses is not compared.
  int (*translate)(void* kernel, uint32_t addr, struct refmm_kernel_page* page);
};

// What a library with the mappings of a kernel exports.
const struct refmm_kernel_subject* refmm_kernel_subject(void);

#ifdef __cplusplus
}
#endif

#endif

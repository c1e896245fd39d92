// The memory areas of a process as refmm tests them. Part of refmm/subject.h. What each call is supposed to do: refmm clause vma
//
// There must be create, destroy, mmap and munmap.
//
// Who may map what, limits, and how often areas are merged are not the subject's business: refmm asks only for what is
// allowed, or is refused for its arguments alone. It holds the subject to the addresses that 2.4.0 returns and, if it shows its areas,
// to what is at each page. What other calls do to the areas (brk, a stack that grows, and mprotect and mremap where they are NULL) it
// has the subject do with munmap, and mmap with REFMM_MAP_FIXED.
#ifndef REFMM_SUBJECT_VMA_H
#define REFMM_SUBJECT_VMA_H

#ifdef __cplusplus
extern "C" {
#endif

#define REFMM_PROT_READ 0x1u
#define REFMM_PROT_WRITE 0x2u
#define REFMM_PROT_EXEC 0x4u
#define REFMM_MAP_FIXED 0x10u  // at this address, in place of what is there; of flags only this one counts
#define REFMM_MREMAP_MAYMOVE 0x1u
#define REFMM_MREMAP_FIXED 0x2u

// An errno as a result: what is at or above REFMM_ERROR(4095) is one.
#define REFMM_ERROR(number) (0u - (uint32_t)(number))
#define REFMM_EFAULT 14
#define REFMM_EINVAL 22
#define REFMM_ENOMEM 12

// What is mapped from `start` to `end`, exclusive.
struct refmm_vma_area {
  uint32_t start, end;  // bytes
  uint32_t prot;        // REFMM_PROT_*
  uint32_t file;        // 0 for none
  uint32_t pgoff;       // pages from the beginning of the file to `start`
};

struct refmm_vma_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_vma_subject)

  // An address space without areas. It ends at task_size; the search for a free range begins at task_unmapped_base.
  void* (*create)(uint32_t page_size, uint32_t task_size, uint32_t task_unmapped_base);
  void (*destroy)(void* space);

  // Without REFMM_MAP_FIXED: at the lowest free range at or above `addr`, rounded up to a page, or above task_unmapped_base if `addr` is 0.
  // Lengths are rounded up to pages. Returns the address, or an error: EINVAL as well for an `addr` from which on the range would end
  // beyond the task.
  uint32_t (*mmap)(void* space, uint32_t addr, uint32_t len, uint32_t prot, uint32_t flags, uint32_t file,
                   uint32_t pgoff);
  // 0 or an error, and so below.
  uint32_t (*munmap)(void* space, uint32_t addr, uint32_t len);
  // What is in front of a hole has changed when ENOMEM or EFAULT is returned for the hole.
  uint32_t (*mprotect)(void* space, uint32_t addr, uint32_t len, uint32_t prot);
  // The new address, or an error.
  uint32_t (*mremap)(void* space, uint32_t addr, uint32_t old_len, uint32_t new_len, uint32_t flags,
                     uint32_t new_addr);

  // Calls emit(to, area) for each area, from the lowest to the highest. Areas that could be merged need not be.
  void (*areas)(void* space, void (*emit)(void* to, const struct refmm_vma_area* area), void* to);
};

// What a library with memory areas exports.
const struct refmm_vma_subject* refmm_vma_subject(void);

#ifdef __cplusplus
}
#endif

#endif

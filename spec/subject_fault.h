// Demand paging as refmm tests it: what processes see of their memory. Part of refmm/subject.h. What each call is supposed to
// do: refmm clause fault, refmm clause process
//
// There must be create, destroy, fork, exit, map, unmap, load and store. What is NULL is not tested; a session that needs it
// ends for the subject where it could tell: at an mprotect, an mremap, a truncate.
//
// Where areas are and who may have them is not the subject's business (that is refmm/subject_vma.h): it is told what is
// mapped at each page. Frames, page tables, the page cache and the swap area are its own, and not compared. It is held to the
// bytes and the signals that processes get. Where 2.4.0 copies a private page before anybody stores to it (mlock), a byte of it
// is stored again. Where memory runs out, or a transfer fails, so that bytes are lost or a copy is cut short, a session goes on
// without it.
#ifndef REFMM_SUBJECT_FAULT_H
#define REFMM_SUBJECT_FAULT_H

#ifdef __cplusplus
extern "C" {
#endif

// How an access ends.
#define REFMM_ACCESS_DONE 0
#define REFMM_ACCESS_SIGBUS 7    // a page behind the end of its file
#define REFMM_ACCESS_SIGSEGV 11  // nothing is mapped there, or what is mapped forbids it

// The layer below: pages of files on a disk.
struct refmm_fault_disk {
  // The page as it was written last; 0s behind the end of the file.
  void (*read_page)(struct refmm_fault_disk* disk, uint32_t file, uint32_t page, void* bytes);
  void (*write_page)(struct refmm_fault_disk* disk, uint32_t file, uint32_t page, const void* bytes);
};

struct refmm_fault_machine {
  uint32_t size;       // of this struct: it grows at its end
  uint32_t page_size;  // bytes
  uint32_t task_size;  // end of the addresses of a process
  uint32_t ram_pages;  // frames, and slots of the swap area: a subject need not keep to them
  uint32_t swap_pages;
  uint32_t files;              // they have the numbers 1 to this
  const uint32_t* file_sizes;  // bytes; of file 1 first
};

// What is mapped from `start` to `end`, exclusive: pages without a file, of a file, or of memory that processes share, which is all 0s at
// first and has a number above those of the files.
struct refmm_fault_mapping {
  uint32_t start, end;  // bytes, multiples of the page size
  uint32_t prot;        // REFMM_PROT_READ and REFMM_PROT_WRITE: what may be written may be read
  uint32_t shared;      // 1: stores go to the object, and whoever maps it sees them; 0: to a copy of the page
  uint32_t object;      // 0 for none
  uint32_t pgoff;       // pages from the beginning of the object to `start`
  uint32_t size;        // bytes of memory that processes share, which never change; 0 if the object is a file
};

struct refmm_fault_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_fault_subject)

  // A machine without processes; NULL if that fails. `disk` lives longer, `machine` does not.
  void* (*create)(const struct refmm_fault_machine* machine, struct refmm_fault_disk* disk);
  void (*destroy)(void* machine);

  // Makes process `child`, which is not there yet, with all that `parent` has mapped: from then on no store of one to private pages is seen
  // by the other. Without mappings if parent is 0. 0, or any error.
  uint32_t (*fork)(void* machine, uint32_t parent, uint32_t child);
  void (*exit)(void* machine, uint32_t pid);

  // Of whole pages. Nothing is mapped there yet; 0, or any error, and so below.
  uint32_t (*map)(void* machine, uint32_t pid, const struct refmm_fault_mapping* mapping);
  // All of it is mapped, and so below. Private copies are lost.
  uint32_t (*unmap)(void* machine, uint32_t pid, uint32_t start, uint32_t end);
  uint32_t (*protect)(void* machine, uint32_t pid, uint32_t start, uint32_t end, uint32_t prot);
  // Moves pages with what is in them; nothing is mapped at `to`.
  uint32_t (*move)(void* machine, uint32_t pid, uint32_t start, uint32_t end, uint32_t to);

  // A byte is read or written, at any address. REFMM_ACCESS_*
  int (*load)(void* machine, uint32_t pid, uint32_t addr, uint8_t* byte);
  int (*store)(void* machine, uint32_t pid, uint32_t addr, uint8_t byte);

  // Bytes of a file, copied to the memory of a process, up to the end of the file, or to the first byte that cannot be stored. How many
  // were copied; REFMM_ERROR(REFMM_EFAULT) if none was because of that.
  uint32_t (*pread)(void* machine, uint32_t pid, uint32_t file, uint32_t addr, uint32_t len, uint32_t offset);
  // Likewise to the file, which grows if need be; of each page of the file either all that is to be written to it is copied or nothing.
  uint32_t (*pwrite)(void* machine, uint32_t pid, uint32_t file, uint32_t addr, uint32_t len, uint32_t offset);
  // Gives a file another size. Whoever maps it loses what lies in pages behind the new end, private copies as well. What it grows by, now
  // or later, is 0s.
  void (*truncate)(void* machine, uint32_t file, uint32_t size);
  // The pages are not needed (madvise): private copies are given up, so that 0s are seen again, or the object.
  void (*discard)(void* machine, uint32_t pid, uint32_t start, uint32_t end);

  // The machine is short of memory: this page of a process may be written to the swap area, or to its file, ...
  void (*swap_out)(void* machine, uint32_t pid, uint32_t addr);
  // ... or any pages that nobody needs be given up.
  void (*reclaim)(void* machine);
};

// What a library with demand paging exports.
const struct refmm_fault_subject* refmm_fault_subject(void);

#ifdef __cplusplus
}
#endif

#endif

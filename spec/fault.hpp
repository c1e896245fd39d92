// The vocabulary of demand paging: the pages of a machine, and what the kernel does with them.
//
// Source: mm/memory.c, mm/filemap.c, mm/shmem.c, mm/swap_state.c, mm/swapfile.c, mm/vmscan.c, arch/i386/mm/fault.c and init.c,
// include/linux/mm.h of 2.4.0. Chapter: spec/book/fault.md. Everything that is many is a total map (spec/map.hpp): over built-in
// words a table, over symbolic words a function, so that a theorem about one fresh frame, slot, process or entry is a theorem about
// all of them.
#pragma once

#include <refmm/spec/fault_bytes.hpp>
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/paging.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::fault {

// ---- Names for numbers --------------------------------------------------------------------------------------------
// Frames are named by their numbers (pfn, from 1), objects by theirs: the files first, in the order of the boot line, then shared
// memory objects in the order of creation.

/// Frames that belong to no pool; they are reserved. 2.4.0: empty_zero_page, empty_bad_page, empty_bad_page_table.
inline constexpr std::uint32_t ZERO_PAGE = 0xffffd;
inline constexpr std::uint32_t BAD_PAGE = 0xffffe;
inline constexpr std::uint32_t BAD_PAGETABLE = 0xfffff;

/// The mapping of pages in the swap cache, whose indices are slots. 2.4.0: swapper_space.
inline constexpr std::uint32_t swapper_space = 0xffffffff;

/// No mapping, no frame, no slot.
inline constexpr std::uint32_t none = 0;

// ---- State --------------------------------------------------------------------------------------------------------

/// A page frame. 2.4.0: struct page.
template <Word W>
struct Frame {
  REFMM_RECORD(Frame, (W, count),  // references; 0: free
               (W, flags),         // PG_*
               (W, mapping),       // the number of the object that it is a page of, swapper_space, or none
               (W, index),         // which page of it, or which slot
               (W, buffers));      // 1 if it has a buffer, which is a reference
};

/// A file, or a shared memory object, by its pages. 2.4.0: struct inode and its address_space.
template <Word W>
struct Object {
  using Slots = Map<W, W>;
  using Disk = Map<W, Bytes<W>>;
  REFMM_RECORD(Object, (bool, shared_memory), (W, i_size),  // bytes
               (std::vector<W>, clean_pages),               // frames, newest first
               (std::vector<W>, dirty_pages),               // likewise
               (Slots, slots),  // of shared memory: by page, the slot that holds it, or none
               (Disk, disk));   // of a file: by page, what the disk holds
};

/// The swap area. Slots count from 1.
template <Word W>
struct SwapArea {
  using Counts = Map<W, W>;
  using Contents = Map<W, Bytes<W>>;
  REFMM_RECORD(SwapArea, (W, pages),  // slots; 0: there is none
               (bool, in_use),        // since swapon
               (Counts, swap_map),    // by slot: references; 0: free
               (Contents, contents),  // by slot, also of free ones
               (W, cluster_next),     // where the search for a free slot goes on
               (W, cluster_nr));      // slots that are still taken from there
};

/// What makes requests to the layers below fail.
template <Word W>
struct Faults {
  REFMM_RECORD(Faults, (W, fail_alloc),  // this allocation of a frame from now on; 0 for none
               (bool, fail_alloc_all),   // all of them
               (W, fail_read), (W, fail_swap_read), (W, fail_swap_write));  // so many transfers from now on
};

/// The pages of a machine, and everything that leads to them.
template <Word W>
struct Memory {
  using word_type = W;
  using Frames = Map<W, Frame<W>>;
  using Contents = Map<W, Bytes<W>>;
  using Entries = paging::Entries<W>;
  using Tables = Map<W, Entries>;
  using Counts = Map<W, W>;
  using PageCache = Map<W, Map<W, W>>;
  using Objects = Map<W, Object<W>>;
  REFMM_RECORD(Memory, (W, ram_pages),   // frames that can be allocated: 1 to this
               (W, page_cluster),        // pages are read in groups of 2 to the power of this
               (Frames, mem_map),        // by frame
               (Contents, contents),     // by frame, also of free ones
               (Tables, pgds),           // by process: directory entries by slot
               (Tables, tables),         // by frame of a page table: its entries
               (Counts, rss),            // by process: pages
               (PageCache, page_cache),  // by mapping and index: the frame, or none
               (Objects, objects),       // by number
               (Counts, raend),          // by area: end of the window read ahead, in pages of the area, or none
               (SwapArea<W>, swap), (Faults<W>, faults));
};

// ---- Outcomes of a fault ------------------------------------------------------------------------------------------

/// What became of a fault. 2.4.0: the values of handle_mm_fault, told apart further.
enum class Handled {
  minor,                // 1
  major,                // 2
  beyond_object,        // 0: a page behind the end of the file or object
  not_readable,         // 0: the page could not be read
  no_page_table,        // -1
  no_page,              // -1
  window_without_file,  // none: a null pointer
};

constexpr bool is_handled(Handled handled) { return handled == Handled::minor || handled == Handled::major; }
constexpr bool is_sigbus(Handled handled) {
  return handled == Handled::beyond_object || handled == Handled::not_readable;
}

// ---- Effects ------------------------------------------------------------------------------------------------------
// What transcripts list; see tests/transcripts/fault/README.md.

template <Word W>
struct PageFault {
  REFMM_RECORD(PageFault, (W, addr), (std::uint32_t, code));  // paging::FAULT_*
};
/// The fault was handled, and counted.
struct MinorFault {
  REFMM_RECORD(MinorFault);
};
struct MajorFault {
  REFMM_RECORD(MajorFault);
};

enum class Signal { sigsegv, sigbus };
/// What the signal says; `never_set` is whatever happens to be in memory.
enum class SignalCode { segv_maperr, segv_accerr, bus_adrerr, never_set };
template <Word W>
struct ForceSig {
  REFMM_RECORD(ForceSig, (Signal, signal), (SignalCode, code), (W, addr));
};
/// The process is killed.
struct DoExit {
  REFMM_RECORD(DoExit);
};
/// The kernel gives up a copy.
struct Fixup {
  REFMM_RECORD(Fixup);
};

enum class Gfp { GFP_KERNEL, GFP_USER };
/// A frame is asked for.
template <Word W>
struct AllocPage {
  using Given = std::optional<W>;
  REFMM_RECORD(AllocPage, (Gfp, type), (Given, pfn));
};
template <Word W>
struct FreePage {
  REFMM_RECORD(FreePage, (W, pfn));
};
template <Word W>
struct ClearPage {
  REFMM_RECORD(ClearPage, (W, pfn));
};
template <Word W>
struct CopyPage {
  REFMM_RECORD(CopyPage, (W, to), (W, from));  // frames
};
struct FlushTlb {
  REFMM_RECORD(FlushTlb);
};
template <Word W>
struct FlushTlbPage {
  REFMM_RECORD(FlushTlbPage, (W, addr));
};

enum class Transfer { read, write };
/// A page of a file is read or written; `done` is false for -1 EIO.
template <Word W>
struct FileTransfer {
  REFMM_RECORD(FileTransfer, (Transfer, way), (W, file), (W, page), (W, pfn), (bool, done));
};
template <Word W>
struct SwapTransfer {
  REFMM_RECORD(SwapTransfer, (Transfer, way), (W, slot), (W, pfn), (bool, done));
};

/// Bytes that the kernel has copied from one page of a cache to the memory of the process, or from there.
template <Word W>
struct CopyToUser {
  REFMM_RECORD(CopyToUser, (W, addr), (W, len));
};
template <Word W>
struct CopyFromUser {
  REFMM_RECORD(CopyFromUser, (W, addr), (W, len));
};

template <Word W>
using Effect = std::variant<PageFault<W>, MinorFault, MajorFault, ForceSig<W>, DoExit, Fixup, AllocPage<W>,
                            FreePage<W>, ClearPage<W>, CopyPage<W>, FlushTlb, FlushTlbPage<W>, FileTransfer<W>,
                            SwapTransfer<W>, CopyToUser<W>, CopyFromUser<W>>;

}  // namespace refmm::fault

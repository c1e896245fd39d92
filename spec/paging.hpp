// The vocabulary of two-level paging: page directories, page tables, entries, and what the processor makes of them.
//
// Source: include/asm-i386/page.h, pgtable.h, pgtable-2level.h, pgalloc.h of 2.4.0 and the processor's manual. Chapter:
// spec/book/paging.md. A page table or page directory is a total map from slots (0 to 1023) to entries, 0 being the empty one; an
// entry is the number of a frame times 4096, plus flags.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>

namespace refmm::paging {

// ---- Entries ------------------------------------------------------------------------------------------------------

// Flags of an entry; the names in transcripts are these in lower case.
inline constexpr std::uint32_t PAGE_PRESENT = 0x1;
inline constexpr std::uint32_t PAGE_RW = 0x2;
inline constexpr std::uint32_t PAGE_USER = 0x4;
inline constexpr std::uint32_t PAGE_PWT = 0x8;
inline constexpr std::uint32_t PAGE_PCD = 0x10;
inline constexpr std::uint32_t PAGE_ACCESSED = 0x20;
inline constexpr std::uint32_t PAGE_DIRTY = 0x40;
inline constexpr std::uint32_t PAGE_PSE = 0x80;      // in a directory: no table, but frames for all of the slot
inline constexpr std::uint32_t PAGE_GLOBAL = 0x100;  // survives a flush of the TLB that is not a global one

/// A directory entry for a table of the kernel, and of a process. 2.4.0: _KERNPG_TABLE, _PAGE_TABLE.
inline constexpr std::uint32_t KERNPG_TABLE = PAGE_PRESENT | PAGE_RW | PAGE_ACCESSED | PAGE_DIRTY;
inline constexpr std::uint32_t PAGE_TABLE = KERNPG_TABLE | PAGE_USER;

/// Of a page table or a page directory, by slot.
template <Word W>
using Entries = Map<W, W>;

/// A page table and the frame it is in.
template <Word W>
struct Table {
  REFMM_RECORD(Table, (W, pfn), (Entries<W>, entries));
};

// ---- Accesses -----------------------------------------------------------------------------------------------------

/// What the processor is asked for.
struct Access {
  REFMM_RECORD(Access, (bool, user),        // from user mode
               (bool, write), (bool, wp));  // the processor heeds read-only entries in kernel mode, too: CR0.WP
};

/// The error code of a page fault.
inline constexpr std::uint32_t FAULT_PROTECTION = 0x1;  // the entries are there, but do not permit it
inline constexpr std::uint32_t FAULT_WRITE = 0x2;
inline constexpr std::uint32_t FAULT_USER = 0x4;

/// What an address means: the physical address, and the entry that says so (of the directory for a 4 MB page).
template <Word W>
struct Translation {
  REFMM_RECORD(Translation, (W, phys), (W, entry));
};

struct PageFault {
  REFMM_RECORD(PageFault, (std::uint32_t, error_code));  // FAULT_*
};

/// A translation that the tables do not have any more, but that the processor may use until it is flushed.
template <Word W>
struct StaleTranslation {
  REFMM_RECORD(StaleTranslation, (W, page),  // bytes, a multiple of the page size
               (W, entry));                  // as it was
};

}  // namespace refmm::paging

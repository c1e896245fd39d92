// Flags of page frames, of entries and of calls about pages, by their values in 2.4.0 (include/linux/mm.h,
// include/asm-i386/pgtable.h, include/asm-i386/mman.h).
#pragma once

#include <refmm/spec/paging.hpp>
#include <refmm/spec/vma_flags.hpp>

#include <cstdint>

namespace refmm::fault {

// ---- Of a frame: page->flags --------------------------------------------------------------------------------------

inline constexpr std::uint32_t PG_locked = 0x1;
inline constexpr std::uint32_t PG_error = 0x2;     // a transfer failed
inline constexpr std::uint32_t PG_uptodate = 0x8;  // it holds what its mapping says
inline constexpr std::uint32_t PG_dirty = 0x10;    // it is to be written before it is given up
inline constexpr std::uint32_t PG_swap_cache = 0x200;
inline constexpr std::uint32_t PG_reserved = 0x80000000;  // never freed, its references not taken back

// ---- Of an entry --------------------------------------------------------------------------------------------------

using paging::PAGE_ACCESSED;
using paging::PAGE_DIRTY;
using paging::PAGE_PRESENT;
using paging::PAGE_RW;
using paging::PAGE_TABLE;
using paging::PAGE_USER;
inline constexpr std::uint32_t PAGE_PROTNONE = 0x80;  // there is a page, but the processor does not see it

/// What a change of protection keeps of an entry, besides its frame. 2.4.0: _PAGE_CHG_MASK.
inline constexpr std::uint32_t PAGE_KEPT = PAGE_ACCESSED | PAGE_DIRTY;

// ---- Of an area ---------------------------------------------------------------------------------------------------

inline constexpr std::uint32_t VM_SEQ_READ = 0x8000;    // MADV_SEQUENTIAL
inline constexpr std::uint32_t VM_RAND_READ = 0x10000;  // MADV_RANDOM

// ---- Of calls -----------------------------------------------------------------------------------------------------

inline constexpr std::uint32_t MADV_NORMAL = 0;
inline constexpr std::uint32_t MADV_RANDOM = 1;
inline constexpr std::uint32_t MADV_SEQUENTIAL = 2;
inline constexpr std::uint32_t MADV_WILLNEED = 3;
inline constexpr std::uint32_t MADV_DONTNEED = 4;

inline constexpr std::uint32_t MS_ASYNC = 0x1;
inline constexpr std::uint32_t MS_INVALIDATE = 0x2;
inline constexpr std::uint32_t MS_SYNC = 0x4;

}  // namespace refmm::fault

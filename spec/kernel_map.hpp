// The vocabulary of the kernel's own mappings: what is observed of the kernel's half of the address space and of the page
// directories that share it, what it is asked, what it answers.
//
// Source: mm/vmalloc.c, arch/i386/mm/ioremap.c, init.c, fault.c, include/asm-i386/pgalloc.h, mm/highmem.c of 2.4.0. Chapter:
// spec/book/kernel.md.
#pragma once

#include <refmm/spec/kernel_map_kernel.hpp>
#include <refmm/spec/kernel_map_refusal.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/paging.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

using paging::Entries;
using paging::StaleTranslation;
using paging::Table;

// ---- State ------------------------------------------------------------------------------------------------------

enum class AreaKind { vmalloc, ioremap };

/// One area of the kernel. 2.4.0: vm_struct.
template <Word W>
struct VmStruct {
  REFMM_RECORD(VmStruct, (W, addr),    // bytes, a multiple of the page size
               (W, size),              // bytes, with the guard page
               (AreaKind, flags),      // VM_ALLOC or VM_IOREMAP
               (std::uint32_t, obj));  // number of its list element
};

/// The page directory of a process.
template <Word W>
struct Pgd {
  REFMM_RECORD(Pgd,
               (std::uint32_t, number),  // from 1, in the order of creation; never reused; 0 on the quick list
               (W, pfn),                 // the frame it is in
               (Entries<W>, entries));
};

/// What the layer below knows of a frame.
struct Frame {
  REFMM_RECORD(Frame, (std::int32_t, count), (bool, reserved), (bool, free));
};

/// The window for high frames. 2.4.0: pkmap_count, last_pkmap_nr, page->virtual.
template <Word W>
struct Pkmap {
  using Counts = Map<W, W>;
  using Addresses = Map<W, W>;
  REFMM_RECORD(Pkmap, (Counts, count),  // by slot: 0 free, 1 mapped without users, else users + 1
               (W, last_pkmap_nr), (Addresses, address));  // of high frames, by pfn: 0 for none
};

/// What lies below, as transcripts `set` it.
struct Knobs {
  REFMM_RECORD(Knobs, (std::uint32_t, skip_pages), (std::uint32_t, fail_pages), (std::uint32_t, fail_kmalloc));
};

/// The kernel's half of the address space, and all page directories, between two calls.
template <Word W>
struct State {
  using Frames = Map<W, Frame>;
  using Stale = std::vector<StaleTranslation<W>>;
  REFMM_RECORD(State, (std::vector<VmStruct<W>>, vmlist),  // in list order
               (Entries<W>, swapper_pg_dir),
               (std::vector<Table<W>>, tables),       // every page table, ascending by frame
               (std::vector<Pgd<W>>, pgds),           // of processes, ascending by number
               (std::vector<Pgd<W>>, pgd_quicklist),  // first one first, with what they still hold
               (std::vector<W>, pte_quicklist),       // frames, first one first
               (std::uint32_t, pgtable_cache_size),   // the common counter of both
               (Stale, stale),    // what the TLB may still hold, in the order of leaving the tables
               (Frames, frames),  // by pfn; otherwise free
               (Pkmap<W>, pkmap), (Knobs, knobs), (std::uint32_t, objs_made),  // list elements so far
               (std::uint32_t, pgds_made));                                    // process directories so far
};

enum class Config { up, apic, highmem };

/// What a transcript begins with.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (KernelOf<W>, kernel), (W, ram_pages), (W, highmem_pages), (W, first_free), (bool, pse),
               (bool, pge), (Config, config));
};

// ---- Calls ------------------------------------------------------------------------------------------------------
// Addresses and sizes in bytes unless a comment says otherwise.

/// Which frames vmalloc asks for.
enum class VmallocGfp { any, dma, low };  // vmalloc, vmalloc_dma, vmalloc_32

template <Word W>
struct Vmalloc {
  REFMM_RECORD(Vmalloc, (VmallocGfp, gfp), (W, size));
};
template <Word W>
struct Vfree {
  REFMM_RECORD(Vfree, (W, addr));  // 0 for NULL
};
template <Word W>
struct Ioremap {
  REFMM_RECORD(Ioremap, (W, phys), (W, size), (bool, nocache));
};
template <Word W>
struct Iounmap {
  REFMM_RECORD(Iounmap, (W, addr));  // 0 for NULL
};
struct PgdAlloc {
  REFMM_RECORD(PgdAlloc);
};
struct PgdFree {
  REFMM_RECORD(PgdFree, (std::uint32_t, pgd));
};
/// To the quick list.
struct PgdFreeFast {
  REFMM_RECORD(PgdFreeFast, (std::uint32_t, pgd));
};
struct PteFreeFast {
  REFMM_RECORD(PteFreeFast);
};
struct CheckPgtCache {
  REFMM_RECORD(CheckPgtCache, (std::int32_t, low), (std::int32_t, high));
};
/// The kernel, or a program, reads an address while a directory is active.
template <Word W>
struct Touch {
  REFMM_RECORD(Touch, (std::uint32_t, pgd),  // 0 for swapper_pg_dir
               (W, addr), (bool, user));
};
template <Word W>
struct Reserve {
  REFMM_RECORD(Reserve, (W, first), (W, last));  // pfns, both included
};
template <Word W>
struct Unreserve {
  REFMM_RECORD(Unreserve, (W, first), (W, last));
};
struct GetPage {
  REFMM_RECORD(GetPage, (bool, high));
};
template <Word W>
struct PutPage {
  REFMM_RECORD(PutPage, (W, pfn));
};
template <Word W>
struct Kmap {
  REFMM_RECORD(Kmap, (W, pfn));
};
template <Word W>
struct Kunmap {
  REFMM_RECORD(Kunmap, (W, pfn));
};
/// A program maps a frame: what the calls of other chapters leave in a directory. `addr` is below the kernel's half.
template <Word W>
struct MapUser {
  REFMM_RECORD(MapUser, (std::uint32_t, pgd), (W, addr), (bool, writable));
};
/// The user's page tables of slots `first`, `nr` of them, go, with the frames that they map.
template <Word W>
struct ClearPageTables {
  REFMM_RECORD(ClearPageTables, (std::uint32_t, pgd), (W, first), (W, nr));
};
/// `set`: what is given replaces what was.
struct SetKnobs {
  using Value = std::optional<std::uint32_t>;
  REFMM_RECORD(SetKnobs, (Value, skip_pages), (Value, fail_pages), (Value, fail_kmalloc));
};

template <Word W>
using Command = std::variant<Vmalloc<W>, Vfree<W>, Ioremap<W>, Iounmap<W>, PgdAlloc, PgdFree, PgdFreeFast,
                             PteFreeFast, CheckPgtCache, Touch<W>, Reserve<W>, Unreserve<W>, GetPage, PutPage<W>,
                             Kmap<W>, Kunmap<W>, MapUser<W>, ClearPageTables<W>, SetKnobs>;

// ---- Results ----------------------------------------------------------------------------------------------------

struct Nothing {
  REFMM_RECORD(Nothing);
};
template <Word W>
struct Address {
  REFMM_RECORD(Address, (W, value));
};
struct PgdNumber {
  REFMM_RECORD(PgdNumber, (std::uint32_t, number));
};
template <Word W>
struct FrameNumber {
  REFMM_RECORD(FrameNumber, (W, pfn));
};
/// Frames that were freed.
struct Freed {
  REFMM_RECORD(Freed, (std::uint32_t, frames));
};
/// An access that succeeded: without a fault, or after one that brought the directory up to date.
struct Touched {
  REFMM_RECORD(Touched, (bool, synced));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

template <Word W>
using Result = std::variant<Nothing, Address<W>, PgdNumber, FrameNumber<W>, Freed, Touched, Refused>;

// ---- Effects ----------------------------------------------------------------------------------------------------

enum class Gfp { kernel, kernel_highmem, kernel_dma };

/// A frame to be mapped was requested, and given or refused.
template <Word W>
struct AllocPage {
  REFMM_RECORD(AllocPage, (Gfp, gfp), (std::optional<W>, pfn));
};
/// Likewise a frame that is used through its permanent mapping.
template <Word W>
struct GetFreePage {
  REFMM_RECORD(GetFreePage, (std::optional<W>, pfn));
};
template <Word W>
struct FreePage {
  REFMM_RECORD(FreePage, (W, pfn));
};
struct Kmalloc {
  REFMM_RECORD(Kmalloc, (std::optional<std::uint32_t>, obj));
};
struct Kfree {
  REFMM_RECORD(Kfree, (std::uint32_t, obj));
};
template <Word W>
struct SetPde {
  REFMM_RECORD(SetPde, (std::uint32_t, pgd),  // 0 for swapper_pg_dir
               (W, slot), (W, entry));
};
struct FlushTlb {
  REFMM_RECORD(FlushTlb, (bool, global));
};
enum class Message { page_exists, vfree_unaligned, vfree_unknown };
struct Warn {
  REFMM_RECORD(Warn, (Message, message));
};
/// One run of the fault handler.
template <Word W>
struct FaultHandled {
  REFMM_RECORD(FaultHandled, (W, addr), (std::uint32_t, error_code));
};
struct Signal {
  REFMM_RECORD(Signal);  // SIGSEGV
};

template <Word W>
using Effect = std::variant<AllocPage<W>, GetFreePage<W>, FreePage<W>, Kmalloc, Kfree, SetPde<W>, FlushTlb, Warn,
                            FaultHandled<W>, Signal>;

}  // namespace refmm::kernel_map

// The parameters of a machine. No other file knows a number that depends on the machine.
#pragma once

#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>

namespace refmm {

/// A machine whose words are `N`. Sizes and addresses are in bytes unless a comment says otherwise.
template <std::unsigned_integral N>
struct BasicMachine {
  REFMM_RECORD(BasicMachine, (N, page_size),  // bytes in a page frame
               (N, word_size),                // bytes in a pointer; sizes of slab objects are rounded to it
               (N, l1_cache_bytes),           // bytes in a line of the first-level cache
               (N, ram_pages),                // page frames in the machine
               (N, sizeof_slab),              // a slab descriptor without its bufctl array
               (N, sizeof_bufctl),            // one entry of the bufctl array
               (N, sizeof_kmem_cache),        // a cache descriptor
               (N, max_gfp_order),            // slabs have at most 2^this pages
               (N, reap_scanlen),             // caches that one kmem_cache_reap looks at
               (N, reap_perfect),             // free slabs that end its search at once
               (N, cache_namelen),            // bytes for the name of a cache, see [slab.create.bug.name_too_long]
               (N, task_size),                // end of the user's address space
               (N, task_unmapped_base),       // where the search for a free range begins
               (N, max_map_count),            // areas a process may have
               (N, orders),                   // of blocks of page frames: the largest has 2^(orders - 1)
               (N, entries_per_table),        // of a page table or page directory
               (N, page_offset),              // where the direct mapping of RAM begins
               (N, vmalloc_offset),           // bytes that stay empty behind the direct mapping, at least
               (N, isa_start),                // physical address of the window of old devices
               (N, isa_end),                  // its end, exclusive
               (N, pkmap_base));              // where the window for high frames begins

  /// Above this many page frames slabs may have 4 pages for the sake of a better fit, else 2: 32 MB.
  static constexpr N small_ram_pages = 8192;
};

using Machine = BasicMachine<std::uint32_t>;
using Machine64 = BasicMachine<std::uint64_t>;

/// The machine type that fits a word type: `MachineOf<symbolic::Word>` is `Machine`.
template <class W>
using MachineOf = BasicMachine<Native<W>>;

/// Linux 2.4.0 on a Pentium to Pentium III with 64 MB. Source: include/asm-i386, mm/slab.c; the sizes of the
/// descriptors are those that gcc 2.91 and 2.95 gave them.
inline constexpr Machine i386_2_4_0{
    .page_size = 4096,
    .word_size = 4,
    .l1_cache_bytes = 32,
    .ram_pages = 16384,
    .sizeof_slab = 24,
    .sizeof_bufctl = 4,
    .sizeof_kmem_cache = 100,
    .max_gfp_order = 5,
    .reap_scanlen = 10,
    .reap_perfect = 10,
    .cache_namelen = 20,
    .task_size = 0xc0000000,
    .task_unmapped_base = 0x40000000,
    .max_map_count = 65536,
    .orders = 10,
    .entries_per_table = 1024,
    .page_offset = 0xc0000000,
    .vmalloc_offset = 0x800000,
    .isa_start = 0xa0000,
    .isa_end = 0x100000,
    .pkmap_base = 0xfe000000,
};

/// The machine that the implementation is really used on: 64-bit pointers, 64-byte lines, 47-bit addresses.
inline constexpr Machine64 native_64{
    .page_size = 4096,
    .word_size = 8,
    .l1_cache_bytes = 64,
    .ram_pages = 1 << 24,
    .sizeof_slab = 40,
    .sizeof_bufctl = 4,
    .sizeof_kmem_cache = 192,
    .max_gfp_order = 5,
    .reap_scanlen = 10,
    .reap_perfect = 10,
    .cache_namelen = 20,
    .task_size = 0x7ffffffff000,
    .task_unmapped_base = 0x2aaaaaaaa000,
    .max_map_count = 65536,
    .orders = 10,
    .entries_per_table = 512,
    .page_offset = 0xffff810000000000,
    .vmalloc_offset = 0x800000,
    .isa_start = 0xa0000,
    .isa_end = 0x100000,
    .pkmap_base = 0xfffffffffe000000,
};

}  // namespace refmm

// The mistakes that the implementation of the kernel's mappings can be told to make, by name. Each stands beside the line that
// it changes (impl/kernel_map*.hpp, impl/paging*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>

namespace refmm {

inline constexpr std::array kernel_map_mutants{
    Mutant{"kernel.impl.frames.low_before_high", "low frames are taken before high ones"},
    Mutant{"kernel.impl.get_vm_area.end_of_range_too_far", "an area may end a page behind the end of the range"},
    Mutant{"kernel.impl.get_vm_area.fits_exactly", "a hole of exactly the size of an area is used"},
    Mutant{"kernel.impl.get_vm_area.no_guard_page", "an area has no guard page"},
    Mutant{"kernel.impl.ioremap.forgets_offset", "the address is that of the page, not that of the first byte"},
    Mutant{"kernel.impl.ioremap.ignores_high_ram", "RAM behind the direct mapping can be mapped"},
    Mutant{"kernel.impl.ioremap.looks_at_the_first_frame",
           "only the first frame of a range in RAM must be reserved"},
    Mutant{"kernel.impl.ioremap.loses_last_page",
           "a last byte that is the first of a page is not mapped, as 2.4.0 has it"},
    Mutant{"kernel.impl.ioremap.window_a_page_short", "the window of old devices ends a page early"},
    Mutant{"kernel.impl.kmap.forgets_flush", "entries of the window are used again without a flush"},
    Mutant{"kernel.impl.vfree.forgets_flush", "frames are given back without a flush"},
    Mutant{"kernel.impl.vfree.frees_before_flush",
           "frames are given back before the flush, and again behind it where entries are left"},
    Mutant{"kernel.impl.vfree.frees_reserved", "reserved frames are given back"},
    Mutant{"kernel.impl.vfree.frees_what_ioremap_mapped", "what ioremap has mapped is given back"},
    Mutant{"kernel.impl.vfree.keeps_last_page", "the last page of an area stays mapped"},
    Mutant{"kernel.impl.vfree.takes_tables_back",
           "a table that has become empty is given back: directories that have it are stale"},
    Mutant{"kernel.impl.vmalloc.dma_is_any", "vmalloc_dma takes any frame"},
    Mutant{"kernel.impl.vmalloc.forgets_global", "entries of vmalloc are not global"},
    Mutant{"kernel.impl.vmalloc.keeps_half", "what was mapped before a failure stays"},
    Mutant{"kernel.impl.vmalloc.rounds_down", "a size is rounded down to pages"},
    Mutant{"paging.impl.clear_page_tables.forgets_flush", "frames of the user are given back without a flush"},
    Mutant{"paging.impl.clear_page_tables.keeps_table", "the frame of a cleared table is not given back"},
    Mutant{"paging.impl.fault.copies_for_user",
           "a program's fault brings the directory up to date, as 2.4.0 has it"},
    Mutant{"paging.impl.fault.marks_global", "an entry that is copied is not the one of swapper_pg_dir"},
    Mutant{"paging.impl.map_user.always_writable", "a page that is mapped to be read can be written"},
    Mutant{"paging.impl.pgd_alloc.keeps_user_half", "the user's half of a new directory is what the frame had"},
    Mutant{"paging.impl.pgd_alloc.misses_a_slot", "the first slot of the kernel's half is not copied"},
    Mutant{"paging.impl.pgd_free_fast.gives_frame_back", "a directory on the quick list is given back, too"},
    Mutant{"paging.impl.quick_lists.trims_to_high", "the quick lists are trimmed to the high mark"},
    Mutant{"paging.impl.table.keeps_contents", "a new table is what the frame had"},
    Mutant{"paging.impl.table.keeps_link", "a table from the quick list has the link in its first slot"},
    Mutant{"paging.impl.table.user_flag", "programs may use the tables of the kernel"},
    Mutant{"paging.impl.tlb.keeps_global_pages", "a flush of the whole TLB leaves global pages"},
    Mutant{"paging.impl.walk.forgets_protection", "the error code does not say that the entries were there"},
    Mutant{"paging.impl.walk.ignores_user", "programs may use the pages of the kernel"},
    Mutant{"paging.impl.walk.large_page_is_small", "the offset in a page of 4 MB is that in one of 4 KB"},
};

}  // namespace refmm

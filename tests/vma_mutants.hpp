// The mistakes that the implementation of the address space can be told to make, by name. Each stands beside the line that
// it changes (impl/vma*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>

namespace refmm {

inline constexpr std::array vma_mutants{
    Mutant{"vma.impl.area_by_area.steps_over_hole", "mprotect and mlock go on behind a hole"},
    Mutant{"vma.impl.brk.ignores_munmap", "the break goes down although the heap could not be unmapped"},
    Mutant{"vma.impl.brk.touches_next", "the heap may grow up to the next area: no page between them stays free"},
    Mutant{"vma.impl.cve_2003_0961.do_brk_unmaps_what_it_finds",
           "do_brk calls do_munmap only if something is there, and so checks no range"},
    Mutant{"vma.impl.cve_2003_0985.mremap_makes_empty_area", "mremap takes a new length of 0"},
    Mutant{"vma.impl.cve_2004_0077.mremap_ignores_munmap",
           "mremap goes on although the destination could not be unmapped"},
    Mutant{"vma.impl.do_brk.joins_stack", "memory of the heap is joined to an area that grows down"},
    Mutant{"vma.impl.do_brk.leaves_locked_pages_out", "locked memory of the heap is not faulted in"},
    Mutant{"vma.impl.exit.closes_nothing", "the operations of areas are not told of the end of the process"},
    Mutant{"vma.impl.exit.keeps_files", "the references to files are not dropped at the end of the process"},
    Mutant{"vma.impl.mlock.counts_again", "what is locked already is counted and faulted in again"},
    Mutant{"vma.impl.mlock.forgets_odd_bytes",
           "mlock rounds the length before it adds the odd bytes of the address"},
    Mutant{"vma.impl.mlockall.future_unlocks", "MCL_FUTURE alone unlocks what is locked"},
    Mutant{"vma.impl.mmap.charges_noreserve", "an area with MAP_NORESERVE is charged"},
    Mutant{"vma.impl.mmap.counts_one_too_late", "there may be one area more than the limit"},
    Mutant{"vma.impl.mmap.demoted_may_write",
           "a shared mapping without a writable descriptor may become writable"},
    Mutant{"vma.impl.mmap.denies_writers_late", "a denywrite mapping does not look for writers"},
    Mutant{"vma.impl.mmap.keeps_file_of_refused",
           "a mapping that the method refuses keeps its reference to the file"},
    Mutant{"vma.impl.mmap.leaks_structure_late",
           "the structure is lost where the old mapping is gone and mmap fails"},
    Mutant{"vma.impl.mmap.passes_loader_flags", "the system call takes MAP_DENYWRITE and MAP_EXECUTABLE"},
    Mutant{"vma.impl.mprotect.ignores_may", "mprotect grants what the area may not have"},
    Mutant{"vma.impl.mremap.clears_destination_first", "the destination goes before the source is looked at"},
    Mutant{"vma.impl.mremap.expands_all", "an area grows that its file does not let grow"},
    Mutant{"vma.impl.mremap.faults_in_what_is_new", "of a locked area that moved only the new part is faulted in"},
    Mutant{"vma.impl.mremap.grows_over_last_offset", "an area grows over the last page offset"},
    Mutant{"vma.impl.mremap.keeps_file_of_undone", "a move that is undone keeps its reference to the file"},
    Mutant{"vma.impl.mremap.leaks_structure_without_tables",
           "the structure is lost where page tables cannot be moved"},
    Mutant{"vma.impl.mremap.leaves_source", "a source that could not be unmapped stays, and the move succeeds"},
    Mutant{"vma.impl.mremap.moves_beyond_limit", "a move does not ask for room among the areas"},
    Mutant{"vma.impl.mremap.overlaps_from_below", "a destination below the source may reach into it"},
    Mutant{"vma.impl.mremap.shrinks_unmapped", "shrinking looks at no area"},
    Mutant{"vma.impl.munmap.denies_twice", "a cut area that denies writing is counted twice"},
    Mutant{"vma.impl.munmap.hole_beyond_limit", "a hole does not ask for room among the areas"},
    Mutant{"vma.impl.munmap.leaks_spare", "the spare structure is lost where it is not needed"},
    Mutant{"vma.impl.munmap.opens_no_upper_piece", "the piece above a hole has no reference to its file"},
    Mutant{"vma.impl.munmap.upper_piece_keeps_offset", "the piece above a hole keeps the offset of the whole"},
    Mutant{"vma.impl.munmap.zaps_to_end_of_area", "the pages behind the range are released, too"},
    Mutant{"vma.impl.open.writes_busy_text", "a file is opened for writing while its writing is denied"},
    Mutant{"vma.impl.page_tables.ignores_next", "a page table goes that the area behind the range needs"},
    Mutant{"vma.impl.page_tables.shares_with_previous",
           "a page table goes that the area in front of the range needs"},
    Mutant{"vma.impl.part_of.keeps_offset", "an area that is split off keeps the offset of the whole"},
    Mutant{"vma.impl.set_bounds.keeps_offset", "an area that is cut at its start keeps its offset"},
    Mutant{"vma.impl.share.at_end_of_list", "an area goes to the end of the list of its file"},
    Mutant{"vma.impl.split.ignores_limit", "mprotect and mlock do not ask for room among the areas"},
    Mutant{"vma.impl.split.leaks_first_structure",
           "the first of two structures is lost where the second is missing"},
    Mutant{"vma.impl.stack.below_offset_zero", "a mapping of a file grows below the beginning of the file"},
    Mutant{"vma.impl.stack.forgets_locked", "the growth of a locked stack is not counted as locked"},
    Mutant{"vma.impl.unmapped.leaves_guard_page",
           "the search for a free range wants a page more than was asked for"},
    Mutant{"vma.impl.unmapped.rounds_hint_down", "a hint is rounded down"},
    Mutant{"vma.impl.unshare.keeps_writers_out", "an area that goes does not give back the write count"},
};

}  // namespace refmm

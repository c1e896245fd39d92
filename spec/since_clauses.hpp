// The clauses of the chapter on what changed since 2.4.0, in the order of the book (spec/book/since.md).
//
// The source of a clause is a function of the kernel that has the change, not of 2.4.0.
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::since {

namespace why {
inline constexpr std::string_view experiment =
    "settled by experiment: a minimal program of the chapter shows it, and a test runs it on the kernel at hand";
}  // namespace why

inline constexpr std::array clauses{
    // Where there is room.
    Clause{"since.unmapped.hint", ClauseKind::must, "mm/mmap.c:get_unmapped_area", why::experiment},
    Clause{"since.unmapped.anywhere", ClauseKind::may, "mm/mmap.c:get_unmapped_area", why::experiment},
    Clause{"since.unmapped.huge", ClauseKind::must, "mm/huge_memory.c:thp_get_unmapped_area", why::experiment},
    Clause{"since.guard_gap", ClauseKind::must, "include/linux/mm.h:vm_start_gap", why::experiment},

    // mmap.
    Clause{"since.mmap.length_zero", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.length_wraps", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.offset", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.range", ClauseKind::must, "mm/mmap.c:get_unmapped_area", why::experiment},
    Clause{"since.mmap.error_address", ClauseKind::must, "mm/mmap.c:get_unmapped_area", why::experiment},
    Clause{"since.mmap.lowest_address", ClauseKind::must, "security/commoncap.c:cap_mmap_addr", why::experiment},
    Clause{"since.mmap.noreplace", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.locked", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.type", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.droppable", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.stack", ClauseKind::must, "include/linux/mman.h:calc_vm_flag_bits", why::experiment},
    Clause{"since.mmap.grows", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.validate", ClauseKind::must, "mm/mmap.c:do_mmap", why::experiment},
    Clause{"since.mmap.looks_first", ClauseKind::must, "mm/vma.c:mmap_region", why::experiment},
    Clause{"since.data_limit", ClauseKind::must, "mm/vma.c:may_expand_vm", why::experiment},

    // Areas that are joined.
    Clause{"since.merge.alike", ClauseKind::must, "mm/vma.c:vma_merge_new_range", why::experiment},
    Clause{"since.merge.written", ClauseKind::may, "mm/vma.c:is_mergeable_anon_vma", why::experiment},

    // brk.
    Clause{"since.brk.lowest", ClauseKind::must, "mm/mmap.c:sys_brk", why::experiment},
    Clause{"since.brk.shrink", ClauseKind::must, "mm/mmap.c:sys_brk", why::experiment},
    Clause{"since.brk.flags", ClauseKind::must, "mm/vma.c:do_brk_flags", why::experiment},

    // mprotect.
    Clause{"since.mprotect.length_zero", ClauseKind::must, "mm/mprotect.c:do_mprotect_pkey", why::experiment},
    Clause{"since.mprotect.wraps", ClauseKind::must, "mm/mprotect.c:do_mprotect_pkey", why::experiment},
    Clause{"since.mprotect.semaphores", ClauseKind::must, "include/linux/mman.h:arch_validate_prot",
           why::experiment},
    Clause{"since.mprotect.grows", ClauseKind::must, "mm/mprotect.c:do_mprotect_pkey", why::experiment},
    Clause{"since.mprotect.hole", ClauseKind::must, "mm/mprotect.c:do_mprotect_pkey", why::experiment},

    // mremap.
    Clause{"since.mremap.arguments", ClauseKind::must, "mm/mremap.c:check_mremap_params", why::experiment},
    Clause{"since.mremap.private", ClauseKind::must, "mm/mremap.c:check_prep_vma", why::experiment},
    Clause{"since.mremap.dontunmap", ClauseKind::must, "mm/mremap.c:mremap_to", why::experiment},
    Clause{"since.mremap.several", ClauseKind::must, "mm/mremap.c:remap_move", why::experiment},

    // mlock.
    Clause{"since.mlock.unprivileged", ClauseKind::must, "mm/mlock.c:do_mlock", why::experiment},
    Clause{"since.mlock.counts_once", ClauseKind::must, "mm/mlock.c:do_mlock", why::experiment},
    Clause{"since.mlock.present", ClauseKind::must, "mm/gup.c:populate_vma_page_range", why::experiment},
    Clause{"since.mlock.on_fault", ClauseKind::must, "mm/mlock.c:sys_mlock2", why::experiment},
    Clause{"since.fork.unlocked", ClauseKind::must, "kernel/fork.c:mm_init", why::experiment},

    // madvise, and loads and stores.
    Clause{"since.madvise.arguments", ClauseKind::must, "mm/madvise.c:do_madvise", why::experiment},
    Clause{"since.madvise.flags", ClauseKind::must, "mm/madvise.c:madvise_vma_behavior", why::experiment},
    Clause{"since.madvise.hole", ClauseKind::must, "mm/madvise.c:madvise_walk_vmas", why::experiment},
    Clause{"since.madvise.locked", ClauseKind::must, "mm/madvise.c:madvise_dontneed_free", why::experiment},
    Clause{"since.touch.permissions", ClauseKind::must, "arch/x86/mm/fault.c:access_error", why::experiment},

};

}  // namespace refmm::since

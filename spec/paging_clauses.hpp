// The clauses of the chapter on paging, in the order of the book (spec/book/paging.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::paging {

namespace why {
inline constexpr std::string_view caller = "the caller's mistake: 2.4.0 follows a pointer that leads nowhere";
inline constexpr std::string_view left_behind = "what the caller has not cleared is nobody's any more";
inline constexpr std::string_view never_ends = "the caller's mistake: 2.4.0 waits for a counter to go below zero";
}  // namespace why

inline constexpr std::array clauses{
    // Addresses and entries.
    Clause{"paging.index", ClauseKind::must, "include/asm-i386/pgtable.h:pgd_index"},
    Clause{"paging.entry.page", ClauseKind::must, "include/asm-i386/pgtable.h:mk_pte"},
    Clause{"paging.entry.table", ClauseKind::must, "include/asm-i386/pgalloc.h:pte_alloc_kernel"},

    // The walk.
    Clause{"paging.walk.no_table", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.walk.no_page", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.walk.large_page", ClauseKind::must, "arch/i386/mm/init.c:pagetable_init"},
    Clause{"paging.walk.user_in_both", ClauseKind::must, "include/asm-i386/pgtable.h:_PAGE_USER"},
    Clause{"paging.walk.rw_in_both", ClauseKind::must, "include/asm-i386/pgtable.h:_PAGE_RW"},
    Clause{"paging.walk.write_protect", ClauseKind::must, "arch/i386/mm/init.c:test_wp_bit"},
    Clause{"paging.walk.error_code", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.walk.translates", ClauseKind::must, "include/asm-i386/pgtable.h:pte_offset"},
    Clause{"paging.walk.marks", ClauseKind::must, "include/asm-i386/pgtable.h:_PAGE_ACCESSED"},

    // The TLB.
    Clause{"paging.tlb.stale", ClauseKind::must, "mm/vmalloc.c:free_area_pte"},
    Clause{"paging.tlb.flush", ClauseKind::must, "include/asm-i386/pgtable.h:__flush_tlb"},
    Clause{"paging.tlb.flush_global", ClauseKind::must, "include/asm-i386/pgtable.h:__flush_tlb_all"},
    Clause{"paging.tlb.flushed_before_reuse", ClauseKind::must, "mm/vmalloc.c:vmfree_area_pages"},

    // Page tables.
    Clause{"paging.table.quick_list", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pte_fast"},
    Clause{"paging.table.fresh", ClauseKind::must, "arch/i386/mm/init.c:get_pte_kernel_slow"},
    Clause{"paging.table.none", ClauseKind::must, "arch/i386/mm/init.c:get_pte_kernel_slow"},
    Clause{"paging.pte_free_fast", ClauseKind::must, "include/asm-i386/pgalloc.h:free_pte_fast"},
    Clause{"paging.pte_free_fast.null", ClauseKind::must, "include/asm-i386/pgalloc.h:free_pte_fast"},

    // Page directories.
    Clause{"paging.pgd_alloc.fresh", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_slow"},
    Clause{"paging.pgd_alloc.quick_list", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_fast"},
    Clause{"paging.pgd_alloc.null", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_slow"},
    Clause{"paging.pgd_free", ClauseKind::must, "include/asm-i386/pgalloc.h:free_pgd_slow"},
    Clause{"paging.pgd_free_fast", ClauseKind::must, "include/asm-i386/pgalloc.h:free_pgd_fast"},
    Clause{"paging.pgd_free.user_half", ClauseKind::unspecified, "include/asm-i386/pgalloc.h:free_pgd_slow",
           why::left_behind},
    Clause{"paging.pgd.unknown", ClauseKind::unspecified, "include/asm-i386/pgalloc.h:free_pgd_slow", why::caller},
    Clause{"paging.quick_lists.kept", ClauseKind::must, "arch/i386/mm/init.c:do_check_pgt_cache"},
    Clause{"paging.quick_lists.trimmed", ClauseKind::must, "arch/i386/mm/init.c:do_check_pgt_cache"},
    Clause{"paging.quick_lists.hang", ClauseKind::unspecified, "arch/i386/mm/init.c:do_check_pgt_cache",
           why::never_ends},

    // The user's half: two calls of refmm's own.
    Clause{"paging.map_user", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"paging.map_user.mapped", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"paging.map_user.no_table", ClauseKind::must, "arch/i386/mm/init.c:get_pte_slow"},
    Clause{"paging.map_user.no_frame", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"paging.map_user.kernel_half", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"paging.clear_page_tables", ClauseKind::must, "mm/memory.c:clear_page_tables"},
    Clause{"paging.user.isolated", ClauseKind::must, "include/asm-i386/pgtable.h:_KERNPG_TABLE"},

    // The kernel's half, shared by all directories.
    Clause{"paging.kernel.monotone", ClauseKind::must, "include/asm-i386/pgalloc.h:pte_alloc_kernel"},
    Clause{"paging.kernel.absent_or_equal", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_slow"},
    Clause{"paging.kernel.recycled", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_fast"},
    Clause{"paging.kernel.synced", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.kernel.bad_area", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.kernel.sigsegv", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.kernel.present", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.kernel.ends_as_swapper", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"paging.kernel.preallocated", ClauseKind::must, "arch/i386/mm/init.c:pagetable_init"},
    Clause{"paging.kernel.preallocated.equal", ClauseKind::must, "include/asm-i386/pgalloc.h:get_pgd_slow"},
};

}  // namespace refmm::paging

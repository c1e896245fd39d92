// The clauses of the chapter on demand paging, in the order of the book (spec/book/fault.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::fault {

namespace why {
inline constexpr std::string_view defect =
    "what 2.4.0 does against laws; spec/process_defects.hpp says which, and the corrected kernel keeps them";
}  // namespace why

inline constexpr std::array clauses{
    // What holds of every state.
    Clause{"fault.account.frames", ClauseKind::must, "include/linux/mm.h:get_page"},
    Clause{"fault.account.slots", ClauseKind::must, "mm/swapfile.c:swap_duplicate"},
    Clause{"fault.account.rss", ClauseKind::must, "mm/memory.c:zap_page_range"},
    Clause{"fault.owner.private", ClauseKind::must, "mm/memory.c:do_wp_page"},
    Clause{"fault.owner.shared", ClauseKind::must, "mm/memory.c:do_no_page"},
    Clause{"fault.owner.reserved", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"fault.entries.in_areas", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"fault.entries.permitted", ClauseKind::must, "mm/mprotect.c:change_protection"},
    Clause{"fault.entries.shared", ClauseKind::must, "mm/mprotect.c:change_protection"},
    Clause{"fault.entries.one_process", ClauseKind::must, "include/asm-i386/pgalloc.h:pte_alloc"},
    Clause{"fault.cache.names", ClauseKind::must, "mm/filemap.c:add_to_page_cache_locked"},
    Clause{"fault.cache.lists", ClauseKind::must, "mm/filemap.c:remove_inode_page"},
    Clause{"fault.cache.clean", ClauseKind::must, "mm/memory.c:free_pte"},
    Clause{"fault.cache.unlocked", ClauseKind::must, "mm/filemap.c:filemap_fdatawait"},
    Clause{"fault.shmem.one_place", ClauseKind::must, "mm/shmem.c:shmem_writepage"},

    // Frames.
    Clause{"fault.frame.lowest", ClauseKind::must, "mm/page_alloc.c:__alloc_pages"},
    Clause{"fault.frame.none_left", ClauseKind::must, "mm/page_alloc.c:__alloc_pages"},
    Clause{"fault.frame.last_reference", ClauseKind::must, "mm/page_alloc.c:__free_pages"},
    Clause{"fault.frame.reserved", ClauseKind::must, "mm/page_alloc.c:__free_pages"},

    // Page tables.
    Clause{"fault.table.made", ClauseKind::must, "include/asm-i386/pgalloc.h:pte_alloc"},
    Clause{"fault.table.none", ClauseKind::must, "arch/i386/mm/init.c:get_pte_slow"},
    Clause{"fault.table.freed", ClauseKind::must, "mm/memory.c:clear_page_tables"},

    // The first touch.
    Clause{"fault.anonymous.zero_page", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"fault.anonymous.fresh", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"fault.anonymous.no_page", ClauseKind::must, "mm/memory.c:do_anonymous_page"},
    Clause{"fault.no_page.written", ClauseKind::must, "mm/memory.c:do_no_page"},
    Clause{"fault.no_page.private", ClauseKind::must, "mm/memory.c:do_no_page"},
    Clause{"fault.no_page.as_area", ClauseKind::must, "mm/memory.c:do_no_page"},
    Clause{"fault.present", ClauseKind::must, "mm/memory.c:handle_pte_fault"},

    // Copy on write.
    Clause{"fault.wp.sole_owner", ClauseKind::must, "mm/memory.c:do_wp_page"},
    Clause{"fault.wp.swap_cache_sole", ClauseKind::must, "include/linux/swap.h:is_page_shared"},
    Clause{"fault.wp.copies", ClauseKind::must, "mm/memory.c:do_wp_page"},
    Clause{"fault.wp.reserved_page", ClauseKind::must, "mm/memory.c:do_wp_page"},
    Clause{"fault.wp.no_page", ClauseKind::must, "mm/memory.c:do_wp_page"},

    // Pages of files.
    Clause{"fault.file.beyond_end", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.cached", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.read_around", ClauseKind::must, "mm/filemap.c:read_cluster_nonblocking"},
    Clause{"fault.file.alone", ClauseKind::must, "mm/filemap.c:page_cache_read"},
    Clause{"fault.file.no_page", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.no_copy", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.read_again", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.unreadable", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.early_copy", ClauseKind::must, "mm/filemap.c:filemap_nopage"},
    Clause{"fault.file.sequential", ClauseKind::must, "mm/filemap.c:nopage_sequential_readahead"},
    Clause{"fault.cache.order", ClauseKind::must, "mm/filemap.c:__set_page_dirty"},

    // Shared memory objects.
    Clause{"fault.shmem.made", ClauseKind::must, "mm/shmem.c:shmem_zero_setup"},
    Clause{"fault.shmem.beyond_end", ClauseKind::must, "mm/shmem.c:shmem_nopage"},
    Clause{"fault.shmem.cached", ClauseKind::must, "mm/shmem.c:shmem_nopage"},
    Clause{"fault.shmem.fresh", ClauseKind::must, "mm/shmem.c:shmem_nopage"},
    Clause{"fault.shmem.from_slot", ClauseKind::must, "mm/shmem.c:shmem_nopage"},
    Clause{"fault.shmem.no_page", ClauseKind::must, "mm/shmem.c:shmem_nopage"},
    Clause{"fault.shmem.to_slot", ClauseKind::must, "mm/shmem.c:shmem_writepage"},
    Clause{"fault.shmem.released", ClauseKind::must, "mm/shmem.c:shmem_delete_inode"},

    // Slots of the swap area.
    Clause{"fault.slot.next_fit", ClauseKind::must, "mm/swapfile.c:scan_swap_map"},
    Clause{"fault.slot.lowest", ClauseKind::must, "mm/swapfile.c:scan_swap_map"},
    Clause{"fault.slot.none", ClauseKind::must, "mm/swapfile.c:__get_swap_page"},
    Clause{"fault.slot.freed", ClauseKind::must, "mm/swapfile.c:__swap_free"},
    Clause{"fault.slot.buffer", ClauseKind::must, "mm/page_io.c:rw_swap_page_base"},

    // Back from the swap area.
    Clause{"fault.swap_in.cached", ClauseKind::must, "mm/memory.c:do_swap_page"},
    Clause{"fault.swap_in.group", ClauseKind::must, "mm/memory.c:swapin_readahead"},
    Clause{"fault.swap_in.read", ClauseKind::must, "mm/swap_state.c:read_swap_cache_async"},
    Clause{"fault.swap_in.no_page", ClauseKind::must, "mm/memory.c:do_swap_page"},
    Clause{"fault.swap_in.unreadable", ClauseKind::must, "mm/memory.c:do_swap_page"},
    Clause{"fault.swap_in.writable", ClauseKind::must, "mm/memory.c:do_swap_page"},
    Clause{"fault.swap_in.as_area", ClauseKind::must, "mm/memory.c:do_swap_page"},

    // Out of memory: first the entry, then the page.
    Clause{"fault.swap_out.no_page", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.reserved_page", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.swap_cache", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.clean", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.file", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.anonymous", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.swap_out.no_slot", ClauseKind::must, "mm/vmscan.c:try_to_swap_out"},
    Clause{"fault.reclaim.only_the_cache", ClauseKind::must, "mm/vmscan.c:reclaim_page"},
    Clause{"fault.reclaim.clean", ClauseKind::must, "mm/vmscan.c:reclaim_page"},
    Clause{"fault.reclaim.file", ClauseKind::must, "mm/vmscan.c:page_launder"},
    Clause{"fault.reclaim.shared_memory", ClauseKind::must, "mm/vmscan.c:page_launder"},
    Clause{"fault.reclaim.no_slot", ClauseKind::must, "mm/vmscan.c:page_launder"},
    Clause{"fault.reclaim.swap_cache", ClauseKind::must, "mm/vmscan.c:page_launder"},
    Clause{"fault.reclaim.unwritten", ClauseKind::must, "mm/vmscan.c:page_launder"},

    // The end of a swap area.
    Clause{"fault.swapoff.entry", ClauseKind::must, "mm/swapfile.c:unuse_pte"},
    Clause{"fault.swapoff.dirty", ClauseKind::must, "mm/swapfile.c:unuse_pte"},
    Clause{"fault.swapoff.object", ClauseKind::must, "mm/shmem.c:shmem_unuse"},

    // What a fork copies.
    Clause{"fault.copy.no_table", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.table", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.page", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.write_protect", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.shared", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.slot", ClauseKind::must, "mm/memory.c:copy_page_range"},
    Clause{"fault.copy.reserved_page", ClauseKind::must, "mm/memory.c:copy_page_range"},

    // Unmapping.
    Clause{"fault.zap.page", ClauseKind::must, "mm/memory.c:free_pte"},
    Clause{"fault.zap.dirty_bit", ClauseKind::must, "mm/memory.c:free_pte"},
    Clause{"fault.zap.swap_cache_freed", ClauseKind::must, "mm/swap_state.c:free_page_and_swap_cache"},
    Clause{"fault.zap.slot", ClauseKind::must, "mm/memory.c:free_pte"},
    Clause{"fault.zap.reserved_page", ClauseKind::must, "mm/memory.c:free_pte"},
    Clause{"fault.zap.rss", ClauseKind::must, "mm/memory.c:zap_page_range"},

    // What truncation drops.
    Clause{"fault.truncate.page", ClauseKind::must, "mm/filemap.c:truncate_inode_pages"},
    Clause{"fault.truncate.partial_page", ClauseKind::must, "mm/filemap.c:truncate_partial_page"},
    Clause{"fault.truncate.slot", ClauseKind::must, "mm/shmem.c:shmem_truncate"},

    // Entries moved, and given another protection.
    Clause{"fault.move.entry", ClauseKind::must, "mm/mremap.c:move_one_page"},
    Clause{"fault.move.no_table", ClauseKind::must, "mm/mremap.c:move_one_page"},
    Clause{"fault.move.back", ClauseKind::must, "mm/mremap.c:move_page_tables"},
    Clause{"fault.protect.entry", ClauseKind::must, "mm/mprotect.c:change_protection"},

    // A range faulted in.
    Clause{"fault.present.for_writing", ClauseKind::must, "mm/memory.c:make_pages_present"},
    Clause{"fault.present.for_reading", ClauseKind::must, "mm/memory.c:make_pages_present"},
    Clause{"fault.present.beyond_end", ClauseKind::must, "mm/memory.c:make_pages_present"},
    Clause{"fault.present.stops", ClauseKind::must, "mm/memory.c:make_pages_present"},

    // Dirty pages written back.
    Clause{"fault.msync.private", ClauseKind::must, "mm/filemap.c:msync_interval"},
    Clause{"fault.msync.dirty_bit", ClauseKind::must, "mm/filemap.c:filemap_sync_pte"},
    Clause{"fault.msync.later", ClauseKind::must, "mm/filemap.c:msync_interval"},
    Clause{"fault.msync.writes", ClauseKind::must, "mm/filemap.c:filemap_fdatasync"},
    Clause{"fault.msync.shared_memory", ClauseKind::must, "mm/filemap.c:filemap_fdatasync"},

    // Defects: what 2.4.0 does against a law. Each has its switch in Corrections, of the same name.
    Clause{"defect.fault.bad_page_table", ClauseKind::defect, "arch/i386/mm/init.c:get_pte_slow", why::defect},
    Clause{"defect.fault.bad_table_moves_back", ClauseKind::defect, "mm/mremap.c:move_page_tables", why::defect},
    Clause{"defect.fault.bad_table_is_filled", ClauseKind::defect, "mm/memory.c:handle_mm_fault", why::defect},
    Clause{"defect.fault.bad_table_is_refilled", ClauseKind::defect, "arch/i386/mm/init.c:get_bad_pte_table",
           why::defect},
    Clause{"defect.fault.write_only", ClauseKind::defect, "arch/i386/mm/fault.c:do_page_fault", why::defect},
    Clause{"defect.fault.zero_page", ClauseKind::defect, "mm/memory.c:map_user_kiobuf", why::defect},
    Clause{"defect.fault.swap_read_error", ClauseKind::defect, "mm/memory.c:do_swap_page", why::defect},
    Clause{"defect.fault.swap_write_error", ClauseKind::defect, "mm/vmscan.c:page_launder", why::defect},
    Clause{"defect.fault.read_around", ClauseKind::defect, "mm/filemap.c:filemap_nopage", why::defect},
    Clause{"defect.fault.debugger_stack", ClauseKind::defect, "mm/mmap.c:find_extend_vma", why::defect},
    Clause{"defect.fault.debugger_write", ClauseKind::defect, "kernel/ptrace.c:access_one_page", why::defect},
    Clause{"defect.fault.fork_protects_copies", ClauseKind::defect, "mm/memory.c:copy_page_range", why::defect},
    Clause{"defect.fault.debugger_end_of_file", ClauseKind::defect, "mm/filemap.c:filemap_nopage", why::defect},
    Clause{"defect.fault.msync_without_slot", ClauseKind::defect, "mm/shmem.c:shmem_writepage", why::defect},
    Clause{"defect.fault.msync_swap_cache", ClauseKind::defect, "mm/filemap.c:filemap_fdatasync", why::defect},
    Clause{"defect.fault.msync_without_file", ClauseKind::defect, "mm/filemap.c:filemap_sync_pte", why::defect},
    Clause{"defect.fault.madvise_without_file", ClauseKind::defect, "mm/filemap.c:madvise_fixup_start",
           why::defect},
    Clause{"defect.fault.willneed_without_readpage", ClauseKind::defect, "mm/filemap.c:page_cache_read",
           why::defect},
    Clause{"defect.fault.growth", ClauseKind::defect, "mm/memory.c:vmtruncate", why::defect},
    Clause{"defect.fault.sequential_without_file", ClauseKind::defect, "mm/filemap.c:nopage_sequential_readahead",
           why::defect},
    Clause{"defect.fault.unreadable_buffer", ClauseKind::defect, "mm/filemap.c:generic_file_write", why::defect},
};

}  // namespace refmm::fault

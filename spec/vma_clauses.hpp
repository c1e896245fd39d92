// The clauses of the chapter on memory areas, in the order of the book (spec/book/vma.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::vma {

namespace why {
inline constexpr std::string_view harness = "what lies around the address space, not a behaviour of it";
inline constexpr std::string_view inconsistent = "nothing is promised of a tree that has lost an area";
inline constexpr std::string_view defect =
    "what 2.4.0 does against laws; spec/vma_defects.hpp says which, and the corrected kernel keeps them";
}  // namespace why

inline constexpr std::array clauses{
    // The address space at the start, and what lies around it.
    Clause{"vma.boot", ClauseKind::must, "fs/exec.c:setup_arg_pages"},
    Clause{"vma.knobs", ClauseKind::must, "mm/mmap.c:vm_enough_memory", why::harness},

    // What holds of every state.
    Clause{"vma.areas.sorted", ClauseKind::must, "mm/mmap.c:__insert_vm_struct"},
    Clause{"vma.areas.disjoint", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.areas.aligned", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.areas.inside_task", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.areas.may_what_they_do", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.account.total_vm", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.account.locked_vm", ClauseKind::must, "mm/mlock.c:mlock_fixup"},
    Clause{"vma.account.map_count", ClauseKind::must, "mm/mmap.c:__insert_vm_struct"},
    Clause{"vma.account.references", ClauseKind::must, "fs/file_table.c:fput"},
    Clause{"vma.account.write_count", ClauseKind::must, "fs/namei.c:get_write_access"},
    Clause{"vma.account.share_lists", ClauseKind::must, "mm/mmap.c:__insert_vm_struct"},

    // Files: what the calls on areas need of them.
    Clause{"vma.open.lowest_descriptor", ClauseKind::must, "fs/open.c:get_unused_fd"},
    Clause{"vma.open.counts_writer", ClauseKind::must, "fs/namei.c:get_write_access"},
    Clause{"vma.open.text_busy", ClauseKind::must, "fs/namei.c:get_write_access"},
    Clause{"vma.close.not_open", ClauseKind::must, "fs/open.c:sys_close"},
    Clause{"vma.close.drops_reference", ClauseKind::must, "fs/open.c:filp_close"},
    Clause{"vma.file.released", ClauseKind::must, "fs/file_table.c:fput"},

    // Lookups.
    Clause{"vma.find.first_above", ClauseKind::must, "mm/mmap.c:find_vma"},
    Clause{"vma.find.none_above", ClauseKind::must, "mm/mmap.c:find_vma"},
    Clause{"vma.find_prev.one_before", ClauseKind::must, "mm/mmap.c:find_vma_prev"},
    Clause{"vma.find_intersection", ClauseKind::must, "include/linux/mm.h:find_vma_intersection"},
    Clause{"vma.lookup.no_effect", ClauseKind::must, "mm/mmap.c:find_vma"},
    Clause{"vma.lookup.cache", ClauseKind::must, "mm/mmap.c:find_vma"},
    Clause{"vma.tree.threshold", ClauseKind::must, "mm/mmap.c:__insert_vm_struct"},
    Clause{"vma.tree.goes_with_last_node", ClauseKind::must, "mm/mmap_avl.c:avl_remove"},
    Clause{"vma.tree.order", ClauseKind::must, "mm/mmap_avl.c:avl_insert"},
    Clause{"vma.tree.balance", ClauseKind::must, "mm/mmap_avl.c:avl_rebalance"},
    Clause{"vma.tree.inconsistent", ClauseKind::unspecified, "mm/mmap_avl.c:avl_remove", why::inconsistent},

    // get_unmapped_area: the search for a free range.
    Clause{"vma.unmapped.too_long", ClauseKind::must, "mm/mmap.c:get_unmapped_area"},
    Clause{"vma.unmapped.base", ClauseKind::must, "mm/mmap.c:get_unmapped_area"},
    Clause{"vma.unmapped.hint_rounded_up", ClauseKind::must, "mm/mmap.c:get_unmapped_area"},
    Clause{"vma.unmapped.first_fit", ClauseKind::must, "mm/mmap.c:get_unmapped_area"},
    Clause{"vma.unmapped.no_gap", ClauseKind::must, "mm/mmap.c:get_unmapped_area"},

    // mmap: the checks, in their order.
    Clause{"vma.mmap.offset_unaligned", ClauseKind::must, "arch/i386/kernel/sys_i386.c:old_mmap"},
    Clause{"vma.mmap.offset_wraps", ClauseKind::must, "include/linux/mm.h:do_mmap"},
    Clause{"vma.mmap.descriptor", ClauseKind::must, "arch/i386/kernel/sys_i386.c:do_mmap2"},
    Clause{"vma.mmap.system_call_flags", ClauseKind::must, "arch/i386/kernel/sys_i386.c:do_mmap2"},
    Clause{"vma.mmap.no_method", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.length_zero", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.range", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.page_offset", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.too_many_areas", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.locked_limit", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.shared.not_writable", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.shared.append_only", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.shared.mandatory_lock", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.not_readable", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.type", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.fixed.unaligned", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.no_gap", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.no_structure", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.old_mapping_stays", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.address_space", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.memory", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.text_busy", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.method_refuses", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.no_shared_memory", ClauseKind::must, "mm/shmem.c:shmem_zero_setup"},
    Clause{"vma.mmap.late_failure", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},

    // mmap: what is mapped.
    Clause{"vma.mmap.fixed", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.anywhere", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.area", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.permissions", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.demoted", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.uncharged", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.shared_memory", ClauseKind::must, "mm/shmem.c:shmem_zero_setup"},
    Clause{"vma.mmap.denywrite", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},
    Clause{"vma.mmap.locked", ClauseKind::must, "mm/mmap.c:do_mmap_pgoff"},

    // munmap.
    Clause{"vma.munmap.unaligned", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.range", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.length_zero", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.nothing_mapped", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.hole_at_limit", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.no_structure", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.exactly", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.whole", ClauseKind::must, "mm/mmap.c:unmap_fixup"},
    Clause{"vma.munmap.head", ClauseKind::must, "mm/mmap.c:unmap_fixup"},
    Clause{"vma.munmap.tail", ClauseKind::must, "mm/mmap.c:unmap_fixup"},
    Clause{"vma.munmap.hole", ClauseKind::must, "mm/mmap.c:unmap_fixup"},
    Clause{"vma.munmap.highest_first", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.denywrite", ClauseKind::must, "mm/mmap.c:do_munmap"},
    Clause{"vma.munmap.page_tables", ClauseKind::must, "mm/mmap.c:free_pgtables"},
    Clause{"vma.munmap.page_tables_in_use", ClauseKind::must, "mm/mmap.c:free_pgtables"},
    Clause{"vma.munmap.bug.no_page", ClauseKind::must, "mm/memory.c:zap_page_range"},

    // brk and do_brk.
    Clause{"vma.brk.below_code", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.same_page", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.shrinks", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.shrink_fails", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.data_limit", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.collision", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.memory", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.refused", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.brk.grows", ClauseKind::must, "mm/mmap.c:sys_brk"},
    Clause{"vma.do_brk.length_zero", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.locked_limit", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.unmapping_fails", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.address_space", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.too_many_areas", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.memory", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.no_structure", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.lengthens", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.new_area", ClauseKind::must, "mm/mmap.c:do_brk"},
    Clause{"vma.do_brk.locked", ClauseKind::must, "mm/mmap.c:do_brk"},

    // Splits, as mprotect and mlock make them.
    Clause{"vma.split.whole", ClauseKind::must, "mm/mprotect.c:mprotect_fixup_all"},
    Clause{"vma.split.start", ClauseKind::must, "mm/mprotect.c:mprotect_fixup_start"},
    Clause{"vma.split.end", ClauseKind::must, "mm/mprotect.c:mprotect_fixup_end"},
    Clause{"vma.split.middle", ClauseKind::must, "mm/mprotect.c:mprotect_fixup_middle"},
    Clause{"vma.split.same_flags", ClauseKind::must, "mm/mprotect.c:mprotect_fixup"},
    Clause{"vma.split.no_structure", ClauseKind::must, "mm/mprotect.c:mprotect_fixup_middle"},
    Clause{"vma.split.limit", ClauseKind::must, "mm/mprotect.c:mprotect_fixup"},

    // mprotect.
    Clause{"vma.mprotect.unaligned", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.wraps", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.unknown_bits", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.length_zero", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.not_mapped", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.not_permitted", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.hole", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.exactly", ClauseKind::must, "mm/mprotect.c:sys_mprotect"},
    Clause{"vma.mprotect.page_protection", ClauseKind::must, "mm/mprotect.c:change_protection"},
    Clause{"vma.mprotect.bug.no_page", ClauseKind::must, "mm/mprotect.c:change_protection"},

    // mlock and its family.
    Clause{"vma.mlock.limit", ClauseKind::must, "mm/mlock.c:sys_mlock"},
    Clause{"vma.mlock.half_of_memory", ClauseKind::must, "mm/mlock.c:sys_mlock"},
    Clause{"vma.mlock.not_privileged", ClauseKind::must, "mm/mlock.c:do_mlock"},
    Clause{"vma.mlock.wraps", ClauseKind::must, "mm/mlock.c:do_mlock"},
    Clause{"vma.mlock.length_zero", ClauseKind::must, "mm/mlock.c:do_mlock"},
    Clause{"vma.mlock.not_mapped", ClauseKind::must, "mm/mlock.c:do_mlock"},
    Clause{"vma.mlock.hole", ClauseKind::must, "mm/mlock.c:do_mlock"},
    Clause{"vma.mlock.locks", ClauseKind::must, "mm/mlock.c:mlock_fixup"},
    Clause{"vma.mlock.unlocks", ClauseKind::must, "mm/mlock.c:mlock_fixup"},
    Clause{"vma.mlock.bug.no_page", ClauseKind::must, "mm/memory.c:make_pages_present"},
    Clause{"vma.mlockall.flags", ClauseKind::must, "mm/mlock.c:sys_mlockall"},
    Clause{"vma.mlockall.limit", ClauseKind::must, "mm/mlock.c:sys_mlockall"},
    Clause{"vma.mlockall.half_of_memory", ClauseKind::must, "mm/mlock.c:sys_mlockall"},
    Clause{"vma.mlockall.not_privileged", ClauseKind::must, "mm/mlock.c:do_mlockall"},
    Clause{"vma.mlockall.future", ClauseKind::must, "mm/mlock.c:do_mlockall"},
    Clause{"vma.mlockall.current", ClauseKind::must, "mm/mlock.c:do_mlockall"},
    Clause{"vma.mlockall.unlocks", ClauseKind::must, "mm/mlock.c:do_mlockall"},

    // mremap.
    Clause{"vma.mremap.unknown_flags", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.unaligned", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.length_zero", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.unaligned", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.without_maymove", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.range", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.overlap", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.unmaps_destination", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.fixed.destination_stays", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.shrinks", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.tail_stays", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.not_mapped", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.beyond_area", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.not_expandable", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.page_offset", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.locked_limit", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.address_space", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.memory", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.grows_in_place", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.no_room", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.no_gap", ClauseKind::must, "mm/mremap.c:do_mremap"},
    Clause{"vma.mremap.too_many_areas", ClauseKind::must, "mm/mremap.c:move_vma"},
    Clause{"vma.mremap.no_structure", ClauseKind::must, "mm/mremap.c:move_vma"},
    Clause{"vma.mremap.no_page_tables", ClauseKind::must, "mm/mremap.c:move_vma"},
    Clause{"vma.mremap.moves", ClauseKind::must, "mm/mremap.c:move_vma"},
    Clause{"vma.mremap.maps_again", ClauseKind::must, "mm/mremap.c:move_vma"},
    Clause{"vma.mremap.locked", ClauseKind::must, "mm/mremap.c:move_vma"},

    // Stacks.
    Clause{"vma.stack.found", ClauseKind::must, "mm/mmap.c:find_extend_vma"},
    Clause{"vma.stack.no_area_above", ClauseKind::must, "mm/mmap.c:find_extend_vma"},
    Clause{"vma.stack.does_not_grow", ClauseKind::must, "mm/mmap.c:find_extend_vma"},
    Clause{"vma.stack.limit", ClauseKind::must, "include/linux/mm.h:expand_stack"},
    Clause{"vma.stack.address_space", ClauseKind::must, "include/linux/mm.h:expand_stack"},
    Clause{"vma.stack.offset_zero", ClauseKind::must, "include/linux/mm.h:expand_stack"},
    Clause{"vma.stack.grows", ClauseKind::must, "include/linux/mm.h:expand_stack"},
    Clause{"vma.stack.locked", ClauseKind::must, "mm/mmap.c:find_extend_vma"},

    // The end of an address space, and its copy.
    Clause{"vma.exit.areas", ClauseKind::must, "mm/mmap.c:exit_mmap"},
    Clause{"vma.exit.page_tables", ClauseKind::must, "mm/mmap.c:exit_mmap"},
    Clause{"vma.exit.survivors", ClauseKind::must, "mm/mmap.c:exit_mmap"},
    Clause{"vma.fork.areas", ClauseKind::must, "kernel/fork.c:dup_mmap"},
    Clause{"vma.fork.unlocked", ClauseKind::must, "kernel/fork.c:dup_mmap"},
    Clause{"vma.fork.files", ClauseKind::must, "kernel/fork.c:dup_mmap"},
    Clause{"vma.fork.no_structure", ClauseKind::must, "kernel/fork.c:dup_mmap"},

    // Defects: what 2.4.0 does against a law. Each has its switch in Corrections, of the same name.
    Clause{"defect.vma.map_count_limit", ClauseKind::defect, "mm/mmap.c:do_mmap_pgoff", why::defect},
    Clause{"defect.vma.split_limit", ClauseKind::defect, "mm/mprotect.c:mprotect_fixup", why::defect},
    Clause{"defect.vma.stack_offset", ClauseKind::defect, "include/linux/mm.h:expand_stack", why::defect},
    Clause{"defect.vma.lock_future", ClauseKind::defect, "mm/mlock.c:do_mlockall", why::defect},
    Clause{"defect.vma.find_vma_prev", ClauseKind::defect, "mm/mmap.c:find_vma_prev", why::defect},
    Clause{"defect.vma.tree_keys", ClauseKind::defect, "mm/mmap_avl.c:avl_remove", why::defect},
    Clause{"defect.vma.remap_shrinks_and_moves", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_zero_length", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_destination", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_source", ClauseKind::defect, "mm/mremap.c:move_vma", why::defect},
    Clause{"defect.vma.remap_shrinks_checked", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_tail", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_looks_first", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_offset", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
    Clause{"defect.vma.remap_noreserve", ClauseKind::defect, "mm/mremap.c:do_mremap", why::defect},
};

}  // namespace refmm::vma

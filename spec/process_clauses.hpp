// The clauses of the chapter on processes, in the order of the book (spec/book/process.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::process {

namespace why {
inline constexpr std::string_view allowed = "it says what the laws of process.memory leave open";
}  // namespace why

inline constexpr std::array clauses{
    // What memory is.
    Clause{"process.memory", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.memory.own_early", ClauseKind::may, "mm/memory.c:make_pages_present", why::allowed},
    Clause{"process.memory.behind_the_end", ClauseKind::may, "mm/vmscan.c:reclaim_page", why::allowed},

    // What holds of every state.
    Clause{"process.numbers", ClauseKind::must, "kernel/fork.c:get_pid"},
    Clause{"process.areas", ClauseKind::must, "kernel/fork.c:dup_mmap"},
    Clause{"process.files", ClauseKind::must, "fs/file_table.c:fput"},

    // The machine at its start, and what lies around it.
    Clause{"process.boot", ClauseKind::must, "fs/exec.c:setup_arg_pages"},
    Clause{"process.boot.memory", ClauseKind::must, "mm/page_alloc.c:free_area_init_core"},
    Clause{"process.boot.files", ClauseKind::must, "mm/filemap.c:generic_file_mmap"},
    Clause{"process.settings", ClauseKind::must, "mm/page_alloc.c:__alloc_pages"},
    Clause{"process.no_such_process", ClauseKind::must, "arch/i386/kernel/ptrace.c:sys_ptrace"},
    Clause{"process.esp", ClauseKind::must, "include/asm-i386/ptrace.h:pt_regs"},
    Clause{"process.ends", ClauseKind::must, "arch/i386/kernel/traps.c:die"},

    // Bytes read and written.
    Clause{"process.load", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.store", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.get_user", ClauseKind::must, "arch/i386/lib/getuser.S:__get_user_1"},
    Clause{"process.put_user", ClauseKind::must, "include/asm-i386/uaccess.h:__put_user"},
    Clause{"process.get_user.kernel_address", ClauseKind::must, "arch/i386/lib/getuser.S:__get_user_1"},

    // The page fault: which area, and does it grow.
    Clause{"process.fault.kernel_address", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.no_area", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.stack.below_pointer", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.stack.limit", ClauseKind::must, "include/linux/mm.h:expand_stack"},
    Clause{"process.stack.grows", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},

    // The page fault: is the access permitted.
    Clause{"process.fault.not_writable", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.not_readable", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.write_only", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.not_permitted", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},

    // The page fault: how it ends.
    Clause{"process.fault.minor", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.major", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.sigbus", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.out_of_memory", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.signal", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"process.fault.fixup", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},

    // Promises of memory.
    Clause{"process.promise", ClauseKind::must, "mm/mmap.c:vm_enough_memory"},

    // fork and exit.
    Clause{"process.fork.no_directory", ClauseKind::must, "kernel/fork.c:mm_init"},
    Clause{"process.fork", ClauseKind::must, "kernel/fork.c:copy_mm"},
    Clause{"process.fork.not_undone", ClauseKind::must, "kernel/fork.c:copy_mm"},
    Clause{"process.exit", ClauseKind::must, "kernel/fork.c:mmput"},

    // The debugger.
    Clause{"process.debugger.no_area", ClauseKind::must, "kernel/ptrace.c:access_process_vm"},
    Clause{"process.debugger.not_permitted", ClauseKind::must, "kernel/ptrace.c:access_one_page"},
    Clause{"process.debugger.faults", ClauseKind::must, "kernel/ptrace.c:access_one_page"},
    Clause{"process.debugger.no_page", ClauseKind::must, "kernel/ptrace.c:access_one_page"},
    Clause{"process.debugger.reserved_page", ClauseKind::must, "kernel/ptrace.c:access_one_page"},
    Clause{"process.debugger.peek", ClauseKind::must, "kernel/ptrace.c:access_process_vm"},
    Clause{"process.debugger.poke", ClauseKind::must, "kernel/ptrace.c:access_process_vm"},

    // Memory held for direct input and output.
    Clause{"process.kiobuf.in_use", ClauseKind::must, "mm/memory.c:map_user_kiobuf"},
    Clause{"process.kiobuf.not_mapped", ClauseKind::must, "mm/memory.c:map_user_kiobuf"},
    Clause{"process.kiobuf.not_permitted", ClauseKind::must, "mm/memory.c:map_user_kiobuf"},
    Clause{"process.kiobuf.no_page", ClauseKind::must, "mm/memory.c:map_user_kiobuf"},
    Clause{"process.kiobuf.map", ClauseKind::must, "mm/memory.c:map_user_kiobuf"},
    Clause{"process.kiobuf.unmap", ClauseKind::must, "mm/memory.c:unmap_kiobuf"},

    // msync.
    Clause{"process.msync.unaligned", ClauseKind::must, "mm/filemap.c:sys_msync"},
    Clause{"process.msync.wraps", ClauseKind::must, "mm/filemap.c:sys_msync"},
    Clause{"process.msync.unknown_flags", ClauseKind::must, "mm/filemap.c:sys_msync"},
    Clause{"process.msync.length_zero", ClauseKind::must, "mm/filemap.c:sys_msync"},
    Clause{"process.msync.hole", ClauseKind::must, "mm/filemap.c:sys_msync"},

    // madvise.
    Clause{"process.madvise.unaligned", ClauseKind::must, "mm/filemap.c:sys_madvise"},
    Clause{"process.madvise.wraps", ClauseKind::must, "mm/filemap.c:sys_madvise"},
    Clause{"process.madvise.length_zero", ClauseKind::must, "mm/filemap.c:sys_madvise"},
    Clause{"process.madvise.hole", ClauseKind::must, "mm/filemap.c:sys_madvise"},
    Clause{"process.madvise.unknown", ClauseKind::must, "mm/filemap.c:madvise_vma"},
    Clause{"process.madvise.locked", ClauseKind::must, "mm/filemap.c:madvise_dontneed"},
    Clause{"process.madvise.dontneed", ClauseKind::must, "mm/filemap.c:madvise_dontneed"},
    Clause{"process.madvise.no_file", ClauseKind::must, "mm/filemap.c:madvise_willneed"},
    Clause{"process.madvise.willneed", ClauseKind::must, "mm/filemap.c:madvise_willneed"},
    Clause{"process.madvise.shared_memory", ClauseKind::must, "mm/filemap.c:madvise_willneed"},
    Clause{"process.madvise.no_page", ClauseKind::must, "mm/filemap.c:madvise_willneed"},
    Clause{"process.madvise.too_many_areas", ClauseKind::must, "mm/filemap.c:madvise_behavior"},
    Clause{"process.madvise.reading", ClauseKind::must, "mm/filemap.c:madvise_behavior"},

    // truncate.
    Clause{"process.truncate.grows", ClauseKind::must, "mm/memory.c:vmtruncate"},
    Clause{"process.truncate.tail", ClauseKind::must, "mm/memory.c:vmtruncate"},
    Clause{"process.truncate.shrinks", ClauseKind::must, "mm/memory.c:vmtruncate"},
    Clause{"process.truncate.mappings", ClauseKind::must, "mm/memory.c:vmtruncate_list"},

    // pread: the checks, the page, the copy.
    Clause{"process.read", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.not_open", ClauseKind::must, "fs/read_write.c:sys_pread"},
    Clause{"process.read.not_readable", ClauseKind::must, "fs/read_write.c:sys_pread"},
    Clause{"process.read.negative_offset", ClauseKind::must, "fs/read_write.c:sys_pread"},
    Clause{"process.read.outside_task", ClauseKind::must, "mm/filemap.c:generic_file_read"},
    Clause{"process.read.length_zero", ClauseKind::must, "mm/filemap.c:generic_file_read"},
    Clause{"process.read.end_of_file", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.cached", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.brought_in", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.no_page", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.again", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.unreadable", ClauseKind::must, "mm/filemap.c:do_generic_file_read"},
    Clause{"process.read.copies", ClauseKind::must, "mm/filemap.c:file_read_actor"},
    Clause{"process.read.buffer", ClauseKind::must, "mm/filemap.c:file_read_actor"},

    // pwrite: the checks, the buffer, the page, the copy.
    Clause{"process.write", ClauseKind::must, "mm/filemap.c:generic_file_write"},
    Clause{"process.write.not_open", ClauseKind::must, "fs/read_write.c:sys_pwrite"},
    Clause{"process.write.not_writable", ClauseKind::must, "fs/read_write.c:sys_pwrite"},
    Clause{"process.write.negative_offset", ClauseKind::must, "fs/read_write.c:sys_pwrite"},
    Clause{"process.write.length_zero", ClauseKind::must, "mm/filemap.c:generic_file_write"},
    Clause{"process.write.looks_first", ClauseKind::must, "mm/filemap.c:generic_file_write"},
    Clause{"process.write.buffer", ClauseKind::must, "mm/filemap.c:generic_file_write"},
    Clause{"process.write.no_page", ClauseKind::must, "mm/filemap.c:__grab_cache_page"},
    Clause{"process.write.whole_page", ClauseKind::must, "fs/buffer.c:__block_prepare_write"},
    Clause{"process.write.behind_the_end", ClauseKind::must, "fs/buffer.c:__block_prepare_write"},
    Clause{"process.write.reads_in", ClauseKind::must, "fs/buffer.c:__block_prepare_write"},
    Clause{"process.write.unreadable", ClauseKind::must, "fs/buffer.c:__block_prepare_write"},
    Clause{"process.write.copies", ClauseKind::must, "fs/buffer.c:__block_commit_write"},
    Clause{"process.write.grows", ClauseKind::must, "fs/buffer.c:generic_commit_write"},

    // What the kernel does with memory that it wants back, and with its swap area.
    Clause{"process.swap_out.not_mapped", ClauseKind::must, "mm/vmscan.c:swap_out_mm"},
    Clause{"process.swap_out.locked", ClauseKind::must, "mm/vmscan.c:swap_out_vma"},
    Clause{"process.reclaim", ClauseKind::must, "mm/vmscan.c:page_launder"},
    Clause{"process.swapoff.not_in_use", ClauseKind::must, "mm/swapfile.c:sys_swapoff"},
    Clause{"process.swapoff", ClauseKind::must, "mm/swapfile.c:try_to_unuse"},
    Clause{"process.swapoff.no_page", ClauseKind::must, "mm/swapfile.c:try_to_unuse"},
    Clause{"process.swapoff.unreadable", ClauseKind::must, "mm/swapfile.c:try_to_unuse"},
    Clause{"process.swapon.in_use", ClauseKind::must, "mm/swapfile.c:sys_swapon"},
    Clause{"process.swapon.no_area", ClauseKind::must, "mm/swapfile.c:sys_swapon"},
    Clause{"process.swapon", ClauseKind::must, "mm/swapfile.c:sys_swapon"},
};

}  // namespace refmm::process

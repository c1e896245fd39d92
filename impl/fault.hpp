// Demand paging: the pages of a machine, and what brings them into memory and out of it.
//
// It behaves as 2.4.0 does (mm/memory.c, mm/filemap.c, mm/shmem.c, mm/swap_state.c, mm/swapfile.c and what mm/vmscan.c does to one page) but
// for 2.4.0's defects, none of which it has; spec/book/fault.md is the chapter, and its [defect.fault.*] clauses say what is different.
// Frames are memory of the host, page tables are arrays of entries in frames, and the processor reads them through a TLB, which is
// flushed wherever an entry that it may remember changes. A program wants impl/process.hpp, which has processes.
//
// Nothing is allocated after construction but for new shared memory objects and for swapoff. Whichever request for a frame or a slot
// fails, what remains is what the clause of the call says. One thread at a time: the kernel holds locks.
#pragma once

#include <refmm/impl/fault_copy.hpp>
#include <refmm/impl/fault_file.hpp>
#include <refmm/impl/fault_handle.hpp>
#include <refmm/impl/fault_move.hpp>
#include <refmm/impl/fault_object.hpp>
#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/impl/fault_reclaim.hpp>
#include <refmm/impl/fault_shmem.hpp>
#include <refmm/impl/fault_swap.hpp>
#include <refmm/impl/fault_swapoff.hpp>
#include <refmm/impl/fault_sync.hpp>
#include <refmm/impl/fault_tables.hpp>
#include <refmm/impl/fault_truncate.hpp>
#include <refmm/impl/fault_unmap.hpp>
#include <refmm/impl/fault_wp.hpp>

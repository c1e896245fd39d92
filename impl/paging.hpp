// Page directories and page tables, in frames: those of the kernel, which all processes share, and those of each process.
//
// It behaves as 2.4.0 does (include/asm-i386/pgalloc.h, arch/i386/mm/init.c and fault.c) but for 2.4.0's defects; spec/book/paging.md
// is the chapter. Everything is where the processor looks for it: an entry that is wrong leads the Processor astray, and one that is
// taken away without a flush goes on working. Nothing is allocated but frames of the layer.
//
// A directory is named by the frame that it is in. One thread at a time may use it: the kernel holds locks.
#pragma once

#include <refmm/impl/paging_boot.hpp>
#include <refmm/impl/paging_directories.hpp>
#include <refmm/impl/paging_fault.hpp>
#include <refmm/impl/paging_pgd.hpp>
#include <refmm/impl/paging_table.hpp>
#include <refmm/impl/paging_user.hpp>

// The kernel's own mappings: memory that is contiguous in addresses only, devices, and frames without an address of their own.
//
// It behaves as 2.4.0 does (mm/vmalloc.c, arch/i386/mm/ioremap.c, mm/highmem.c) but for 2.4.0's defects, none of which it has;
// spec/book/kernel.md is the chapter, and its [defect.kernel.*] clauses say what is different. Areas stand in an ordered structure, so
// that room is found in logarithmic time; tables are filled a table at a time.
//
//   SimulatedKernelMemory memory;
//   memory.reset(boot);
//   HostPages pages;
//   SlabAllocator slabs(pages);
//   KernelMappings kernel(boot, slabs, memory);
//
//   const auto buffer = kernel.vmalloc(kernel_map::VmallocGfp::any, 5 * 4096);
//   const auto pgd = kernel.paging().pgd_alloc();
//   const auto phys = kernel.paging().read(*pgd, *buffer, false);  // through the tables and the TLB, faults included
//   kernel.vfree(*buffer);
//
// No frame is given back before the TLB has forgotten it ([paging.tlb.flushed_before_reuse]). One thread at a time may use it.
#pragma once

#include <refmm/impl/kernel_map_ioremap.hpp>
#include <refmm/impl/kernel_map_kmap.hpp>
#include <refmm/impl/kernel_map_mappings.hpp>
#include <refmm/impl/kernel_map_vmalloc.hpp>

// The kernel whose demand paging the chapter is about: its machine, and which of 2.4.0's defects are mended.
//
// Each switch is one [defect.fault.*] clause of the book. As built, all are off and the model does what 2.4.0 was recorded
// doing; corrected, all are on, those about areas too, and every law of the chapter holds.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/spec/word.hpp>

#include <concepts>
#include <cstdint>

namespace refmm::fault {

/// What is mended, one switch a defect.
struct Corrections {
  REFMM_RECORD(Corrections,
               (bool, bad_page_table),        // where there is no frame for a page table, none is put in its place
               (bool, bad_table_moves_back),  // what mremap takes back is what it had moved
               (bool, bad_table_is_filled),   // pages do not go into the table that stands in
               (bool, bad_table_is_refilled),  // what is in it is not overwritten
               (bool, write_only),             // what may be written may be read
               (bool, zero_page),              // the zero page never becomes writable
               (bool, swap_read_error),        // a page that could not be read from its slot is not mapped
               (bool, swap_write_error),       // a page that could not be written stays
               (bool, read_around),            // pages that nobody asked for may be missing
               (bool, debugger_stack),         // a debugger's look faults nothing into the debugger
               (bool, debugger_write),         // a debugger's write gives the process nothing that it may not do
               (bool, fork_protects_copies),   // a private copy is protected by fork wherever it is mapped
               (bool, debugger_end_of_file),   // there is nothing to see behind the end of a file
               (bool, msync_without_slot),     // msync returns where there is no slot, too
               (bool, msync_swap_cache),       // msync takes no page out of its object
               (bool, msync_without_file),     // a dirty page without a file is nothing to write
               (bool, madvise_without_file),   // areas without a file can be split by advice
               (bool, willneed_without_readpage),  // pages of shared memory are not read from a disk
               (bool, growth),                     // what a file grows by is zeros
               (bool,
                sequential_without_file),  // pages without a file are not written when a window has been passed
               (bool,
                unreadable_buffer));  // a write from memory that cannot be read leaves the page of the file alone
};

inline constexpr Corrections nothing_corrected{};
inline constexpr Corrections all_corrected{true, true, true, true, true, true, true, true, true, true, true,
                                           true, true, true, true, true, true, true, true, true, true};

/// A kernel on a machine of words `N`; the size of its memory is a matter of the boot.
template <std::unsigned_integral N>
struct BasicKernel {
  REFMM_RECORD(BasicKernel, (vma::BasicKernel<N>, areas), (Corrections, corrected));
  constexpr const BasicMachine<N>& machine() const { return areas.machine; }
};

using Kernel = BasicKernel<std::uint32_t>;

/// The kernel type that fits a word type.
template <class W>
using KernelOf = BasicKernel<Native<W>>;

/// 2.4.0 as it was built, and mended.
inline constexpr Kernel as_built{vma::as_built, nothing_corrected};
inline constexpr Kernel corrected{vma::corrected, all_corrected};

}  // namespace refmm::fault

// The kernel whose memory areas the chapter is about: a machine, and which of 2.4.0's defects are mended.
//
// Each switch is one [defect.vma.*] clause of the book. As built, all are off and the model does what 2.4.0 was recorded
// doing; corrected, all are on and every law of the chapter holds. The implementation is the corrected kernel.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/record.hpp>

#include <concepts>
#include <cstdint>

namespace refmm::vma {

/// What is mended, one switch a defect.
struct Corrections {
  REFMM_RECORD(Corrections, (bool, map_count_limit),  // mmap and brk stop at the limit, not one area above it
               (bool, split_limit),    // mprotect, mlock and mremap heed the limit on the number of areas
               (bool, stack_offset),   // a stack does not grow below page offset 0
               (bool, lock_future),    // mlockall(MCL_FUTURE) leaves locked what is locked
               (bool, find_vma_prev),  // above all areas the last one is the previous one, with a tree as without
               (bool, tree_keys),      // the tree takes out the node it was asked to take out
               (bool, remap_shrinks_and_moves),  // mremap moves an area and makes it smaller in one call
               (bool, remap_zero_length),        // mremap does not make areas of no pages
               (bool, remap_destination),        // mremap refuses a destination that could not be cleared
               (bool, remap_source),             // mremap does not leave the source behind
               (bool,
                remap_shrinks_checked),    // shrinking looks at the area, and reports the failure of the unmapping
               (bool, remap_tail),         // a tail that could not be unmapped ends the call
               (bool, remap_looks_first),  // the source is looked at before the destination is unmapped
               (bool, remap_offset),       // an area does not grow over the last page offset
               (bool, remap_noreserve));   // an area mapped with MAP_NORESERVE is not charged when it grows
};

inline constexpr Corrections nothing_corrected{};
inline constexpr Corrections all_corrected{true, true, true, true, true, true, true, true,
                                           true, true, true, true, true, true, true};

/// A kernel on a machine of words `N`.
template <std::unsigned_integral N>
struct BasicKernel {
  REFMM_RECORD(BasicKernel, (BasicMachine<N>, machine), (Corrections, corrected));
};

using Kernel = BasicKernel<std::uint32_t>;

/// The kernel type that fits a word type.
template <class W>
using KernelOf = BasicKernel<Native<W>>;

/// 2.4.0 as it was built, and mended.
inline constexpr Kernel as_built{i386_2_4_0, nothing_corrected};
inline constexpr Kernel corrected{i386_2_4_0, all_corrected};

/// The mended kernel on 64-bit addresses.
inline constexpr BasicKernel<std::uint64_t> corrected_64{native_64, all_corrected};

}  // namespace refmm::vma

// The kernel whose page allocator the chapter is about: a machine, and which of 2.4.0's defects are mended.
//
// Each switch is one [defect.buddy.*] clause of the book. As built, all are off and the model does what 2.4.0 was recorded
// doing; corrected, all are on and every law of the chapter holds. The implementation is the corrected kernel.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/record.hpp>

#include <concepts>

namespace refmm::buddy {

/// What is mended, one switch a defect.
struct Corrections {
  REFMM_RECORD(Corrections, (bool, count_underflow),  // a counted release of a frame without references is noticed
               (bool, larger_order),         // a release of more than is held through its first frame is noticed
               (bool, double_free),          // a release of what is free already is noticed
               (bool, largest_double_free),  // likewise of a block of the largest order
               (bool, bootmap_last_frame));  // boot releases every frame of its bit map
};

inline constexpr Corrections nothing_corrected{};
inline constexpr Corrections all_corrected{true, true, true, true, true};

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

}  // namespace refmm::buddy

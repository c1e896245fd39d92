// The allocator that the chapter is about: the kernel below it, its parameters, and which checks of a hardened heap it makes.
//
// Each check is one [defect.malloc.*] clause of the book. As built, none is made, as in the C libraries of the days of 2.4.0: a program
// that damages its heap is obeyed. Corrected, all are made, and every law of the chapter holds whatever a program does. The
// implementation is the corrected allocator.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/vma_kernel.hpp>

#include <concepts>
#include <cstdint>

namespace refmm::malloc {

/// What is checked, one switch a defect.
struct Corrections {
  REFMM_RECORD(Corrections,
               (bool, pointer),      // what is freed can be a chunk: aligned, in the heap, of a lawful size
               (bool, double_free),  // what is freed is in use
               (bool, prev_size),    // chunks that merge agree on the size of the one in front
               (bool, links),        // a chunk that leaves a list is where its neighbours lead to
               (bool, top),          // the top ends where the heap ends
               (bool, product));     // calloc notices that count * size wraps
};

inline constexpr Corrections nothing_corrected{};
inline constexpr Corrections all_corrected{true, true, true, true, true, true};

/// What mallopt sets.
template <std::unsigned_integral N>
struct BasicParameters {
  REFMM_RECORD(
      BasicParameters, (N, mmap_threshold),  // bytes: requests from this size on are mapped
      (N, mmap_max),                         // blocks that may be mapped at one time
      (N, trim_threshold),                   // bytes: a top of this size is trimmed when something is freed
      (N, top_pad),  // bytes that the heap grows by beyond what is asked for, and keeps when it is trimmed
      (N,
       perturb));  // the byte that freed memory is filled with, and new memory with its complement; 0 for neither
};

template <std::unsigned_integral N>
inline constexpr BasicParameters<N> default_parameters{
    .mmap_threshold = 128 * 1024, .mmap_max = 65536, .trim_threshold = 128 * 1024, .top_pad = 0, .perturb = 0};

/// An allocator on a machine of words `N`.
template <std::unsigned_integral N>
struct BasicAllocator {
  REFMM_RECORD(BasicAllocator, (vma::BasicKernel<N>, kernel), (BasicParameters<N>, parameters),
               (Corrections, corrected));
};

using Allocator = BasicAllocator<std::uint32_t>;

/// The allocator type that fits a word type.
template <class W>
using AllocatorOf = BasicAllocator<Native<W>>;
template <class W>
using ParametersOf = BasicParameters<Native<W>>;

/// Without checks and with all of them. The kernel below is the corrected one: its defects are another chapter.
inline constexpr Allocator as_built{vma::corrected, default_parameters<std::uint32_t>, nothing_corrected};
inline constexpr Allocator corrected{vma::corrected, default_parameters<std::uint32_t>, all_corrected};

/// The allocator with all checks on 64-bit addresses.
inline constexpr BasicAllocator<std::uint64_t> corrected_64{vma::corrected_64, default_parameters<std::uint64_t>,
                                                            all_corrected};

}  // namespace refmm::malloc

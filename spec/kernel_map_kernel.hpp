// The kernel whose own mappings the chapter is about: a machine, how processes share the kernel's tables, and which of 2.4.0's
// defects are mended.
//
// Each switch is one [defect.kernel.*] clause of the book. As built, all are off and the model does what 2.4.0 was recorded
// doing; corrected, all are on and every law of the chapter holds. The implementation is the corrected kernel.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/record.hpp>

#include <concepts>

namespace refmm::kernel_map {

/// What is mended, one switch a defect.
struct Corrections {
  REFMM_RECORD(Corrections,
               (bool, first_area_limit),  // the end of the range is heeded without an area before it, too
               (bool, area_at_zero),      // the search ends where an area ends at 4 GB
               (bool, area_wraps),        // an area does not go on behind 4 GB
               (bool,
                flush_before_free),       // frames are given back when no stale translation leads to them any more
               (bool, vfree_to_the_top),  // an area that ends at 4 GB is unmapped whole
               (bool, ioremap_last_page),   // ioremap maps the page of the last byte, too
               (bool, ioremap_one_byte),    // and of the only byte
               (bool, stand_in_table),      // without a frame for a table the slot stays empty
               (bool, stand_in_refilled),   // the stand-in table is not filled while areas are mapped through it
               (bool, stand_in_aliases),    // it stands in for one table at a time
               (bool, user_fault),          // a fault of a program in the kernel's part copies nothing
               (bool, kmap_window),         // areas end below the window for high frames
               (bool, ioremap_high_ram),    // RAM behind the direct mapping is refused like the RAM in it
               (bool, iounmap_frees_ram));  // what ioremap has mapped is not given back as if vmalloc had taken it
};

inline constexpr Corrections nothing_corrected{};
inline constexpr Corrections all_corrected{true, true, true, true, true, true, true,
                                           true, true, true, true, true, true, true};

/// How process directories come by the kernel's tables.
enum class Sharing {
  lazy,          // as 2.4.0 does it: tables appear on demand, and faults bring a directory up to date
  preallocated,  // all tables of the kernel's part exist from boot
};

/// A kernel on a machine of words `N`.
template <std::unsigned_integral N>
struct BasicKernel {
  REFMM_RECORD(BasicKernel, (BasicMachine<N>, machine), (Corrections, corrected), (Sharing, sharing));
};

using Kernel = BasicKernel<std::uint32_t>;

/// The kernel type that fits a word type.
template <class W>
using KernelOf = BasicKernel<Native<W>>;

/// 2.4.0 as it was built, and mended.
inline constexpr Kernel as_built{i386_2_4_0, nothing_corrected, Sharing::lazy};
inline constexpr Kernel corrected{i386_2_4_0, all_corrected, Sharing::lazy};

}  // namespace refmm::kernel_map

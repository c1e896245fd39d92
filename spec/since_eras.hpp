// The changes with the versions that brought them, and the kernels of an era.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/since.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace refmm::since {

/// A version of Linux: 2.6.12, 4.17, 6.18.
struct Version {
  std::uint32_t major, minor, patch = 0;
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

/// Where the version of a change is from: from a manual page of the Linux man-pages, which a reader can look it up in; or from what
/// we remember of the history of the kernel, which no experiment on a single kernel can settle.
enum class VersionFrom { manual_page, memory };

struct Change {
  ClauseRef clause;
  Version since;
  VersionFrom from;
  bool Era::*is_in;
};

inline constexpr Version linux_2_4_0{2, 4, 0};
inline constexpr Version linux_6_18{6, 18, 0};

/// In the order of the chapter.
inline constexpr std::array changes{
    Change{"since.unmapped.hint", {2, 6, 24}, VersionFrom::manual_page, &Era::unmapped_hint},
    Change{"since.unmapped.huge", {6, 7}, VersionFrom::memory, &Era::unmapped_huge},
    Change{"since.guard_gap", {4, 12}, VersionFrom::memory, &Era::guard_gap},
    Change{"since.mmap.length_zero", {2, 6, 12}, VersionFrom::manual_page, &Era::mmap_length_zero},
    Change{"since.mmap.length_wraps", {2, 6, 0}, VersionFrom::memory, &Era::mmap_length_wraps},
    Change{"since.mmap.offset", {2, 6, 0}, VersionFrom::memory, &Era::mmap_offset},
    Change{"since.mmap.range", {2, 6, 0}, VersionFrom::memory, &Era::mmap_range},
    Change{"since.mmap.error_address", {2, 6, 0}, VersionFrom::memory, &Era::mmap_error_address},
    Change{"since.mmap.lowest_address", {2, 6, 23}, VersionFrom::memory, &Era::mmap_lowest_address},
    Change{"since.mmap.noreplace", {4, 17}, VersionFrom::manual_page, &Era::mmap_noreplace},
    Change{"since.mmap.locked", {2, 5, 37}, VersionFrom::manual_page, &Era::mmap_locked},
    Change{"since.mmap.type", {2, 6, 0}, VersionFrom::memory, &Era::mmap_type},
    Change{"since.mmap.droppable", {6, 11}, VersionFrom::memory, &Era::mmap_droppable},
    Change{"since.mmap.stack", {6, 7}, VersionFrom::memory, &Era::mmap_stack},
    Change{"since.mmap.grows", {2, 6, 36}, VersionFrom::memory, &Era::mmap_grows},
    Change{"since.mmap.validate", {4, 15}, VersionFrom::manual_page, &Era::mmap_validate},
    Change{"since.mmap.looks_first", {3, 10}, VersionFrom::memory, &Era::mmap_looks_first},
    Change{"since.data_limit", {4, 7}, VersionFrom::manual_page, &Era::data_limit},
    Change{"since.merge.alike", {2, 6, 0}, VersionFrom::memory, &Era::merge},
    Change{"since.brk.lowest", {2, 6, 25}, VersionFrom::memory, &Era::brk_lowest},
    Change{"since.brk.shrink", {6, 1}, VersionFrom::memory, &Era::brk_shrink},
    Change{"since.brk.flags", {2, 6, 8}, VersionFrom::memory, &Era::brk_flags},
    Change{"since.mprotect.length_zero", {2, 6, 0}, VersionFrom::memory, &Era::mprotect_length_zero},
    Change{"since.mprotect.wraps", {2, 6, 0}, VersionFrom::memory, &Era::mprotect_wraps},
    Change{"since.mprotect.semaphores", {2, 5, 7}, VersionFrom::manual_page, &Era::mprotect_semaphores},
    Change{"since.mprotect.grows", {2, 6, 0}, VersionFrom::manual_page, &Era::mprotect_grows},
    Change{"since.mprotect.hole", {2, 4, 19}, VersionFrom::manual_page, &Era::mprotect_hole},
    Change{"since.mremap.arguments", {6, 17}, VersionFrom::memory, &Era::mremap_arguments},
    Change{"since.mremap.private", {4, 14}, VersionFrom::manual_page, &Era::mremap_private},
    Change{"since.mremap.dontunmap", {5, 7}, VersionFrom::manual_page, &Era::mremap_dontunmap},
    Change{"since.mremap.several", {6, 17}, VersionFrom::manual_page, &Era::mremap_several},
    Change{"since.mlock.unprivileged", {2, 6, 9}, VersionFrom::manual_page, &Era::mlock_unprivileged},
    Change{"since.mlock.counts_once", {4, 9}, VersionFrom::manual_page, &Era::mlock_counts_once},
    Change{"since.mlock.present", {2, 6, 27}, VersionFrom::memory, &Era::mlock_present},
    Change{"since.mlock.on_fault", {4, 4}, VersionFrom::manual_page, &Era::mlock_on_fault},
    Change{"since.fork.unlocked", {2, 4, 18}, VersionFrom::manual_page, &Era::fork_unlocked},
};

/// The changes that a version has.
constexpr Era era_of(Version version) {
  Era era{};
  for (const Change& change : changes) era.*change.is_in = change.since <= version;
  return era;
}

// ---- Kernels --------------------------------------------------------------------------------------------------------

/// The address space of 64-bit programs: 47 bits.
inline constexpr Machine64 x86_64 = [] {
  Machine64 machine = native_64;
  machine.task_unmapped_base = 0x2aaaaaaab000;
  return machine;
}();

/// That of 32-bit programs on a 64-bit kernel, which counts in 64 bits.
inline constexpr Machine64 x86_compat = [] {
  Machine64 machine = native_64;
  machine.word_size = 4;
  machine.task_size = 0xffffe000;
  machine.task_unmapped_base = 0x55555000;
  return machine;
}();

/// A kernel of a version for programs of 32 or 64 bits, with the settings that distributions have.
constexpr BasicKernel<std::uint64_t> kernel_of(Version version, unsigned bits) {
  return {.base = {bits == 32 ? x86_compat : x86_64, vma::all_corrected},
          .era = era_of(version),
          .lowest_address = 4096,
          .lowest_hint = 65536,
          .stack_guard_gap = 256 * 4096,
          .huge_page = bits == 32 ? 0u : 0x200000u};
}

}  // namespace refmm::since

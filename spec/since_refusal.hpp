// Why calls are refused by kernels after 2.4.0, where 2.4.0 has no such refusal or another errno.
#pragma once

#include <refmm/spec/vma_refusal.hpp>

namespace refmm::since {

enum class Refusal {
  already_mapped,         // EEXIST, of MAP_FIXED_NOREPLACE
  below_lowest_address,   // EPERM
  length_zero,            // EINVAL, of mmap
  length_wraps,           // ENOMEM, of mmap
  range_outside_task,     // ENOMEM, of mmap
  offset_overflows,       // EOVERFLOW
  unknown_type,           // EINVAL, of mmap without a file
  locked_but_droppable,   // EINVAL
  unknown_flags,          // EOPNOTSUPP, of MAP_SHARED_VALIDATE
  grows_but_is_shared,    // EINVAL
  data_limit,             // ENOMEM
  address_space_limit,    // ENOMEM
  locking_not_permitted,  // EPERM
  locked_limit,           // EAGAIN
  lock_limit,             // ENOMEM
  not_present,            // ENOMEM, of mlock, behind the locking
  hole,                   // ENOMEM, of mprotect, madvise
  range_wraps,            // ENOMEM, of mprotect
  grows_both_ways,        // EINVAL
  does_not_grow,          // EINVAL
  unknown_advice,         // EINVAL
  unaligned,              // EINVAL
  range_wraps_around,     // EINVAL, of mlock, madvise
  locked_memory,          // EINVAL, of madvise
  private_mapped_again,   // EINVAL, of mremap
  length_too_large,       // EINVAL, of mremap
  destination,            // EINVAL, of mremap
  dontunmap_resizes,      // EINVAL
  unknown_call_flags,     // EINVAL
  several_areas,          // EFAULT
};

/// How strace and transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case already_mapped:
      return "-1 EEXIST";
    case below_lowest_address:
    case locking_not_permitted:
      return "-1 EPERM";
    case offset_overflows:
      return "-1 EOVERFLOW";
    case unknown_flags:
      return "-1 EOPNOTSUPP";
    case locked_limit:
      return "-1 EAGAIN";
    case several_areas:
      return "-1 EFAULT";
    case length_wraps:
    case range_outside_task:
    case data_limit:
    case address_space_limit:
    case lock_limit:
    case not_present:
    case hole:
    case range_wraps:
      return "-1 ENOMEM";
    case length_zero:
    case unknown_type:
    case locked_but_droppable:
    case grows_but_is_shared:
    case grows_both_ways:
    case does_not_grow:
    case unknown_advice:
    case unaligned:
    case range_wraps_around:
    case locked_memory:
    case private_mapped_again:
    case length_too_large:
    case destination:
    case dontunmap_resizes:
    case unknown_call_flags:
      return "-1 EINVAL";
  }
  return "";
}

}  // namespace refmm::since

// Why calls about memory areas are refused. Callers see an errno; the model, the laws and the tests tell the reasons apart.
#pragma once

namespace refmm::vma {

enum class Refusal {
  // Files and descriptors.
  descriptor_not_open,  // EBADF
  text_busy,  // ETXTBSY: an open for writing while the write count is negative, or a denywrite map while it is above 0
  no_mmap_method,  // ENODEV
  not_writable,    // EACCES: shared and writable through a descriptor that is not
  append_only,     // EACCES
  mandatory_lock,  // EAGAIN
  not_readable,    // EACCES
  no_writepage,    // EINVAL, by the mmap method
  not_regular,     // EACCES, by the mmap method
  no_readpage,     // ENOEXEC, by the mmap method

  // Arguments.
  offset_unaligned,       // EINVAL
  offset_wraps,           // EINVAL: in bytes, or in pages
  range_outside_task,     // EINVAL
  unknown_map_type,       // EINVAL
  address_unaligned,      // EINVAL
  length_zero,            // EINVAL
  range_wraps,            // EINVAL
  unknown_protection,     // EINVAL
  unknown_flags,          // EINVAL
  fixed_without_maymove,  // EINVAL
  ranges_overlap,         // EINVAL

  // Limits and memory.
  too_many_areas,        // ENOMEM
  locked_limit,          // EAGAIN
  lock_limit,            // ENOMEM, of mlock and mlockall
  half_of_memory,        // ENOMEM, likewise
  not_privileged,        // EPERM
  address_space_limit,   // ENOMEM
  no_memory,             // ENOMEM
  no_gap,                // ENOMEM; NULL of get_unmapped_area
  no_area_structure,     // ENOMEM
  no_structure_to_lock,  // EAGAIN
  old_mapping_stays,     // ENOMEM
  no_shared_memory,      // ENOMEM
  no_page_tables,        // ENOMEM
  no_room_to_grow,       // ENOMEM

  // What is mapped.
  not_mapped,       // EFAULT
  not_mapped_lock,  // ENOMEM
  not_permitted,    // EACCES
  beyond_area,      // EFAULT
  not_expandable,   // EFAULT

  // find_extend_vma: NULL.
  no_area_above,
  does_not_grow,
  stack_limit,
  stack_address_space,
  stack_below_offset_zero,

  // The kernel's own assertions: BUG.
  zap_of_nothing,
  presence_of_nothing,
  protection_of_nothing,

  // A null pointer: OOPS.
  second_hole,  // an unmapping that makes a hole in each of two areas that overlap
  tree_lost_area,
};

/// How the transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case descriptor_not_open:
      return "-1 EBADF";
    case text_busy:
      return "-1 ETXTBSY";
    case no_mmap_method:
      return "-1 ENODEV";
    case not_writable:
    case append_only:
    case not_readable:
    case not_regular:
    case not_permitted:
      return "-1 EACCES";
    case mandatory_lock:
    case locked_limit:
    case no_structure_to_lock:
      return "-1 EAGAIN";
    case no_readpage:
      return "-1 ENOEXEC";
    case no_writepage:
    case offset_unaligned:
    case offset_wraps:
    case range_outside_task:
    case unknown_map_type:
    case address_unaligned:
    case length_zero:
    case range_wraps:
    case unknown_protection:
    case unknown_flags:
    case fixed_without_maymove:
    case ranges_overlap:
      return "-1 EINVAL";
    case not_privileged:
      return "-1 EPERM";
    case too_many_areas:
    case lock_limit:
    case half_of_memory:
    case address_space_limit:
    case no_memory:
    case no_gap:
    case no_area_structure:
    case old_mapping_stays:
    case no_shared_memory:
    case no_page_tables:
    case no_room_to_grow:
    case not_mapped_lock:
      return "-1 ENOMEM";
    case not_mapped:
    case beyond_area:
    case not_expandable:
      return "-1 EFAULT";
    case no_area_above:
    case does_not_grow:
    case stack_limit:
    case stack_address_space:
    case stack_below_offset_zero:
      return "NULL";
    case zap_of_nothing:
    case presence_of_nothing:
    case protection_of_nothing:
      return "BUG";
    case second_hole:
    case tree_lost_area:
      return "OOPS";
  }
  return "";
}

/// True if nothing after it is defined.
constexpr bool ends_everything(Refusal refusal) {
  return notation(refusal)[0] == 'B' || notation(refusal)[0] == 'O';
}

}  // namespace refmm::vma

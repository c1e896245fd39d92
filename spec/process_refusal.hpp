// Why calls of processes and of the kernel about pages are refused. Callers see a signal, an errno or the end of everything; the
// model, the laws and the tests tell the reasons apart.
#pragma once

namespace refmm::process {

enum class Refusal {
  no_such_process,

  // An access that ends in a fault that is not handled: SIGSEGV.
  kernel_address,
  no_area,              // SEGV_MAPERR: nothing is mapped there, and nothing above grows down
  below_stack_pointer,  // SEGV_MAPERR
  stack_limit,          // SEGV_MAPERR
  not_permitted,        // SEGV_ACCERR
  // SIGBUS.
  beyond_object,
  not_readable,  // the page could not be read
  // Out of memory.
  no_page_table,
  no_page,

  // fork: ENOMEM.
  no_page_directory,
  no_area_structure,
  no_page_table_to_copy,

  // Arguments: EINVAL.
  address_unaligned,
  range_wraps,
  unknown_flags,
  unknown_advice,
  locked_area,   // advice that its pages are not needed
  iobuf_in_use,  // memory is held already
  swap_not_in_use,

  // Reading and writing files.
  descriptor_not_open,      // EBADF
  descriptor_not_readable,  // EBADF
  descriptor_not_writable,  // EBADF
  offset_negative,          // EINVAL
  buffer_outside_task,      // EFAULT
  no_page_for_file,         // ENOMEM
  file_page_unreadable,     // EIO

  // What is mapped.
  not_mapped,        // ENOMEM of madvise, EFAULT of msync and map_kiobuf
  no_file_to_read,   // EBADF
  no_structure,      // EAGAIN
  too_many_areas,    // ENOMEM
  reserved_page,     // EIO of a debugger's access
  not_permitted_io,  // EACCES of map_kiobuf

  // Swap areas.
  swap_in_use,        // EBUSY
  no_room_for_slots,  // ENOMEM of swapoff
  slot_unreadable,    // EIO of swapoff

  // A null pointer: OOPS.
  page_without_mapping,     // msync of a dirty page that belongs to no file
  area_without_file,        // advice for a part of an area without a file
  window_without_file,      // the same when a window of a sequential mapping was passed
  object_without_readpage,  // a page of shared memory that is to be read
  debugger_without_area,    // new pages of a locked stack, faulted in where the debugger has no area

  // The call never returns: HANG.
  page_stays_locked,
};

/// True if nothing after it is defined.
constexpr bool ends_everything(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case page_without_mapping:
    case area_without_file:
    case window_without_file:
    case object_without_readpage:
    case debugger_without_area:
    case page_stays_locked:
      return true;
    default:
      return false;
  }
}

}  // namespace refmm::process

// Why calls about kernel mappings are refused. Callers see NULL, a message or an oops; the model, the laws and the tests tell the
// reasons apart.
#pragma once

namespace refmm::kernel_map {

enum class Refusal {
  // vmalloc and ioremap: NULL.
  no_list_element,  // kmalloc failed
  no_room,          // get_vm_area found none
  no_frame,         // for a page of the area
  no_table,         // for a page table
  size_zero,        // ioremap
  range_wraps,      // ioremap: behind the last physical address
  ram_in_use,       // ioremap: a frame of the range is not reserved
  ram_behind_end,   // ioremap: the range begins in RAM and reaches behind its end

  // pgd_alloc, pte_free_fast, get_page: NULL.
  no_frame_left,

  // touch.
  bad_area,  // the fault handler took its error exit
  sigsegv,   // or sent the signal

  // The kernel's own assertions: BUG.
  vmalloc_size,       // nothing, or more pages than the machine has
  remap_page_exists,  // remap_area_pages: an entry is not empty
  remap_end_below,    // remap_area_pages: the end is not behind the start
};

/// How the transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case bad_area:
      return "bad_area";
    case sigsegv:
      return "sigsegv";
    case vmalloc_size:
    case remap_page_exists:
    case remap_end_below:
      return "BUG";
    default:
      return "NULL";
  }
}

/// True if nothing after it is defined.
constexpr bool ends_everything(Refusal refusal) { return notation(refusal)[0] == 'B'; }

}  // namespace refmm::kernel_map

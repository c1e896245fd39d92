// Why calls about kernel mappings are refused. Callers see NULL, a signal or an oops; the model, the laws and the tests tell the
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

  // map_user: NULL, as for no_table and no_frame.
  already_mapped,  // something else is there
  kernel_half,     // the address is not the user's

  // touch.
  bad_area,  // the fault handler took its error exit
  sigsegv,   // or sent the signal

  // The kernel's own assertions: BUG.
  vmalloc_size,       // nothing, or more pages than the machine has
  remap_page_exists,  // remap_area_pages: an entry is not empty
  remap_end_below,    // remap_area_pages: the end is not behind the start
  kmap_entry_gone,    // flush_all_zero_pkmaps: an entry that nobody uses is empty already
  kunmap_not_mapped,  // kunmap_high: the frame has no address
  kunmap_not_used,    // kunmap_high: or nobody uses it

  // HANG: the call never returns.
  quick_lists_empty,  // check_pgt_cache: nothing is left to free, and the counter is not low enough
  window_full,        // kmap: every entry of the window is in use
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
    case kmap_entry_gone:
    case kunmap_not_mapped:
    case kunmap_not_used:
      return "BUG";
    case quick_lists_empty:
    case window_full:
      return "HANG";
    default:
      return "NULL";
  }
}

/// True if nothing after it is defined.
constexpr bool ends_everything(Refusal refusal) {
  return notation(refusal)[0] == 'B' || notation(refusal)[0] == 'H';
}

}  // namespace refmm::kernel_map

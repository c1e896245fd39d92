// Why the page allocator refuses, or ends. Callers see NULL or BUG; the model, the laws and the tests tell the reasons apart.
#pragma once

namespace refmm::buddy {

enum class Refusal {
  // NULL.
  order_too_large,
  no_block,

  // The kernel's own assertions: BUG.
  page_on_lru_list,    // of an allocation: the frame is marked active, inactive_dirty or inactive_clean
  block_outside_zone,  // of an allocation: a list that misuse has damaged led out of the zone
  page_has_buffers,    // of a release, and so are all below
  page_has_mapping,
  page_behind_ram,
  page_in_swap_cache,
  page_locked,
  page_decr_after,
  page_active,
  page_inactive_dirty,
  page_inactive_clean,
  block_misaligned,
  block_too_large,  // there is no such order
  partner_outside_zone,

  // Those that 2.4.0 has not got: BUG of the corrected kernel.
  count_underflow,     // a counted release of a frame without references
  more_than_was_held,  // a frame of the block is held through its own first frame
  free_already,        // a frame of the block is on a list
};

/// How the transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  return refusal == Refusal::order_too_large || refusal == Refusal::no_block ? "NULL" : "BUG";
}

/// True if nothing after it is defined.
constexpr bool ends_everything(Refusal refusal) { return notation(refusal)[0] == 'B'; }

}  // namespace refmm::buddy

// The laws of calls on the page allocator, each about one transition, in the order of the book.
#pragma once

#include <refmm/spec/buddy_alloc_step_laws.hpp>
#include <refmm/spec/buddy_free_step_laws.hpp>
#include <refmm/spec/buddy_transition.hpp>
#include <refmm/spec/law.hpp>

#include <array>

namespace refmm::buddy {

// Nothing is claimed of what an assertion of the kernel leaves behind, but that it is run into where it is due.
#define REFMM_STEP_LAW(clause, name)                                                         \
  StepLaw<Transition> {                                                                      \
    clause, #name, [](const Transition& t) { return ended_everything(t) || holds::name(t); } \
  }
#define REFMM_STEP_LAW_OF_ENDS(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("buddy.boot_free.one_by_one", memory_that_only_boot_needed_becomes_free),
    REFMM_STEP_LAW("buddy.map.pair", effects_are_the_changes_of_lists_and_maps),
    // Taking.
    REFMM_STEP_LAW("buddy.alloc.order_too_large", orders_that_there_are_not_give_no_block),
    REFMM_STEP_LAW("buddy.alloc.no_block", no_block_is_given_only_where_all_lists_are_too_small),
    REFMM_STEP_LAW("buddy.alloc.first_order_with_a_block", the_first_order_with_a_block_is_taken_from),
    REFMM_STEP_LAW("buddy.alloc.front", the_first_block_of_the_list_is_taken),
    REFMM_STEP_LAW("buddy.alloc.upper_half", the_uppermost_part_is_handed_out_and_the_lower_halves_stay),
    REFMM_STEP_LAW("buddy.alloc.exactly", exactly_the_frames_of_the_block_are_taken),
    REFMM_STEP_LAW("buddy.alloc.count", a_block_handed_out_has_one_reference),
    REFMM_STEP_LAW_OF_ENDS("buddy.alloc.bug.on_lru_list", no_frame_that_is_on_an_lru_list_is_handed_out),
    // References.
    REFMM_STEP_LAW("buddy.get_page.counts", a_reference_more_is_counted_and_nothing_else_happens),
    REFMM_STEP_LAW("buddy.free.reserved", nothing_happens_to_a_reserved_frame),
    REFMM_STEP_LAW("buddy.free.still_held", a_frame_that_is_still_held_only_loses_a_reference),
    REFMM_STEP_LAW("buddy.free.last_reference", the_last_reference_gives_the_block_back),
    // Giving back: what is looked at first.
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.buffers", no_page_with_buffers_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.mapping", no_page_with_a_mapping_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.behind_ram", no_page_behind_ram_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.swap_cache", no_page_of_the_swap_cache_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.locked", no_locked_page_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.decr_after", no_page_that_is_to_be_dropped_later_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.active", no_active_page_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.inactive_dirty", no_inactive_dirty_page_is_freed),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.inactive_clean", no_inactive_clean_page_is_freed),
    REFMM_STEP_LAW("buddy.free.first_frame", the_first_frame_is_clean_and_young_and_no_other_changes),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.misaligned", no_block_is_freed_where_none_begins),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.too_large", no_order_is_freed_that_there_is_not),
    // Giving back: merging.
    REFMM_STEP_LAW("buddy.free.partner", a_block_merges_with_its_partner_and_with_nothing_else),
    REFMM_STEP_LAW("buddy.free.merges", a_release_merges_as_far_as_possible),
    REFMM_STEP_LAW("buddy.free.front", a_block_that_becomes_free_is_the_first_of_its_list),
    REFMM_STEP_LAW("buddy.free.largest", a_release_leaves_the_bits_of_the_largest_order),
    REFMM_STEP_LAW_OF_ENDS("buddy.free.bug.partner_outside", no_release_looks_for_a_partner_outside_of_the_zone),
    REFMM_STEP_LAW("buddy.free.exactly", exactly_the_frames_of_the_block_are_freed_and_none_was_free),
    REFMM_STEP_LAW("buddy.free.exactly", no_release_gives_back_what_others_hold),
};

#undef REFMM_STEP_LAW
#undef REFMM_STEP_LAW_OF_ENDS

/// The first law that does not hold of `transition`; nothing if it is lawful.
constexpr const StepLaw<Transition>* broken_step_law(const Transition& transition) {
  for (const auto& law : step_laws) {
    if (!law.holds(transition)) return &law;
  }
  return nullptr;
}

}  // namespace refmm::buddy

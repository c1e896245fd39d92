// Laws about one call on memory areas: what must hold between the state before and the state after.
//
// Each claims something of certain calls only and holds of all others. They speak of the corrected kernel, from lawful states on;
// which of them each defect of 2.4.0 breaks stands in spec/vma_defects.hpp.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/vma_brk_step_laws.hpp>
#include <refmm/spec/vma_file_step_laws.hpp>
#include <refmm/spec/vma_lookup_step_laws.hpp>
#include <refmm/spec/vma_mmap_step_laws.hpp>
#include <refmm/spec/vma_munmap_step_laws.hpp>
#include <refmm/spec/vma_protect_step_laws.hpp>
#include <refmm/spec/vma_remap_step_laws.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <array>

namespace refmm::vma {

// Nothing is claimed of what an assertion of the kernel leaves behind, but that there is none.
#define REFMM_STEP_LAW(clause, name)                                                         \
  StepLaw<Transition> {                                                                      \
    clause, #name, [](const Transition& t) { return ended_everything(t) || holds::name(t); } \
  }
#define REFMM_STEP_LAW_OF_ENDS(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    // Files.
    REFMM_STEP_LAW("vma.open.lowest_descriptor", open_gives_the_lowest_free_descriptor),
    REFMM_STEP_LAW("vma.open.counts_writer", open_counts_writers),
    REFMM_STEP_LAW("vma.open.text_busy", nobody_opens_for_writing_what_is_denied),
    REFMM_STEP_LAW("vma.close.not_open", close_refuses_what_is_not_open),
    REFMM_STEP_LAW("vma.close.drops_reference", close_drops_the_reference_of_the_descriptor),
    REFMM_STEP_LAW("vma.file.released", file_objects_go_with_their_last_reference),
    REFMM_STEP_LAW("vma.account.references", references_change_by_what_is_taken_and_dropped),
    REFMM_STEP_LAW("vma.account.write_count", write_counts_are_told_when_they_change),
    REFMM_STEP_LAW("vma.account.map_count", structures_had_less_those_given_back_are_the_new_areas),
    // Lookups.
    REFMM_STEP_LAW("vma.find.first_above", find_vma_finds_the_first_area_that_ends_above),
    REFMM_STEP_LAW("vma.find.none_above", find_vma_finds_nothing_above_all_areas),
    REFMM_STEP_LAW("vma.find_prev.one_before", find_vma_prev_finds_the_area_in_front_too),
    REFMM_STEP_LAW("vma.find_intersection", find_vma_intersection_finds_the_first_area_of_the_range),
    REFMM_STEP_LAW("vma.lookup.no_effect", lookups_change_nothing_that_can_be_seen),
    REFMM_STEP_LAW("vma.tree.goes_with_last_node", the_tree_stays_while_an_area_does),
    REFMM_STEP_LAW("vma.unmapped.too_long", nothing_longer_than_the_task_finds_room),
    REFMM_STEP_LAW("vma.unmapped.base", without_a_hint_room_is_above_the_base),
    REFMM_STEP_LAW("vma.unmapped.hint_rounded_up", room_is_not_below_the_hint),
    REFMM_STEP_LAW("vma.unmapped.first_fit", the_lowest_room_is_found),
    REFMM_STEP_LAW("vma.unmapped.no_gap", no_room_is_found_only_where_there_is_none),
    // mmap.
    REFMM_STEP_LAW("vma.mmap.offset_unaligned", mmap_refuses_byte_offsets_within_a_page),
    REFMM_STEP_LAW("vma.mmap.offset_wraps", do_mmap_refuses_byte_offsets_that_wrap),
    REFMM_STEP_LAW("vma.mmap.descriptor", mmap_refuses_what_is_not_open),
    REFMM_STEP_LAW("vma.mmap.system_call_flags", only_loaders_deny_writing),
    REFMM_STEP_LAW("vma.mmap.no_method", mmap_refuses_files_without_a_method),
    REFMM_STEP_LAW("vma.mmap.length_zero", mmap_of_nothing_succeeds_wherever),
    REFMM_STEP_LAW("vma.mmap.range", mmap_refuses_ranges_outside_the_task),
    REFMM_STEP_LAW("vma.mmap.page_offset", mmap_refuses_page_offsets_that_wrap),
    REFMM_STEP_LAW("vma.mmap.too_many_areas", mmap_stays_within_the_number_of_areas),
    REFMM_STEP_LAW("vma.mmap.locked_limit", mmap_stays_within_the_limit_of_locked_memory),
    REFMM_STEP_LAW("vma.mmap.shared.not_writable", writing_back_takes_a_writable_descriptor),
    REFMM_STEP_LAW("vma.mmap.shared.append_only", append_only_files_are_not_shared_by_writers),
    REFMM_STEP_LAW("vma.mmap.shared.mandatory_lock", files_under_a_mandatory_lock_are_not_shared),
    REFMM_STEP_LAW("vma.mmap.not_readable", mapping_a_file_takes_a_readable_descriptor),
    REFMM_STEP_LAW("vma.mmap.type", files_are_mapped_shared_or_private),
    REFMM_STEP_LAW("vma.mmap.fixed.unaligned", mmap_refuses_fixed_addresses_within_a_page),
    REFMM_STEP_LAW("vma.mmap.no_gap", mmap_refuses_where_no_room_is),
    REFMM_STEP_LAW("vma.mmap.no_structure", mmap_without_a_structure_does_nothing),
    REFMM_STEP_LAW("vma.mmap.old_mapping_stays", an_old_mapping_that_stays_stays_whole),
    REFMM_STEP_LAW("vma.mmap.address_space", mmap_stays_within_the_limit_of_the_address_space),
    REFMM_STEP_LAW("vma.mmap.memory", mmap_of_charged_memory_takes_free_pages),
    REFMM_STEP_LAW("vma.mmap.text_busy", writers_and_denying_exclude_each_other),
    REFMM_STEP_LAW("vma.mmap.method_refuses", mmap_refuses_what_the_method_refuses),
    REFMM_STEP_LAW("vma.mmap.no_shared_memory", shared_memory_takes_free_pages),
    REFMM_STEP_LAW("vma.mmap.late_failure", a_late_failure_of_mmap_leaves_exactly_the_old_mapping_unmapped),
    REFMM_STEP_LAW("vma.mmap.fixed", mmap_maps_at_a_fixed_address),
    REFMM_STEP_LAW("vma.mmap.anywhere", mmap_chooses_the_lowest_room_and_never_what_is_mapped),
    REFMM_STEP_LAW("vma.mmap.area", mmap_maps_exactly_the_range),
    REFMM_STEP_LAW("vma.mmap.permissions", a_mapping_has_the_flags_that_were_asked_for),
    REFMM_STEP_LAW("vma.mmap.demoted", what_cannot_be_written_back_is_private_inside),
    REFMM_STEP_LAW("vma.mmap.uncharged", memory_that_is_not_charged_is_never_refused_for_lack_of_it),
    REFMM_STEP_LAW("vma.mmap.shared_memory", memory_shared_without_a_file_has_an_object_of_its_own),
    REFMM_STEP_LAW("vma.mmap.denywrite", a_mapping_that_denies_writing_counts_once),
    REFMM_STEP_LAW("vma.mmap.locked", new_areas_are_faulted_in_where_new_areas_are_locked),
    // munmap.
    REFMM_STEP_LAW("vma.munmap.unaligned", munmap_refuses_addresses_within_a_page),
    REFMM_STEP_LAW("vma.munmap.range", munmap_refuses_ranges_outside_the_task),
    REFMM_STEP_LAW("vma.munmap.length_zero", munmap_refuses_no_length),
    REFMM_STEP_LAW("vma.munmap.nothing_mapped", munmap_of_nothing_succeeds_and_does_nothing),
    REFMM_STEP_LAW("vma.munmap.hole_at_limit", munmap_makes_no_hole_at_the_limit),
    REFMM_STEP_LAW("vma.munmap.no_structure", munmap_wants_a_structure_whenever_it_unmaps),
    REFMM_STEP_LAW("vma.munmap.exactly", munmap_unmaps_exactly_the_range),
    REFMM_STEP_LAW("vma.munmap.whole", an_area_inside_the_range_goes),
    REFMM_STEP_LAW("vma.munmap.head", an_area_that_reaches_beyond_the_range_keeps_its_tail),
    REFMM_STEP_LAW("vma.munmap.tail", an_area_that_begins_in_front_of_the_range_keeps_its_head),
    REFMM_STEP_LAW("vma.munmap.hole", a_hole_makes_an_area_more),
    REFMM_STEP_LAW("vma.munmap.highest_first", pages_are_released_from_the_highest_area_down),
    REFMM_STEP_LAW("vma.munmap.denywrite", writing_stays_denied_while_an_area_denies_it),
    REFMM_STEP_LAW("vma.munmap.page_tables", page_tables_of_nothing_but_the_range_are_cleared),
    REFMM_STEP_LAW("vma.munmap.page_tables_in_use", page_tables_that_an_area_needs_are_not_cleared),
    REFMM_STEP_LAW_OF_ENDS("vma.munmap.bug.no_page", no_assertion_about_pages_to_release),
    REFMM_STEP_LAW("vma.munmap.whole", released_pages_are_whole),
    // brk.
    REFMM_STEP_LAW("vma.brk.below_code", the_break_does_not_go_below_the_code),
    REFMM_STEP_LAW("vma.brk.same_page", within_its_page_the_break_just_moves),
    REFMM_STEP_LAW("vma.brk.shrinks", a_break_that_goes_down_unmaps_what_is_above_it),
    REFMM_STEP_LAW("vma.brk.shrink_fails", a_break_that_cannot_go_down_stays),
    REFMM_STEP_LAW("vma.brk.data_limit", the_break_stays_within_the_limit_of_data),
    REFMM_STEP_LAW("vma.brk.collision", the_break_keeps_a_page_away_from_what_is_mapped),
    REFMM_STEP_LAW("vma.brk.memory", the_break_grows_only_into_free_memory),
    REFMM_STEP_LAW("vma.brk.refused", a_heap_that_cannot_grow_leaves_break_and_areas),
    REFMM_STEP_LAW("vma.brk.grows", brk_returns_the_break_as_it_is_afterwards),
    REFMM_STEP_LAW("vma.brk.grows", heap_that_grows_is_mapped_up_to_the_break),
    REFMM_STEP_LAW("vma.do_brk.length_zero", do_brk_of_nothing_succeeds_wherever),
    REFMM_STEP_LAW("vma.do_brk.locked_limit", do_brk_stays_within_the_limit_of_locked_memory),
    REFMM_STEP_LAW("vma.do_brk.unmapping_fails", do_brk_does_nothing_where_the_old_mapping_stays),
    REFMM_STEP_LAW("vma.do_brk.address_space", do_brk_stays_within_the_limit_of_the_address_space),
    REFMM_STEP_LAW("vma.do_brk.too_many_areas", do_brk_stays_within_the_number_of_areas),
    REFMM_STEP_LAW("vma.do_brk.memory", do_brk_takes_free_pages),
    REFMM_STEP_LAW("vma.do_brk.no_structure", do_brk_that_fails_late_leaves_exactly_the_old_mapping_unmapped),
    REFMM_STEP_LAW("vma.do_brk.lengthens", memory_behind_a_heap_joins_it),
    REFMM_STEP_LAW("vma.do_brk.new_area", other_memory_is_an_area_of_its_own),
    REFMM_STEP_LAW("vma.do_brk.locked", heap_is_faulted_in_where_new_areas_are_locked),
    // mprotect and mlock.
    REFMM_STEP_LAW("vma.split.whole", an_area_inside_the_range_is_not_split),
    REFMM_STEP_LAW("vma.split.start", an_area_is_split_where_the_range_ends),
    REFMM_STEP_LAW("vma.split.end", an_area_is_split_where_the_range_begins),
    REFMM_STEP_LAW("vma.split.middle", an_area_around_the_range_becomes_three),
    REFMM_STEP_LAW("vma.split.same_flags", areas_that_have_the_flags_are_left_alone),
    REFMM_STEP_LAW("vma.split.no_structure", a_split_without_a_structure_changes_nothing_of_the_area),
    REFMM_STEP_LAW("vma.split.limit", splits_stay_within_the_number_of_areas),
    REFMM_STEP_LAW("vma.mprotect.unaligned", mprotect_refuses_addresses_within_a_page),
    REFMM_STEP_LAW("vma.mprotect.wraps", mprotect_refuses_ranges_that_wrap),
    REFMM_STEP_LAW("vma.mprotect.unknown_bits", mprotect_refuses_unknown_permissions),
    REFMM_STEP_LAW("vma.mprotect.length_zero", mprotect_of_nothing_succeeds_wherever),
    REFMM_STEP_LAW("vma.mprotect.not_mapped", mprotect_of_what_is_not_mapped_does_nothing),
    REFMM_STEP_LAW("vma.mprotect.not_permitted", mprotect_grants_only_what_areas_may),
    REFMM_STEP_LAW("vma.mprotect.hole", mprotect_stops_at_a_hole),
    REFMM_STEP_LAW("vma.mprotect.exactly",
                   mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure),
    REFMM_STEP_LAW("vma.mprotect.page_protection", pages_get_the_protection_of_the_flags),
    REFMM_STEP_LAW_OF_ENDS("vma.mprotect.bug.no_page", no_assertion_about_pages_to_protect),
    REFMM_STEP_LAW("vma.mlock.limit", mlock_stays_within_its_limit),
    REFMM_STEP_LAW("vma.mlock.half_of_memory", mlock_leaves_half_of_memory),
    REFMM_STEP_LAW("vma.mlock.not_privileged", locking_takes_a_privilege_and_unlocking_none),
    REFMM_STEP_LAW("vma.mlock.wraps", mlock_refuses_ranges_that_wrap),
    REFMM_STEP_LAW("vma.mlock.length_zero", mlock_of_nothing_changes_nothing),
    REFMM_STEP_LAW("vma.mlock.not_mapped", mlock_of_what_is_not_mapped_does_nothing),
    REFMM_STEP_LAW("vma.mlock.hole", mlock_stops_at_a_hole),
    REFMM_STEP_LAW("vma.mlock.locks", mlock_locks_exactly_the_range_up_to_the_first_failure),
    REFMM_STEP_LAW("vma.mlock.unlocks", munlock_unlocks_exactly_the_range_up_to_the_first_failure),
    REFMM_STEP_LAW_OF_ENDS("vma.mlock.bug.no_page", no_assertion_about_pages_to_fault_in),
    REFMM_STEP_LAW("vma.mlockall.flags", mlockall_refuses_unknown_flags),
    REFMM_STEP_LAW("vma.mlockall.limit", mlockall_stays_within_the_limit),
    REFMM_STEP_LAW("vma.mlockall.half_of_memory", mlockall_leaves_half_of_memory),
    REFMM_STEP_LAW("vma.mlockall.not_privileged", mlockall_and_munlockall_take_a_privilege),
    REFMM_STEP_LAW("vma.mlockall.future", locking_what_is_to_come_leaves_what_is),
    REFMM_STEP_LAW("vma.mlockall.current", locking_what_is_locks_every_area),
    REFMM_STEP_LAW("vma.mlockall.unlocks", munlockall_unlocks_every_area_and_those_to_come),
    // mremap.
    REFMM_STEP_LAW("vma.mremap.unknown_flags", mremap_refuses_unknown_flags),
    REFMM_STEP_LAW("vma.mremap.unaligned", mremap_refuses_addresses_within_a_page),
    REFMM_STEP_LAW("vma.mremap.length_zero", mremap_makes_no_area_of_no_pages),
    REFMM_STEP_LAW("vma.mremap.fixed.unaligned", mremap_refuses_destinations_within_a_page),
    REFMM_STEP_LAW("vma.mremap.fixed.without_maymove", mremap_moves_to_a_destination_only_what_may_move),
    REFMM_STEP_LAW("vma.mremap.fixed.range", mremap_refuses_destinations_outside_the_task),
    REFMM_STEP_LAW("vma.mremap.fixed.overlap", mremap_refuses_destinations_that_overlap),
    REFMM_STEP_LAW("vma.mremap.fixed.unmaps_destination", nothing_of_the_old_destination_is_left),
    REFMM_STEP_LAW("vma.mremap.fixed.destination_stays", a_destination_that_stays_ends_the_call),
    REFMM_STEP_LAW("vma.mremap.shrinks", mremap_to_less_cuts_the_tail_off),
    REFMM_STEP_LAW("vma.mremap.tail_stays", a_tail_that_stays_ends_the_call),
    REFMM_STEP_LAW("vma.mremap.not_mapped", mremap_of_what_is_not_mapped_does_nothing),
    REFMM_STEP_LAW("vma.mremap.beyond_area", mremap_of_more_than_one_area_does_nothing),
    REFMM_STEP_LAW("vma.mremap.not_expandable", mremap_lengthens_no_area_that_must_not_expand),
    REFMM_STEP_LAW("vma.mremap.page_offset", mremap_lengthens_no_area_over_the_last_page_offset),
    REFMM_STEP_LAW("vma.mremap.locked_limit", mremap_stays_within_the_limit_of_locked_memory),
    REFMM_STEP_LAW("vma.mremap.address_space", mremap_stays_within_the_limit_of_the_address_space),
    REFMM_STEP_LAW("vma.mremap.memory", mremap_of_charged_memory_takes_free_pages),
    REFMM_STEP_LAW("vma.mremap.grows_in_place", an_area_grows_in_place_where_it_can),
    REFMM_STEP_LAW("vma.mremap.no_room", an_area_that_must_not_move_grows_in_place_or_not_at_all),
    REFMM_STEP_LAW("vma.mremap.no_gap", mremap_refuses_where_no_room_is),
    REFMM_STEP_LAW("vma.mremap.too_many_areas", mremap_stays_within_the_number_of_areas),
    REFMM_STEP_LAW("vma.mremap.no_structure", mremap_without_a_structure_moves_nothing),
    REFMM_STEP_LAW("vma.mremap.no_page_tables", page_tables_that_cannot_move_stay),
    REFMM_STEP_LAW("vma.mremap.moves", what_is_moved_means_what_it_meant),
    REFMM_STEP_LAW("vma.mremap.maps_again", an_area_of_which_nothing_moves_is_mapped_again),
    REFMM_STEP_LAW("vma.mremap.locked", what_mremap_adds_to_a_locked_area_is_faulted_in),
    // Stacks.
    REFMM_STEP_LAW("vma.stack.found", an_area_that_holds_the_address_is_found_as_it_is),
    REFMM_STEP_LAW("vma.stack.no_area_above", above_all_areas_nothing_grows),
    REFMM_STEP_LAW("vma.stack.does_not_grow", only_areas_that_grow_down_do),
    REFMM_STEP_LAW("vma.stack.limit", a_stack_stays_within_its_limit),
    REFMM_STEP_LAW("vma.stack.address_space", a_stack_stays_within_the_limit_of_the_address_space),
    REFMM_STEP_LAW("vma.stack.offset_zero", no_stack_grows_below_the_beginning_of_its_file),
    REFMM_STEP_LAW("vma.stack.grows", a_stack_grows_down_to_the_page_and_shows_what_it_showed),
    REFMM_STEP_LAW("vma.stack.locked", what_a_locked_stack_grows_by_is_faulted_in),
    // The end.
    REFMM_STEP_LAW("vma.exit.areas", exit_leaves_no_area),
    REFMM_STEP_LAW("vma.exit.page_tables", exit_clears_all_page_tables_of_the_task),
    REFMM_STEP_LAW("vma.exit.survivors", break_and_limits_survive_the_end),
};

#undef REFMM_STEP_LAW
#undef REFMM_STEP_LAW_OF_ENDS

/// The first law that does not hold of `transition`; nothing if it is lawful.
inline const StepLaw<Transition>* broken_step_law(const Transition& transition) {
  for (const auto& law : step_laws) {
    if (!law.holds(transition)) return &law;
  }
  return nullptr;
}

}  // namespace refmm::vma

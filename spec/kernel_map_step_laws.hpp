// Laws about one call on paging and the kernel's mappings: what must hold between the state before and the state after.
//
// Each claims something of certain calls only and holds of all others. They speak of the corrected kernel, from lawful states on;
// which of them each defect of 2.4.0 breaks stands in spec/kernel_map_defects.hpp.
#pragma once

#include <refmm/spec/kernel_map_area_step_laws.hpp>
#include <refmm/spec/kernel_map_ioremap_step_laws.hpp>
#include <refmm/spec/kernel_map_transition.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/paging_step_laws.hpp>

#include <array>

namespace refmm::kernel_map {

// Nothing is claimed of what an assertion of the kernel leaves behind, but that there is none.
#define REFMM_STEP_LAW(clause, name)                                                         \
  StepLaw<Transition> {                                                                      \
    clause, #name, [](const Transition& t) { return ended_everything(t) || holds::name(t); } \
  }
#define REFMM_STEP_LAW_OF_ENDS(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    // Frames and tables.
    REFMM_STEP_LAW("kernel.frames.taken", frames_that_are_taken_were_free_and_are_of_the_kind_asked_for),
    REFMM_STEP_LAW("kernel.frames.given_back", references_change_by_what_is_taken_and_given_back),
    REFMM_STEP_LAW("paging.tlb.flushed_before_reuse", no_frame_is_given_back_before_the_flush),
    REFMM_STEP_LAW("paging.table.quick_list", tables_come_from_the_quick_list_first),
    REFMM_STEP_LAW("paging.table.fresh", other_tables_come_from_the_page_source),
    REFMM_STEP_LAW("paging.table.none", a_slot_without_a_table_stays_empty),
    REFMM_STEP_LAW("paging.kernel.monotone", kernel_entries_are_set_once),
    REFMM_STEP_LAW("paging.pte_free_fast", pte_free_fast_puts_a_frame_in_front),
    REFMM_STEP_LAW("paging.pte_free_fast.null", pte_free_fast_without_a_frame_changes_nothing),
    // Page directories.
    REFMM_STEP_LAW("paging.pgd_alloc.fresh", a_new_directory_is_the_kernels_half_of_swapper_pg_dir),
    REFMM_STEP_LAW("paging.pgd_alloc.quick_list", a_directory_of_the_quick_list_is_given_out_as_it_is),
    REFMM_STEP_LAW("paging.pgd_alloc.null", without_a_frame_there_is_no_directory),
    REFMM_STEP_LAW("paging.pgd_free", a_directory_that_is_freed_gives_its_frame_back),
    REFMM_STEP_LAW("paging.pgd_free_fast", a_directory_that_is_kept_goes_in_front_with_what_it_holds),
    REFMM_STEP_LAW("paging.quick_lists.kept", quick_lists_are_kept_up_to_the_high_mark),
    REFMM_STEP_LAW("paging.quick_lists.trimmed", above_the_high_mark_quick_lists_are_trimmed_to_the_low_one),
    // Accesses and faults.
    REFMM_STEP_LAW("paging.kernel.present", an_access_that_needs_no_fault_changes_nothing),
    REFMM_STEP_LAW("paging.kernel.synced", a_fault_copies_the_slot_of_swapper_pg_dir),
    REFMM_STEP_LAW("paging.kernel.ends_as_swapper", an_access_of_the_kernel_ends_as_through_swapper_pg_dir),
    REFMM_STEP_LAW("paging.kernel.bad_area",
                   an_access_of_the_kernel_is_an_error_exactly_where_swapper_pg_dir_has_nothing),
    REFMM_STEP_LAW("paging.kernel.sigsegv", an_access_of_a_program_to_the_kernels_half_ends_with_the_signal),
    // The user's half.
    REFMM_STEP_LAW("paging.map_user.kernel_half", map_user_refuses_the_kernels_half),
    REFMM_STEP_LAW("paging.map_user.mapped", map_user_refuses_what_is_mapped),
    REFMM_STEP_LAW("paging.map_user.no_table", map_user_is_refused_where_a_table_is_missing),
    REFMM_STEP_LAW("paging.map_user.no_frame", map_user_is_refused_where_a_frame_is_missing),
    REFMM_STEP_LAW("paging.map_user", map_user_maps_a_frame_of_its_own_for_the_user),
    REFMM_STEP_LAW("paging.user.isolated", only_the_process_that_maps_a_page_sees_it),
    REFMM_STEP_LAW("paging.clear_page_tables", clear_page_tables_clears_exactly_its_slots_of_the_users_half),
    REFMM_STEP_LAW("paging.clear_page_tables", clear_page_tables_gives_each_page_and_each_table_back_once),
    // Areas.
    REFMM_STEP_LAW("kernel.get_vm_area.no_element", an_area_takes_a_list_element_first),
    REFMM_STEP_LAW("kernel.get_vm_area.first_fit", an_area_lies_in_the_first_room_between_areas),
    REFMM_STEP_LAW("kernel.get_vm_area.behind_last", without_room_between_areas_an_area_lies_behind_all),
    REFMM_STEP_LAW("kernel.get_vm_area.no_room", areas_are_refused_exactly_where_there_is_no_room),
    REFMM_STEP_LAW("kernel.areas.guard_page", a_new_area_has_the_bytes_asked_for_and_a_guard_page),
    // vmalloc and vfree.
    REFMM_STEP_LAW_OF_ENDS("kernel.vmalloc.bug.size", vmalloc_wants_pages_and_no_more_than_there_are),
    REFMM_STEP_LAW("kernel.vmalloc.pages", vmalloc_maps_a_frame_of_its_own_to_every_page),
    REFMM_STEP_LAW("kernel.vmalloc.frames", vmalloc_asks_for_the_frames_that_its_caller_wants),
    REFMM_STEP_LAW("kernel.vmalloc.no_table", vmalloc_is_refused_where_a_table_is_missing),
    REFMM_STEP_LAW("kernel.vmalloc.no_frame", vmalloc_is_refused_where_a_frame_is_missing),
    REFMM_STEP_LAW("kernel.vmalloc.undone", a_vmalloc_that_fails_half_way_leaves_nothing_but_tables),
    REFMM_STEP_LAW("kernel.vfree.null", vfree_of_null_does_nothing),
    REFMM_STEP_LAW("kernel.vfree.unaligned", vfree_of_an_address_within_a_page_only_warns),
    REFMM_STEP_LAW("kernel.vfree.unknown", vfree_of_what_is_no_area_only_warns),
    REFMM_STEP_LAW("kernel.vfree.unmaps", vfree_takes_the_area_away_and_no_other),
    REFMM_STEP_LAW("kernel.vfree.unmaps", nothing_of_an_area_stays_mapped),
    REFMM_STEP_LAW("kernel.vfree.frames", each_page_of_an_area_is_given_back_once),
    REFMM_STEP_LAW("kernel.vfree.frames", what_ioremap_has_mapped_is_not_given_back),
    // ioremap and iounmap.
    REFMM_STEP_LAW("kernel.ioremap.size_zero", ioremap_of_nothing_is_refused),
    REFMM_STEP_LAW("kernel.ioremap.wraps", ioremap_of_a_range_that_wraps_is_refused),
    REFMM_STEP_LAW("kernel.ioremap.isa_window", the_window_of_old_devices_is_in_the_direct_mapping),
    REFMM_STEP_LAW("kernel.ioremap.ram", ioremap_refuses_ram_in_use),
    REFMM_STEP_LAW("kernel.ioremap.ram_behind_end", ioremap_refuses_ranges_that_leave_ram),
    REFMM_STEP_LAW("kernel.ioremap.ram", what_ioremap_refuses_at_once_leaves_no_trace),
    REFMM_STEP_LAW("kernel.ioremap.covers", every_byte_asked_for_is_mapped_to_the_byte_meant),
    REFMM_STEP_LAW("kernel.ioremap.offset", the_address_has_the_offset_of_the_range_in_its_page),
    REFMM_STEP_LAW("kernel.ioremap.flags", pages_of_devices_have_their_flags),
    REFMM_STEP_LAW("kernel.ioremap.no_table", ioremap_is_refused_where_a_table_is_missing),
    REFMM_STEP_LAW_OF_ENDS("kernel.ioremap.covers", no_assertion_about_pages_to_map),
    REFMM_STEP_LAW("kernel.iounmap.direct_mapping", iounmap_leaves_the_direct_mapping),
    REFMM_STEP_LAW("kernel.iounmap.page", iounmap_takes_any_address_in_the_first_page),
    // The window for high frames.
    REFMM_STEP_LAW("kernel.kmap.low", low_frames_have_their_address_for_ever),
    REFMM_STEP_LAW("kernel.kmap.again", a_frame_that_has_an_address_keeps_it),
    REFMM_STEP_LAW("kernel.kmap.new", a_high_frame_gets_an_entry_of_the_window),
    REFMM_STEP_LAW("kernel.kmap.round", entries_in_use_stay_when_the_search_comes_round),
    REFMM_STEP_LAW_OF_ENDS("kernel.kmap.round", no_entry_of_the_window_is_gone),
    REFMM_STEP_LAW("kernel.kunmap.low", kunmap_of_a_low_frame_does_nothing),
    REFMM_STEP_LAW("kernel.kunmap.high", kunmap_ends_one_use_and_keeps_the_entry),
    REFMM_STEP_LAW_OF_ENDS("kernel.kunmap.bug.not_mapped", kunmap_of_a_frame_without_an_address_is_a_bug),
    REFMM_STEP_LAW_OF_ENDS("kernel.kunmap.bug.not_used", kunmap_of_an_address_without_users_is_a_bug),
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

}  // namespace refmm::kernel_map

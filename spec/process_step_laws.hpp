// Laws about one call on a machine with processes: what must hold between the state before and the state after.
//
// Each claims something of certain calls only and holds of all others. They speak of the corrected kernel, from lawful states on;
// which of them each defect of 2.4.0 breaks stands in spec/process_defects.hpp. The first one is the law above all laws.
#pragma once

#include <refmm/spec/fault_copy_step_laws.hpp>
#include <refmm/spec/fault_file_step_laws.hpp>
#include <refmm/spec/fault_frame_step_laws.hpp>
#include <refmm/spec/fault_move_step_laws.hpp>
#include <refmm/spec/fault_shmem_step_laws.hpp>
#include <refmm/spec/fault_swap_in_step_laws.hpp>
#include <refmm/spec/fault_swap_out_step_laws.hpp>
#include <refmm/spec/fault_sync_step_laws.hpp>
#include <refmm/spec/fault_touch_step_laws.hpp>
#include <refmm/spec/fault_unmap_step_laws.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/process_access_step_laws.hpp>
#include <refmm/spec/process_call_step_laws.hpp>
#include <refmm/spec/process_debugger_step_laws.hpp>
#include <refmm/spec/process_fork_step_laws.hpp>
#include <refmm/spec/process_kernel_step_laws.hpp>
#include <refmm/spec/process_memory_laws.hpp>
#include <refmm/spec/process_read_step_laws.hpp>
#include <refmm/spec/process_transition.hpp>
#include <refmm/spec/process_write_step_laws.hpp>

#include <array>

namespace refmm::process {

// Nothing is claimed of what the end of the machine leaves behind, but that there is none.
#define REFMM_STEP_LAW(clause, name)                                                         \
  StepLaw<Transition> {                                                                      \
    clause, #name, [](const Transition& t) { return ended_everything(t) || holds::name(t); } \
  }
#define REFMM_STEP_LAW_OF_ENDS(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("process.memory", every_call_does_to_memory_what_it_means),
    REFMM_STEP_LAW("process.memory", what_is_read_is_what_was_written),
    // Frames and page tables.
    REFMM_STEP_LAW("fault.frame.lowest", the_lowest_free_frame_is_taken),
    REFMM_STEP_LAW("fault.frame.none_left", a_frame_is_refused_only_where_none_is_free_or_failure_was_ordered),
    REFMM_STEP_LAW("fault.frame.last_reference", a_frame_is_freed_when_the_last_reference_goes),
    REFMM_STEP_LAW("fault.frame.reserved", reserved_frames_are_neither_taken_nor_freed),
    REFMM_STEP_LAW("fault.table.made", a_page_table_is_a_frame_of_zeros_of_its_own),
    REFMM_STEP_LAW("fault.table.none", without_a_frame_for_it_there_is_no_page_table),
    REFMM_STEP_LAW("fault.table.freed", munmap_frees_the_tables_of_the_windows_that_it_empties),
    REFMM_STEP_LAW("fault.table.freed", a_page_table_that_is_gone_has_no_entries),
    // The first touch.
    REFMM_STEP_LAW("fault.anonymous.zero_page", memory_that_is_only_read_is_the_zero_page),
    REFMM_STEP_LAW("fault.anonymous.fresh", memory_that_is_written_is_a_frame_of_zeros),
    REFMM_STEP_LAW("fault.anonymous.no_page", memory_without_a_frame_for_it_stays_untouched),
    REFMM_STEP_LAW("fault.no_page.written", a_page_of_an_object_that_is_written_is_writable_and_dirty),
    REFMM_STEP_LAW("fault.no_page.private", what_a_private_mapping_shows_of_its_file_cannot_be_written),
    REFMM_STEP_LAW("fault.no_page.as_area",
                   what_a_shared_mapping_shows_can_be_written_at_once_where_the_area_permits_it),
    REFMM_STEP_LAW("fault.present", a_page_that_is_there_is_only_marked),
    // Copy on write.
    REFMM_STEP_LAW("fault.wp.sole_owner", a_page_with_one_reference_is_written_where_it_is),
    REFMM_STEP_LAW("fault.wp.swap_cache_sole", a_page_that_only_the_swap_cache_has_beside_is_written_where_it_is),
    REFMM_STEP_LAW("fault.wp.copies", a_page_with_another_owner_is_copied),
    REFMM_STEP_LAW("fault.wp.reserved_page", a_write_to_the_zero_page_gets_a_frame_of_zeros),
    REFMM_STEP_LAW("fault.wp.no_page", a_page_without_a_frame_for_its_copy_stays_as_it_is),
    // Pages of files.
    REFMM_STEP_LAW("fault.file.beyond_end", behind_the_end_of_a_file_there_is_no_page),
    REFMM_STEP_LAW("fault.file.cached", a_page_in_the_cache_is_not_read),
    REFMM_STEP_LAW("fault.file.read_around", a_page_is_read_with_its_group),
    REFMM_STEP_LAW("fault.file.alone", a_page_of_a_random_area_is_read_alone),
    REFMM_STEP_LAW("fault.file.no_page", an_access_to_a_file_lacks_a_frame_only_for_its_page_or_its_copy),
    REFMM_STEP_LAW("fault.file.no_copy", a_write_without_a_frame_for_its_copy_leaves_the_page_to_the_cache),
    REFMM_STEP_LAW("fault.file.read_again", a_page_is_read_until_it_is_right_and_three_times_at_most),
    REFMM_STEP_LAW("fault.file.unreadable", a_page_that_cannot_be_read_is_refused_and_stays_in_the_cache),
    REFMM_STEP_LAW("fault.file.early_copy", a_write_to_a_private_page_of_a_file_copies_it_at_once),
    REFMM_STEP_LAW("fault.file.sequential", a_sequential_area_is_read_window_by_window),
    REFMM_STEP_LAW_OF_ENDS("fault.file.sequential", a_window_that_was_passed_asks_no_file_of_a_page_that_has_none),
    REFMM_STEP_LAW("fault.cache.order", pages_enter_the_lists_of_their_object_in_front),
    // Shared memory objects.
    REFMM_STEP_LAW("fault.shmem.made", memory_shared_without_a_file_is_an_object_of_its_size),
    REFMM_STEP_LAW("fault.shmem.beyond_end", behind_the_end_of_an_object_there_is_no_page),
    REFMM_STEP_LAW("fault.shmem.cached", a_page_that_the_object_has_in_memory_is_shared),
    REFMM_STEP_LAW("fault.shmem.fresh", a_page_that_nobody_has_touched_is_made_for_the_object_and_cleared),
    REFMM_STEP_LAW("fault.shmem.from_slot", a_page_that_comes_back_leaves_its_slot_and_is_dirty),
    REFMM_STEP_LAW("fault.shmem.no_page", an_access_to_shared_memory_lacks_a_frame_only_for_its_page),
    REFMM_STEP_LAW("fault.shmem.to_slot", a_page_that_goes_to_a_slot_was_in_memory_and_is_there_as_it_was),
    REFMM_STEP_LAW("fault.shmem.released", a_shared_memory_object_is_there_as_long_as_it_is_mapped),
    // Slots of the swap area.
    REFMM_STEP_LAW("fault.slot.next_fit", slots_are_taken_upwards_from_the_last_one),
    REFMM_STEP_LAW("fault.slot.lowest", the_lowest_slot_is_taken_where_the_search_begins_anew),
    REFMM_STEP_LAW("fault.slot.freed", a_slot_keeps_what_was_written_to_it),
    REFMM_STEP_LAW("fault.slot.buffer", a_page_that_was_transferred_has_a_buffer_while_the_swap_cache_has_it),
    // Back from the swap area.
    REFMM_STEP_LAW("fault.swap_in.cached", a_page_in_the_swap_cache_is_not_read_again),
    REFMM_STEP_LAW("fault.swap_in.group", a_slot_is_read_with_its_group),
    REFMM_STEP_LAW("fault.swap_in.read", a_page_that_is_not_in_memory_is_read_from_its_slot),
    REFMM_STEP_LAW("fault.swap_in.no_page", a_swapped_page_lacks_a_frame_only_for_itself_or_its_copy),
    REFMM_STEP_LAW("fault.swap_in.unreadable", a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten),
    REFMM_STEP_LAW("fault.swap_in.writable", a_swapped_page_that_nobody_else_can_get_at_is_written_at_once),
    REFMM_STEP_LAW("fault.swap_in.as_area",
                   a_swapped_page_comes_back_for_reading_unless_it_is_written_by_its_only_owner),
    // Out of memory: first the entry, then the page.
    REFMM_STEP_LAW("fault.swap_out.no_page", without_a_page_nothing_is_swapped_out),
    REFMM_STEP_LAW("fault.swap_out.reserved_page", a_reserved_page_is_not_swapped_out),
    REFMM_STEP_LAW("fault.swap_out.swap_cache", a_page_of_the_swap_cache_goes_back_to_its_slot),
    REFMM_STEP_LAW("fault.swap_out.clean", a_clean_page_is_forgotten),
    REFMM_STEP_LAW("fault.swap_out.file", a_dirty_page_of_an_object_takes_the_dirt_with_it),
    REFMM_STEP_LAW("fault.swap_out.anonymous", a_dirty_page_without_a_name_goes_to_a_slot_of_its_own),
    REFMM_STEP_LAW("fault.swap_out.no_slot", without_a_free_slot_only_the_accessed_bit_goes),
    REFMM_STEP_LAW("fault.slot.none", a_slot_is_missing_only_where_none_is_free),
    REFMM_STEP_LAW("fault.reclaim.only_the_cache", only_pages_that_nobody_but_their_cache_has_are_reclaimed),
    REFMM_STEP_LAW("fault.reclaim.clean", a_clean_page_is_freed_and_not_written),
    REFMM_STEP_LAW("fault.reclaim.file", a_dirty_page_of_a_file_is_written_to_it_and_freed),
    REFMM_STEP_LAW("fault.reclaim.shared_memory", a_dirty_page_of_shared_memory_is_written_to_a_slot_of_its_own),
    REFMM_STEP_LAW("fault.reclaim.no_slot", without_a_slot_a_page_of_shared_memory_stays_dirty),
    REFMM_STEP_LAW("fault.reclaim.swap_cache", a_dirty_page_of_the_swap_cache_is_written_to_its_slot),
    REFMM_STEP_LAW("fault.reclaim.unwritten", a_page_that_could_not_be_written_stays_dirty_in_the_swap_cache),
    // The end of a swap area.
    REFMM_STEP_LAW("fault.swapoff.entry", swapoff_gives_every_entry_of_a_slot_its_page_read_only_and_dirty),
    REFMM_STEP_LAW("fault.swapoff.dirty", swapoff_makes_entries_of_the_swap_cache_dirty),
    REFMM_STEP_LAW("fault.swapoff.object", swapoff_gives_objects_their_pages_back_dirty),
    // What a fork copies.
    REFMM_STEP_LAW("fault.copy.no_table", a_fork_without_a_frame_for_a_page_table_fails),
    REFMM_STEP_LAW("fault.copy.page", a_child_has_the_pages_of_its_parent_and_has_not_accessed_them),
    REFMM_STEP_LAW("fault.copy.write_protect",
                   private_pages_that_may_be_written_are_protected_for_parent_and_child),
    REFMM_STEP_LAW("fault.copy.shared", shared_pages_stay_as_they_are_and_are_clean_for_the_child),
    REFMM_STEP_LAW("fault.copy.slot", a_child_has_the_slots_of_its_parent),
    REFMM_STEP_LAW("fault.copy.reserved_page", entries_for_reserved_pages_are_copied_as_they_are),
    // Entries that go.
    REFMM_STEP_LAW("fault.zap.page", an_entry_that_goes_gives_its_reference_to_the_page_back),
    REFMM_STEP_LAW("fault.zap.dirty_bit", an_entry_that_goes_leaves_its_dirt_to_the_page),
    REFMM_STEP_LAW("fault.zap.swap_cache_freed", a_page_that_nobody_else_has_leaves_the_swap_cache_with_its_entry),
    REFMM_STEP_LAW("fault.zap.slot", an_entry_that_goes_gives_its_reference_to_the_slot_back),
    REFMM_STEP_LAW("fault.zap.reserved_page", entries_for_reserved_pages_go_without_a_trace),
    REFMM_STEP_LAW("fault.zap.rss", a_process_has_as_many_pages_less_as_entries_went),
    REFMM_STEP_LAW("fault.truncate.page", pages_behind_the_new_end_leave_the_cache),
    REFMM_STEP_LAW("fault.truncate.partial_page", the_page_that_is_cut_holds_zeros_behind_the_cut),
    REFMM_STEP_LAW("fault.truncate.slot", the_slots_of_an_object_go_with_it),
    // Entries moved, and given another protection; ranges faulted in.
    REFMM_STEP_LAW("fault.move.entry", entries_move_as_they_are),
    REFMM_STEP_LAW("fault.move.no_table", mremap_fails_where_there_is_no_frame_for_a_page_table),
    REFMM_STEP_LAW("fault.move.back", entries_that_could_not_all_move_are_where_they_were),
    REFMM_STEP_LAW("fault.protect.entry", mprotect_changes_the_protection_of_pages_and_nothing_else_of_entries),
    REFMM_STEP_LAW("fault.present.for_writing", locked_memory_that_may_be_written_is_faulted_in_for_writing),
    REFMM_STEP_LAW("fault.present.for_reading", locked_memory_that_may_not_be_written_is_faulted_in_for_reading),
    REFMM_STEP_LAW("fault.present.beyond_end", locking_passes_over_what_is_behind_the_end_of_an_object),
    REFMM_STEP_LAW("fault.present.stops", faulting_in_ends_at_the_first_page_that_cannot_be_had),
    // Dirty pages written back.
    REFMM_STEP_LAW("fault.msync.private", msync_leaves_what_is_private_as_it_is),
    REFMM_STEP_LAW("fault.msync.dirty_bit", msync_moves_dirty_bits_to_the_pages),
    REFMM_STEP_LAW_OF_ENDS("fault.msync.dirty_bit", msync_asks_no_file_of_a_page_that_has_none),
    REFMM_STEP_LAW("fault.msync.later", msync_without_ms_sync_writes_nothing),
    REFMM_STEP_LAW("fault.msync.writes", msync_with_ms_sync_writes_the_dirty_pages_of_the_files),
    REFMM_STEP_LAW("fault.msync.shared_memory", msync_leaves_shared_memory_where_it_is),
    REFMM_STEP_LAW_OF_ENDS("fault.msync.shared_memory", msync_of_shared_memory_returns),
    // The machine.
    REFMM_STEP_LAW("process.boot", the_break_of_every_process_is_above_its_data),
    REFMM_STEP_LAW("process.boot.memory", the_machine_stays_as_large_as_it_was_booted),
    REFMM_STEP_LAW("process.boot.files", the_files_are_those_of_the_boot_line),
    REFMM_STEP_LAW("process.settings", what_is_set_is_as_it_was_set_and_all_else_as_it_was),
    REFMM_STEP_LAW("process.settings", ordered_failures_are_counted),
    REFMM_STEP_LAW("process.no_such_process", calls_of_and_about_processes_that_are_not_there_do_nothing),
    REFMM_STEP_LAW("process.esp", esp_sets_the_stack_pointer_and_nothing_else),
    // Bytes.
    REFMM_STEP_LAW("process.load", what_is_loaded_is_readable_and_accessed),
    REFMM_STEP_LAW("process.store", what_is_stored_to_is_writable_and_dirty),
    REFMM_STEP_LAW("process.get_user", what_the_kernel_reads_is_readable_and_accessed),
    REFMM_STEP_LAW("process.put_user", what_the_kernel_writes_is_writable_and_dirty),
    REFMM_STEP_LAW("process.get_user.kernel_address", the_kernel_does_not_reach_above_the_task_for_a_process),
    // The page fault.
    REFMM_STEP_LAW("process.fault.kernel_address",
                   the_addresses_of_the_kernel_are_refused_with_a_code_that_was_never_set),
    REFMM_STEP_LAW("process.fault.no_area", an_address_is_refused_where_nothing_is_mapped_and_nothing_grows),
    REFMM_STEP_LAW("process.stack.below_pointer", a_process_does_not_reach_32_bytes_below_its_stack_pointer),
    REFMM_STEP_LAW("process.stack.limit", a_stack_does_not_grow_over_its_limits),
    REFMM_STEP_LAW("process.stack.grows", a_stack_grows_down_to_the_page_that_is_touched),
    REFMM_STEP_LAW("process.fault.not_writable", only_writable_areas_are_written),
    REFMM_STEP_LAW("process.fault.not_readable", areas_that_permit_nothing_are_not_read),
    REFMM_STEP_LAW("process.fault.write_only", what_may_be_written_may_be_read),
    REFMM_STEP_LAW("process.fault.not_permitted", an_access_that_is_not_permitted_is_told_apart_by_its_code),
    REFMM_STEP_LAW("process.fault.minor", every_fault_ends_and_minor_ones_are_counted),
    REFMM_STEP_LAW("process.fault.major", a_fault_is_major_if_it_gets_a_page_of_an_object),
    REFMM_STEP_LAW("process.fault.sigbus", a_page_that_is_not_there_is_a_bus_error),
    REFMM_STEP_LAW("process.fault.out_of_memory",
                   a_process_without_memory_is_killed_unless_the_kernel_has_made_the_access),
    REFMM_STEP_LAW("process.fault.signal", a_refused_access_is_a_signal_to_a_process_that_goes_on),
    REFMM_STEP_LAW("process.fault.fixup", the_kernel_gives_a_copy_up_where_the_process_would_get_a_signal),
    REFMM_STEP_LAW("process.promise", memory_is_promised_if_there_is_more_than_is_asked_for),
    // fork and exit.
    REFMM_STEP_LAW("process.fork.no_directory", a_fork_without_a_frame_for_a_directory_does_nothing),
    REFMM_STEP_LAW("process.fork", a_child_has_the_areas_of_its_parent_unlocked),
    REFMM_STEP_LAW("process.fork", a_child_has_the_next_number_and_the_numbers_of_its_parent),
    REFMM_STEP_LAW("fault.copy.table", a_child_has_a_page_table_for_each_that_an_area_of_its_parent_needs),
    REFMM_STEP_LAW("process.fork.not_undone", a_fork_that_fails_leaves_no_child_and_nothing_but_protected_pages),
    REFMM_STEP_LAW("process.exit", exit_takes_the_process_away_and_leaves_the_others),
    // Debuggers.
    REFMM_STEP_LAW("process.debugger.no_area", a_debugger_sees_what_is_mapped_and_what_a_stack_can_grow_to),
    REFMM_STEP_LAW("process.debugger.not_permitted", a_debugger_writes_only_what_the_process_may_write),
    REFMM_STEP_LAW("process.debugger.faults", a_debugger_faults_pages_in_that_count_as_nobodys_faults),
    REFMM_STEP_LAW("process.debugger.no_page", a_debugger_is_refused_a_page_that_cannot_be_had),
    REFMM_STEP_LAW("process.debugger.reserved_page", a_debugger_is_refused_reserved_pages_but_for_reading_zeros),
    REFMM_STEP_LAW("process.debugger.peek", what_a_debugger_reads_is_in_memory_and_stays_as_it_is),
    REFMM_STEP_LAW("process.debugger.poke", what_a_debugger_writes_is_writable_and_dirty),
    // Memory held for direct input and output.
    REFMM_STEP_LAW("process.kiobuf.in_use", memory_is_held_for_one_transfer_at_a_time),
    REFMM_STEP_LAW("process.kiobuf.not_mapped", only_what_is_mapped_is_held),
    REFMM_STEP_LAW("process.kiobuf.not_permitted", only_what_permits_the_transfer_is_held),
    REFMM_STEP_LAW("process.kiobuf.no_page", what_cannot_be_held_whole_is_not_held),
    REFMM_STEP_LAW("process.kiobuf.map", the_pages_of_the_range_are_in_memory_and_held),
    REFMM_STEP_LAW("process.kiobuf.unmap", what_is_held_is_given_back_and_no_more_held),
    // msync.
    REFMM_STEP_LAW("process.msync.unaligned", msync_refuses_addresses_within_a_page),
    REFMM_STEP_LAW("process.msync.wraps", msync_refuses_ranges_that_wrap),
    REFMM_STEP_LAW("process.msync.unknown_flags", msync_refuses_unknown_flags),
    REFMM_STEP_LAW("process.msync.length_zero", msync_of_nothing_succeeds_wherever),
    REFMM_STEP_LAW("process.msync.hole", msync_tells_of_holes_in_the_end),
    // madvise.
    REFMM_STEP_LAW("process.madvise.unaligned", madvise_refuses_addresses_within_a_page),
    REFMM_STEP_LAW("process.madvise.wraps", madvise_refuses_ranges_that_wrap),
    REFMM_STEP_LAW("process.madvise.length_zero", madvise_of_nothing_succeeds_wherever),
    REFMM_STEP_LAW("process.madvise.hole", madvise_tells_of_holes_in_the_end),
    REFMM_STEP_LAW("process.madvise.unknown", madvise_refuses_unknown_advice),
    REFMM_STEP_LAW("process.madvise.locked", locked_memory_is_always_needed),
    REFMM_STEP_LAW("process.madvise.dontneed", what_is_not_needed_is_given_up),
    REFMM_STEP_LAW("process.madvise.no_file", only_pages_of_a_file_can_be_read_ahead),
    REFMM_STEP_LAW("process.madvise.willneed", what_will_be_needed_is_in_the_cache),
    REFMM_STEP_LAW("process.madvise.shared_memory", advice_brings_no_page_of_shared_memory_into_memory),
    REFMM_STEP_LAW_OF_ENDS("process.madvise.shared_memory", advice_asks_shared_memory_for_no_method_that_it_lacks),
    REFMM_STEP_LAW("process.madvise.no_page", reading_ahead_fails_where_there_is_no_frame),
    REFMM_STEP_LAW("process.madvise.too_many_areas", advice_about_reading_is_refused_to_who_has_too_many_areas),
    REFMM_STEP_LAW("process.madvise.reading", areas_are_read_as_they_were_advised),
    REFMM_STEP_LAW_OF_ENDS("process.madvise.reading", advice_for_a_part_asks_no_file_of_an_area_that_has_none),
    // truncate.
    REFMM_STEP_LAW("process.truncate.grows", a_file_that_grows_only_has_another_size),
    REFMM_STEP_LAW("process.truncate.tail", what_a_file_grows_by_is_zeros_in_its_last_page_too),
    REFMM_STEP_LAW("process.truncate.shrinks", a_file_that_shrinks_ends_at_its_new_size_on_the_disk_too),
    REFMM_STEP_LAW("process.truncate.mappings", nobody_has_entries_behind_the_new_end),
    // pread and pwrite.
    REFMM_STEP_LAW("process.read", reading_ends_early_only_where_it_must),
    REFMM_STEP_LAW("process.read", reading_leaves_the_file_as_it_is),
    REFMM_STEP_LAW("process.read.not_open", only_what_is_open_is_read),
    REFMM_STEP_LAW("process.read.not_readable", only_what_was_opened_for_reading_is_read),
    REFMM_STEP_LAW("process.read.negative_offset", nothing_is_read_in_front_of_a_file),
    REFMM_STEP_LAW("process.read.outside_task", nothing_is_read_to_where_no_task_can_be),
    REFMM_STEP_LAW("process.read.length_zero", reading_nothing_succeeds),
    REFMM_STEP_LAW("process.read.end_of_file", nothing_is_read_behind_the_end_of_a_file),
    REFMM_STEP_LAW("process.read.cached", reading_does_not_transfer_what_is_in_memory),
    REFMM_STEP_LAW("process.read.brought_in", the_pages_of_what_is_read_come_one_by_one),
    REFMM_STEP_LAW("process.read.no_page", reading_lacks_a_frame_only_where_one_was_refused),
    REFMM_STEP_LAW("process.read.again", a_page_that_is_read_is_transferred_once_at_most),
    REFMM_STEP_LAW("process.read.unreadable", a_page_that_reading_cannot_have_stays_in_the_cache),
    REFMM_STEP_LAW("process.read.copies", what_is_read_is_copied_page_by_page_upwards),
    REFMM_STEP_LAW("process.read.buffer", reading_gives_up_where_the_buffer_cannot_be_written),
    REFMM_STEP_LAW("process.write", writing_ends_early_only_where_it_must),
    REFMM_STEP_LAW("process.write", writing_writes_nothing_to_the_disk),
    REFMM_STEP_LAW("process.write.not_open", only_what_is_open_is_written),
    REFMM_STEP_LAW("process.write.not_writable", only_what_was_opened_for_writing_is_written),
    REFMM_STEP_LAW("process.write.negative_offset", nothing_is_written_in_front_of_a_file),
    REFMM_STEP_LAW("process.write.length_zero", writing_nothing_succeeds),
    REFMM_STEP_LAW("process.write.looks_first", what_is_written_was_readable_and_is_accessed),
    REFMM_STEP_LAW("process.write.buffer", a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page),
    REFMM_STEP_LAW("process.write.no_page", writing_lacks_a_frame_only_where_one_was_refused),
    REFMM_STEP_LAW("process.write.whole_page", a_page_that_is_written_whole_is_not_read),
    REFMM_STEP_LAW("process.write.behind_the_end", a_page_behind_the_end_is_not_read),
    REFMM_STEP_LAW("process.write.reads_in", a_page_that_is_written_in_part_is_read_first),
    REFMM_STEP_LAW("process.write.unreadable", a_page_that_writing_cannot_have_stays_in_the_cache),
    REFMM_STEP_LAW("process.write.copies", what_is_written_is_dirty_and_up_to_date),
    REFMM_STEP_LAW("process.write.grows", a_file_grows_to_where_it_was_written),
    // The kernel.
    REFMM_STEP_LAW("process.swap_out.not_mapped", what_is_not_mapped_is_not_swapped_out),
    REFMM_STEP_LAW("process.swap_out.locked", locked_memory_is_not_swapped_out),
    REFMM_STEP_LAW("process.reclaim", reclaim_returns_how_many_frames_it_has_freed),
    REFMM_STEP_LAW("process.swapoff.not_in_use", swapoff_refuses_what_is_not_in_use),
    REFMM_STEP_LAW("process.swapoff", swapoff_leaves_no_page_in_the_swap_area),
    REFMM_STEP_LAW("process.swapoff.no_page", swapoff_fails_where_there_is_no_frame_for_a_page),
    REFMM_STEP_LAW("process.swapoff.unreadable", swapoff_stops_at_a_slot_that_cannot_be_read),
    REFMM_STEP_LAW("process.swapon.in_use", swapon_refuses_an_area_in_use),
    REFMM_STEP_LAW("process.swapon.no_area", swapon_refuses_where_there_is_no_area),
    REFMM_STEP_LAW("process.swapon", swapon_gives_an_empty_area),
    // Behind those that say which call it was.
    REFMM_STEP_LAW_OF_ENDS("process.ends", no_call_ends_the_machine),
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

}  // namespace refmm::process

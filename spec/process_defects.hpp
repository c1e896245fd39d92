// Which laws the defects of 2.4.0 break.
//
// The laws of demand paging and of processes hold of the corrected kernel. Of the kernel as it was built these are the exceptions: where
// a [defect.fault.*] clause decides, the law beside it does not hold of the call, or of a state that follows. The first one of a defect
// is the law that the defect is named for.
#pragma once

#include <refmm/spec/clause.hpp>

#include <array>
#include <string_view>

namespace refmm::process {

struct BrokenBy {
  ClauseRef defect;
  std::string_view law;  // the name of a StepLaw or of a Conjunct
};

inline constexpr std::array broken_by{
    BrokenBy{"defect.fault.bad_page_table", "without_a_frame_for_it_there_is_no_page_table"},
    BrokenBy{"defect.fault.bad_page_table", "a_page_table_is_a_frame_of_zeros_of_its_own"},
    BrokenBy{"defect.fault.bad_page_table", "reserved_frames_stay_as_they_are"},
    BrokenBy{"defect.fault.bad_page_table", "entries_lie_in_areas"},
    BrokenBy{"defect.fault.bad_page_table", "entries_permit_no_more_than_their_areas"},
    BrokenBy{"defect.fault.bad_page_table", "a_page_table_serves_one_process"},
    BrokenBy{"defect.fault.bad_page_table", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.bad_table_moves_back", "entries_that_could_not_all_move_are_where_they_were"},
    BrokenBy{"defect.fault.bad_table_moves_back", "reserved_frames_stay_as_they_are"},
    BrokenBy{"defect.fault.bad_table_is_filled", "a_page_table_serves_one_process"},
    BrokenBy{"defect.fault.bad_table_is_filled", "a_writable_private_page_has_one_owner"},
    BrokenBy{"defect.fault.bad_table_is_filled", "a_page_that_two_can_write_is_of_a_shared_mapping"},
    BrokenBy{"defect.fault.bad_table_is_filled", "the_count_of_a_frame_is_its_references"},
    BrokenBy{"defect.fault.bad_table_is_filled", "rss_is_the_pages_that_are_there"},
    BrokenBy{"defect.fault.bad_table_is_filled", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.bad_table_is_refilled", "the_count_of_a_frame_is_its_references"},
    BrokenBy{"defect.fault.bad_table_is_refilled", "rss_is_the_pages_that_are_there"},
    BrokenBy{"defect.fault.bad_table_is_refilled", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.write_only", "what_may_be_written_may_be_read"},
    BrokenBy{"defect.fault.zero_page", "reserved_frames_stay_as_they_are"},
    BrokenBy{"defect.fault.zero_page", "the_count_of_a_frame_is_its_references"},
    BrokenBy{"defect.fault.zero_page", "the_pages_of_the_range_are_in_memory_and_held"},
    BrokenBy{"defect.fault.zero_page", "a_writable_private_page_has_one_owner"},
    BrokenBy{"defect.fault.zero_page", "a_write_to_the_zero_page_gets_a_frame_of_zeros"},
    BrokenBy{"defect.fault.zero_page", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.swap_read_error", "a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten"},
    BrokenBy{"defect.fault.swap_read_error", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.swap_write_error", "a_page_that_could_not_be_written_stays_dirty_in_the_swap_cache"},
    BrokenBy{"defect.fault.swap_write_error", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.read_around", "a_page_is_read_with_its_group"},
    BrokenBy{"defect.fault.debugger_stack", "entries_lie_in_areas"},
    BrokenBy{"defect.fault.debugger_stack", "the_count_of_a_frame_is_its_references"},
    BrokenBy{"defect.fault.debugger_write", "a_debugger_writes_only_what_the_process_may_write"},
    BrokenBy{"defect.fault.debugger_write", "entries_permit_no_more_than_their_areas"},
    BrokenBy{"defect.fault.debugger_write", "shared_areas_show_the_pages_of_their_object"},
    BrokenBy{"defect.fault.debugger_write", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.fork_protects_copies",
             "private_pages_that_may_be_written_are_protected_for_parent_and_child"},
    BrokenBy{"defect.fault.fork_protects_copies", "a_writable_private_page_has_one_owner"},
    BrokenBy{"defect.fault.fork_protects_copies", "a_page_that_two_can_write_is_of_a_shared_mapping"},
    BrokenBy{"defect.fault.fork_protects_copies", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.debugger_end_of_file", "behind_the_end_of_a_file_there_is_no_page"},
    BrokenBy{"defect.fault.debugger_end_of_file", "behind_the_end_of_an_object_there_is_no_page"},
    BrokenBy{"defect.fault.msync_without_slot", "msync_of_shared_memory_returns"},
    BrokenBy{"defect.fault.msync_swap_cache", "msync_leaves_shared_memory_where_it_is"},
    BrokenBy{"defect.fault.msync_swap_cache", "shared_areas_show_the_pages_of_their_object"},
    BrokenBy{"defect.fault.msync_swap_cache", "what_is_read_is_what_was_written"},
    BrokenBy{"defect.fault.msync_without_file", "msync_asks_no_file_of_a_page_that_has_none"},
    BrokenBy{"defect.fault.madvise_without_file", "advice_for_a_part_asks_no_file_of_an_area_that_has_none"},
    BrokenBy{"defect.fault.willneed_without_readpage", "advice_asks_shared_memory_for_no_method_that_it_lacks"},
    BrokenBy{"defect.fault.growth", "what_a_file_grows_by_is_zeros_in_its_last_page_too"},
    BrokenBy{"defect.fault.growth", "every_call_does_to_memory_what_it_means"},
    BrokenBy{"defect.fault.sequential_without_file",
             "a_window_that_was_passed_asks_no_file_of_a_page_that_has_none"},
    BrokenBy{"defect.fault.unreadable_buffer", "a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page"},
    BrokenBy{"defect.fault.unreadable_buffer", "what_is_to_be_written_is_up_to_date"},
    BrokenBy{"defect.fault.unreadable_buffer", "every_call_does_to_memory_what_it_means"},
};

/// What defects of memory areas break of it: their laws are those of the chapter on areas (spec/vma_defects.hpp), and these follow.
inline constexpr std::array broken_by_defects_of_areas{
    BrokenBy{"defect.vma.remap_destination", "the_areas_of_every_process_are_lawful"},
    BrokenBy{"defect.vma.stack_offset", "a_stack_does_not_grow_over_its_limits"},
};

}  // namespace refmm::process

// The laws of demand paging for any number of processes, pages, frames, slots and objects.
//
// Each is about one step of one operation at one place, from any consistent state (spec/fault_pages_operations.hpp), and about what is
// seen, counted and owned there and at any other place.
#pragma once

#include <refmm/spec/fault_pages_account_laws.hpp>
#include <refmm/spec/fault_pages_byte_laws.hpp>
#include <refmm/spec/fault_pages_entry_laws.hpp>
#include <refmm/spec/fault_part_laws.hpp>

#include <tuple>

namespace refmm::fault {

/// All of them.
inline constexpr std::tuple page_laws{a_fault_changes_nothing_that_is_seen,
                                      unmapping_changes_nothing_elsewhere,
                                      swapping_out_changes_nothing_that_is_seen,
                                      protecting_changes_nothing_that_is_seen,
                                      reclaiming_changes_nothing_that_is_seen,
                                      reading_in_changes_nothing_that_is_seen,
                                      syncing_changes_nothing_that_is_seen,
                                      writing_back_changes_nothing_that_is_seen,
                                      a_store_is_seen_where_it_must_be,
                                      fork_copies_what_is_seen,
                                      moving_carries_along_what_is_seen,
                                      swapoff_shows_what_was_in_the_slot,
                                      a_write_fault_keeps_counts,
                                      a_swap_in_keeps_counts,
                                      a_first_touch_keeps_counts,
                                      a_fault_on_an_object_keeps_counts,
                                      unmapping_keeps_counts,
                                      swapping_out_keeps_counts,
                                      reading_in_keeps_counts,
                                      a_fault_keeps_rss,
                                      swapping_out_keeps_rss,
                                      a_fault_permits_no_more,
                                      protecting_permits_no_more,
                                      accesses_are_permitted_as_areas_permit,
                                      a_fault_keeps_owners,
                                      swapping_out_keeps_owners,
                                      protecting_keeps_owners,
                                      fork_keeps_owners,
                                      syncing_keeps_owners,
                                      unmapping_loses_no_dirty_bit,
                                      swapping_out_loses_no_dirty_bit,
                                      syncing_loses_no_dirty_bit,
                                      protecting_loses_no_dirty_bit,
                                      every_byte_of_a_request_lies_in_one_part};

}  // namespace refmm::fault

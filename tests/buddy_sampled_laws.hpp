// The laws of the page allocator that are held to inputs that are made up: by RapidCheck (buddy_laws_test.cpp) and by fuzzers.
#pragma once

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_call_laws.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/buddy_merge_laws.hpp>

#include <tuple>

namespace refmm::buddy {

// In a zone that is drawn hardly any block is the one that must be free: the other laws of lists are held by examples
// (buddy_laws_example.cpp) and by theorems (proofs/buddy.cpp).
inline constexpr std::tuple sampled_laws = std::tuple_cat(
    block_laws, call_laws,
    std::tuple{the_lists_begin_lawful, nothing_is_freed_that_the_zone_has_not, what_is_in_use_can_be_freed,
               a_frame_is_freed_exactly_if_it_is_of_the_block, giving_back_keeps_the_maps,
               giving_back_leaves_lawful_blocks, giving_back_merges_as_far_as_possible,
               partners_that_merge_are_in_the_zone, giving_back_is_counted,
               blocks_of_the_largest_order_leave_their_bit, a_turn_of_splitting_keeps_the_maps,
               a_turn_of_merging_keeps_the_maps, counts_never_pass_nothing, lists_are_stacks,
               partners_leave_their_place, a_list_takes_back_its_first_block});

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) { take(sampled_laws, model::BuddySubject{}); }

}  // namespace refmm::buddy

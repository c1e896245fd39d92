// Which laws the defects of 2.4.0 break.
//
// The laws of the page allocator hold of the corrected kernel. Of the kernel as it was built these are the exceptions: where a
// [defect.buddy.*] clause decides, the law beside it does not hold of the call, or of the state that it leaves. The first one
// of a defect is the law that the defect is named for; the theorem is the one that Z3 finds it with.
#pragma once

#include <refmm/spec/clause.hpp>

#include <array>
#include <string_view>

namespace refmm::buddy {

struct BrokenBy {
  ClauseRef defect;
  std::string_view law;  // the name of a StepLaw, of a Conjunct, or of a Law
};

inline constexpr std::array broken_by{
    BrokenBy{"defect.buddy.count_underflow", "no_count_is_negative"},
    BrokenBy{"defect.buddy.larger_order", "no_release_gives_back_what_others_hold"},
    BrokenBy{"defect.buddy.larger_order", "blocks_lie_inside_the_zone"},
    BrokenBy{"defect.buddy.larger_order", "a_block_handed_out_has_one_reference"},
    BrokenBy{"defect.buddy.double_free", "exactly_the_frames_of_the_block_are_freed_and_none_was_free"},
    BrokenBy{"defect.buddy.double_free", "no_frame_is_in_two_free_blocks"},
    BrokenBy{"defect.buddy.double_free", "no_release_looks_for_a_partner_outside_of_the_zone"},
    BrokenBy{"defect.buddy.largest_double_free", "exactly_the_frames_of_the_block_are_freed_and_none_was_free"},
    BrokenBy{"defect.buddy.largest_double_free", "lists_come_back_to_their_heads"},
    BrokenBy{"defect.buddy.bootmap_last_frame",
             "boot_releases_as_many_frames_of_its_bit_map_as_it_kept_out_and_they_hold_all_bits"},
};

/// The theorem that finds a defect: the law of it does not hold of the corrected kernel but for this defect.
inline constexpr std::array found_by{
    BrokenBy{"defect.buddy.count_underflow",
             "a_counted_release_that_is_accepted_leaves_a_count_that_is_not_negative"},
    BrokenBy{"defect.buddy.larger_order",
             "no_release_is_accepted_of_a_block_of_which_another_frame_has_references"},
    BrokenBy{"defect.buddy.double_free", "no_release_is_accepted_of_a_block_with_a_frame_that_is_free_already"},
    BrokenBy{"defect.buddy.largest_double_free",
             "no_release_is_accepted_of_a_block_of_the_largest_order_with_a_frame_that_is_free_already"},
    BrokenBy{"defect.buddy.bootmap_last_frame",
             "boot_releases_as_many_frames_of_its_bit_map_as_it_kept_out_and_they_hold_all_bits"},
};

}  // namespace refmm::buddy

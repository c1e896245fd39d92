// Which laws the defects of 2.4.0 break.
//
// The laws of memory areas hold of the corrected kernel. Of the kernel as it was built these are the exceptions: where a
// [defect.vma.*] clause decides, the law beside it does not hold of the call, or of the state that it leaves. The first one
// of a defect is the law that the defect is named for.
#pragma once

#include <refmm/spec/clause.hpp>

#include <array>
#include <string_view>

namespace refmm::vma {

struct BrokenBy {
  ClauseRef defect;
  std::string_view law;  // the name of a StepLaw or of a Conjunct
};

inline constexpr std::array broken_by{
    BrokenBy{"defect.vma.map_count_limit", "mmap_stays_within_the_number_of_areas"},
    BrokenBy{"defect.vma.map_count_limit", "do_brk_stays_within_the_number_of_areas"},
    BrokenBy{"defect.vma.split_limit", "splits_stay_within_the_number_of_areas"},
    BrokenBy{"defect.vma.split_limit", "mremap_stays_within_the_number_of_areas"},
    BrokenBy{"defect.vma.stack_offset", "no_stack_grows_below_the_beginning_of_its_file"},
    BrokenBy{"defect.vma.lock_future", "locking_what_is_to_come_leaves_what_is"},
    BrokenBy{"defect.vma.find_vma_prev", "find_vma_prev_finds_the_area_in_front_too"},
    BrokenBy{"defect.vma.tree_keys", "the_tree_holds_the_areas_in_the_order_of_the_list"},
    BrokenBy{"defect.vma.remap_shrinks_and_moves", "mremap_of_more_than_one_area_does_nothing"},
    BrokenBy{"defect.vma.remap_zero_length", "mremap_makes_no_area_of_no_pages"},
    BrokenBy{"defect.vma.remap_zero_length", "areas_have_a_page"},
    BrokenBy{"defect.vma.remap_zero_length", "no_assertion_about_pages_to_fault_in"},
    BrokenBy{"defect.vma.remap_destination", "a_destination_that_stays_ends_the_call"},
    BrokenBy{"defect.vma.remap_destination", "no_address_is_in_two_areas"},
    BrokenBy{"defect.vma.remap_source", "what_is_moved_means_what_it_meant"},
    BrokenBy{"defect.vma.remap_shrinks_checked", "mremap_of_what_is_not_mapped_does_nothing"},
    BrokenBy{"defect.vma.remap_shrinks_checked", "mremap_of_more_than_one_area_does_nothing"},
    BrokenBy{"defect.vma.remap_shrinks_checked", "a_tail_that_stays_ends_the_call"},
    BrokenBy{"defect.vma.remap_tail", "a_tail_that_stays_ends_the_call"},
    BrokenBy{"defect.vma.remap_looks_first", "mremap_of_what_is_not_mapped_does_nothing"},
    BrokenBy{"defect.vma.remap_looks_first", "mremap_of_more_than_one_area_does_nothing"},
    BrokenBy{"defect.vma.remap_looks_first", "mremap_lengthens_no_area_that_must_not_expand"},
    BrokenBy{"defect.vma.remap_offset", "mremap_lengthens_no_area_over_the_last_page_offset"},
    BrokenBy{"defect.vma.remap_noreserve", "mremap_of_charged_memory_takes_free_pages"},
};

}  // namespace refmm::vma

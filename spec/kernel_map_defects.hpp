// Which laws the defects of 2.4.0 break, and what finds each.
//
// The laws of paging and of the kernel's mappings hold of the corrected kernel. Of the kernel as it was built these are the
// exceptions: where a [defect.kernel.*] clause decides, the law beside it does not hold of the call, or of the state that it leaves.
// The first one of a defect is the law that the defect is named for.
#pragma once

#include <refmm/spec/clause.hpp>

#include <array>
#include <string_view>

namespace refmm::kernel_map {

struct BrokenBy {
  ClauseRef defect;
  std::string_view law;  // the name of a StepLaw or of a Conjunct
};

inline constexpr std::array broken_by{
    BrokenBy{"defect.kernel.first_area_limit", "areas_are_refused_exactly_where_there_is_no_room"},
    BrokenBy{"defect.kernel.first_area_limit", "areas_lie_inside_the_range"},
    BrokenBy{"defect.kernel.area_at_zero", "areas_are_refused_exactly_where_there_is_no_room"},
    BrokenBy{"defect.kernel.area_at_zero", "areas_lie_inside_the_range"},
    BrokenBy{"defect.kernel.area_wraps", "no_assertion_about_pages_to_map"},
    BrokenBy{"defect.kernel.flush_before_free", "no_frame_is_given_back_before_the_flush"},
    BrokenBy{"defect.kernel.vfree_to_the_top", "nothing_of_an_area_stays_mapped"},
    BrokenBy{"defect.kernel.ioremap_last_page", "every_byte_asked_for_is_mapped_to_the_byte_meant"},
    BrokenBy{"defect.kernel.ioremap_last_page", "a_new_area_has_the_bytes_asked_for_and_a_guard_page"},
    BrokenBy{"defect.kernel.ioremap_one_byte", "no_assertion_about_pages_to_map"},
    BrokenBy{"defect.kernel.stand_in_table", "a_slot_without_a_table_stays_empty"},
    BrokenBy{"defect.kernel.stand_in_table", "other_tables_come_from_the_page_source"},
    BrokenBy{"defect.kernel.stand_in_table", "nothing_is_mapped_outside_areas"},
    BrokenBy{"defect.kernel.stand_in_refilled", "a_vmalloc_that_fails_half_way_leaves_nothing_but_tables"},
    BrokenBy{"defect.kernel.stand_in_aliases", "a_new_area_has_the_bytes_asked_for_and_a_guard_page"},
    BrokenBy{"defect.kernel.user_fault", "an_access_of_a_program_to_the_kernels_half_ends_with_the_signal"},
    BrokenBy{"defect.kernel.kmap_window", "areas_lie_inside_the_range"},
    BrokenBy{"defect.kernel.kmap_window", "areas_are_refused_exactly_where_there_is_no_room"},
    BrokenBy{"defect.kernel.ioremap_high_ram", "ioremap_refuses_ram_in_use"},
    BrokenBy{"defect.kernel.iounmap_frees_ram", "what_ioremap_has_mapped_is_not_given_back"},
};

}  // namespace refmm::kernel_map

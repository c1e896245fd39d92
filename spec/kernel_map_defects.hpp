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
};

}  // namespace refmm::kernel_map

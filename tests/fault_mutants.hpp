// The mistakes in demand paging that the model can be told to make, by name. Each stands beside the line that it changes
// (model/fault*.hpp, model/process*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>

namespace refmm {

inline constexpr std::array fault_mutants{
    Mutant{"fault.wp.never_copies", "a write to a page that others have, too, goes through to all of them"},
};

}  // namespace refmm

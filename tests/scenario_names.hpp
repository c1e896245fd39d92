// The names of figures and pictures in a scenario. Part of scenario.hpp.
#pragma once

#include <refmm/tests/scenario.hpp>

namespace refmm::scenario {

/// Checks that each name is made once, that arithmetic uses figures above it and the narration those that there are, and that each
/// figure is used. Throws InputError.
void check_names(const Scenario& scenario);

}  // namespace refmm::scenario

// What refmm demo says of a scenario, for people.
#pragma once

#include <refmm/tests/scenario.hpp>
#include <refmm/tests/scenario_run.hpp>

#include <cstddef>
#include <string>

namespace refmm::command {

/// The scenario as it was carried out, told line by line in so many columns: text with its figures, calls with their results,
/// explanations, pictures; in colour for a terminal.
std::string text_of(const scenario::Scenario& scenario, const scenario::Performed& performed, std::size_t columns,
                    bool colour);

}  // namespace refmm::command

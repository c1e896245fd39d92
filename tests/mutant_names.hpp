// The names of all mutants of models and implementations, as they stand in the sources (spec/mutant.hpp).
#pragma once

#include <span>
#include <string_view>

namespace refmm {

/// Ascending. Its source is written by cmake/mutant_names.cmake.
std::span<const std::string_view> all_mutant_names();

}  // namespace refmm

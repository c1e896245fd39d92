// The scenarios, as they were when refmm was built.
#pragma once

#include <span>
#include <string_view>

namespace refmm::scenario {

/// A file of tests/scenarios: a transcript, or the figures that were kept of a run.
struct Embedded {
  std::string_view file;  // tests/scenarios/fork.mmt
  std::string_view text;
};

/// All of them, by name.
std::span<const Embedded> embedded();

}  // namespace refmm::scenario

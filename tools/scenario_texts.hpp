// The scenarios, as they were when refmm was built.
#pragma once

#include <refmm/tools/embedded_file.hpp>

#include <span>

namespace refmm::scenario {

/// The files of tests/scenarios by their names: transcripts, and figures that were kept of runs.
std::span<const EmbeddedFile> embedded();

}  // namespace refmm::scenario

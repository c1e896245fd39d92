// The end of a transcript of the kernel family: the state that it leaves behind, for commands that look at it.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/kernel_map_family.hpp>

namespace refmm::replay {

struct KernelMapEnd {
  Position at;  // of the last line
  KernelMapFamily::Boot boot;
  KernelMapFamily::State state;
};

/// Carries the last transcript of a file out on 2.4.0 as it was built. Throws InputError for a line without meaning, a transcript of
/// another family, one that says something else than the model, and one with a call behind which nothing is defined.
KernelMapEnd kernel_map_end(transcript::File file);

}  // namespace refmm::replay

// The end of a transcript: the state that it leaves behind, for commands that look at it.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/kernel_map_family.hpp>

#include <variant>

namespace refmm::replay {

template <class Family>
struct End {
  Position at;  // of the last line
  typename Family::Boot boot;
  typename Family::State state;
};

/// Of a transcript of one of the families that have page tables.
using AnyEnd = std::variant<End<KernelMapFamily>, End<FaultFamily>>;

/// Carries the last transcript of a file out on 2.4.0 as it was built. Throws InputError for a line without meaning, a transcript of
/// another family, one that says something else than the model, and one with a call behind which nothing is defined.
AnyEnd end_of(transcript::File file);

}  // namespace refmm::replay

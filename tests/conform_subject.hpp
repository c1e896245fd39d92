// The running kernel as a subject: transcripts of the since family are replayed on it.
#pragma once

#include <refmm/tests/conform_launch.hpp>
#include <refmm/tests/since_subject.hpp>

#include <memory>
#include <optional>

namespace refmm {

/// The running kernel. Its version is what it is, whatever era a transcript is of. reset() throws std::invalid_argument where this
/// machine or the sandbox has no process for it.
std::unique_ptr<SinceSubject> make_running_kernel();

/// Why there is no such process for programs of so many bits; nothing if there is.
std::optional<conform::Refusal> no_running_kernel(unsigned bits);

}  // namespace refmm

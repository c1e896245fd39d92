// A session as a transcript of the since family.
#pragma once

#include <refmm/tests/conform_shrink.hpp>

#include <string>

namespace refmm::conform {

/// The transcript: the files, the calls with what the model says of each, and as comments what the kernel did at the last one and the
/// clauses that decided.
std::string transcript_of(const Shown& shown);

/// The version that the running kernel gives itself: `6.18.44`.
std::string running_version_text();

}  // namespace refmm::conform

// A session as a transcript of the since family.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/conform_shrink.hpp>

#include <string>
#include <vector>

namespace refmm::conform {

/// The transcript: the files, the calls with what the model says of each, and as comments what the kernel did at the last one and the
/// clauses that decided.
std::string transcript_of(const Shown& shown);

/// The session that the last transcript of a file is, with the results that the model has. Throws InputError.
struct Scripted {
  Session session;
  std::vector<std::string> results;  // of each step
};
Scripted session_of(const transcript::File& file);

}  // namespace refmm::conform

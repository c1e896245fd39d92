// What refmm run --strace and refmm trace say of a log, for people.
#pragma once

#include <refmm/tests/strace_replay.hpp>

#include <string>

namespace refmm::command {

/// `mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f6f2d00d000`: a call as the log has it.
std::string text_of(const strace::Call& call);

/// Every call about memory areas, with its verdict and the clauses that decided it.
std::string explanations(const strace::Log& log, const strace::ReplayReport& report);

/// Every result that the semantics does not allow: where, the call, what is allowed, and the clause with its first sentence.
std::string mistakes(const strace::Log& log, const strace::ReplayReport& report);

/// How many calls there are, how many were judged, what was learnt, what is not modelled, by name; and whether all is allowed.
std::string summary(const strace::Log& log, const strace::ReplayReport& report, since::Version version);

}  // namespace refmm::command

// A session as a C program: for those who want to see for themselves what a kernel does.
#pragma once

#include <refmm/tests/conform_session.hpp>

#include <string>

namespace refmm::conform {

/// A program that makes the calls of a session and prints what came of each, one a line, as transcripts write results. It calls the
/// kernel without the library's wrappers, and lays out its address space as of old, without randomness, before it begins.
/// `comment` stands at its head, `expected` behind each call, if there are so many.
std::string program_of(const Session& session, const std::string& comment,
                       const std::vector<std::string>& expected);

}  // namespace refmm::conform

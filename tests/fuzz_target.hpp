// Entry points for fuzzers: libFuzzer, and whatever drives programs that are written for it (AFL++, OSS-Fuzz).
//
// A program has one or more targets. Which one gets the input is said by the name that the program is called by, as these engines know
// targets by the names of files, or by --target=NAME. Without either, the first word of the input chooses.
//
//   --list           prints the targets, with the clauses that they are about
//   --target=NAME    this one
//   --mutant=NAME    a mistake of the model or the implementation is switched on (spec/mutant.hpp)
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace refmm {

struct FuzzTarget {
  std::string name;
  std::string about;                                              // a clause, or what it does
  std::function<std::string(std::span<const std::uint8_t>)> run;  // what is wrong, for people; empty if nothing is
};

/// The targets of this program.
std::vector<FuzzTarget> fuzz_targets();

}  // namespace refmm

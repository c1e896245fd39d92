// What of a counterexample matters: for each call the values that an argument might as well have, and what comes of the others
// without it.
//
// A shrunk script says `8192` where anything above 4096 would have done. Each number of each call is therefore changed, alone, and the
// script tried again: as long as its last call still fails in the same way, and against the same clause, the number does not matter.
// What is said is what was tried: the values at both ends of a range, those next to them that fail to fail, and some twenty
// in between.
#pragma once

#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace refmm {

/// As lines of a transcript's comments, without their mark.
struct Explanation {
  struct OfCall {
    std::vector<std::string>
        arguments{};        // "len = 8192 (any 4097..12288)", one for each argument that may be another
    std::string without{};  // "both answer -1 ENOMEM"; empty of the last call
  };
  std::vector<OfCall> calls{};  // as many as the script has items; none if it was not looked into
  std::string why_not{};        // "it has more than 24 calls", where it was not
  std::string
      together{};  // "0x40000000 may be any 0x1000..0xbfffe000, in steps of 0x1000": all addresses moved at once
};

/// Longer scripts are not looked into.
inline constexpr std::size_t longest_explained = 24;

/// What matters of a script that failing_part returned. `go_on` is asked before each try; when it returns false nothing is explained but
/// that there was no time, as half an explanation would mislead.
template <class Family>
Explanation explain(const shrink::Script<Family>& failing, Trials<Family>& trials,
                    const std::function<bool()>& go_on);

}  // namespace refmm

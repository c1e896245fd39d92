// The second stage of shrinking: from any failing script to the one transcript that shows its bug.
//
// RapidCheck's own shrinking removes commands and makes arguments smaller one at a time; for one bug it ends in as many
// places as it began from. Here a script is made simpler by a fixed list of moves (tests/shrink_moves.hpp), some of
// which change many commands at once, until none of them leads to a simpler script that still fails. What is simpler
// is a total order (tests/shrink_order.hpp), so wherever the search begins it is drawn to the same script.
//
// Nothing here knows how a script fails: that is a function. The search serves every subject.
#pragma once

#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace refmm::shrink {

/// Tries a script. What of it still fails, cut behind the command that fails and without what has no meaning; nothing
/// if all of it agrees.
using Fails = std::function<std::optional<Script>(const Script&)>;

/// Asked before each try, with the best script so far: false ends the search.
using GoOn = std::function<bool(const Script& best, std::uint64_t tries)>;

struct Shrunk {
  Script script;
  std::uint64_t tries;  // scripts that were tried
  bool finished;        // no move makes it simpler; false if the search was ended
};

/// Makes a script that fails as simple as it gets.
Shrunk simplify(const Script& failing, const Fails& fails, const GoOn& go_on);

}  // namespace refmm::shrink

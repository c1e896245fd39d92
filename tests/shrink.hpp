// The second stage of shrinking: from any failing script to the one transcript that shows its bug.
//
// RapidCheck's own shrinking removes commands and makes arguments smaller one at a time; for one bug it ends in as many
// places as it began from. Here a script is made simpler by a fixed list of moves (Shrinking<Family>::moves), some of
// which change many commands at once, until none of them leads to a simpler script that still fails. What is simpler
// is a total order (Shrinking<Family>::rank), so wherever the search begins it is drawn to the same script. Where moves come to an end
// early, the plainest sessions that there are come last (tests/shrink_least.hpp).
//
// Nothing here knows how a script fails: that is a function. The search serves every family and every subject.
#pragma once

#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>

namespace refmm::shrink {

/// Tries a script. What of it still fails, cut behind the command that fails and without what has no meaning; nothing
/// if all of it agrees.
template <class Family>
using Fails = std::function<std::optional<Script<Family>>(const Script<Family>&)>;

/// Asked before each try, with the best script so far: false ends the search.
template <class Family>
using GoOn = std::function<bool(const Script<Family>& best, std::uint64_t tries)>;

template <class Family>
struct Shrunk {
  Script<Family> script;
  std::uint64_t tries;  // scripts that were tried
  bool finished;        // no move makes it simpler; false if the search was ended
};

/// Makes a script that fails as simple as it gets.
template <class Family>
Shrunk<Family> simplify(const Script<Family>& failing, const std::type_identity_t<Fails<Family>>& fails,
                        const std::type_identity_t<GoOn<Family>>& go_on);

}  // namespace refmm::shrink

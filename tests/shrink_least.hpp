// The last stage of shrinking: the least sessions that there are, whatever the one at hand looks like.
//
// Moves change a script bit by bit, and one bug may end in as many places as there are ways to it. Short sessions can be tried instead
// in the order of their length, on the plainest machines, each next command out of a list of plain ones. The first that fails is the
// same wherever the search has come from. There are few enough of them if only what is new is tried: sessions that lead to the same
// state are one, and of two calls one after the other that the same clauses decide, in states that are alike and lead to such, the
// first few stand for all.
//
// A family takes part if Shrinking<Family> (tests/shrink_script.hpp) has
//
//   most_least                  how many such sessions are tried on one machine: whatever the script, so that the same is found
//   plain_boots(script)         the plainest machines that there are for a script, each with the most commands that are tried on it,
//                               the plainest first
//   plain_items(script, state)  plain commands that may follow a script, which leads to the state
//   kind_of(command)            a number that commands of one kind have in common
//   outline(state)              what two states have in common that are alike, as a fingerprint
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/fingerprint.hpp>
#include <refmm/tests/shrink_plain.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace refmm::shrink {

template <class Family>
concept HasPlainSessions = requires { Shrinking<Family>::most_least; };

/// Plain sessions on one machine, in the order of their length.
template <class Family>
class LeastSessions {
  using Own = Shrinking<Family>;

 public:
  explicit LeastSessions(const typename Family::Boot& boot) {
    auto state = Family::boot(boot);
    const Fingerprint outline = Own::outline(state);
    seen_.insert(fingerprint_of(state));
    beginnings_.push_back({{boot, {}}, std::move(state), {}, outline, 0});
  }

  /// Proposes the sessions with one command more than the last time. Those that are taken are no beginnings of others. Returns whether
  /// one was.
  bool propose_longer(const Propose<Family>& propose) {
    std::vector<Session> longer;
    bool taken = false;
    for (const Session& beginning : beginnings_) {
      for (const Item<Family>& item : Own::plain_items(beginning.script, beginning.state)) {
        const auto command = beginning.resolver.resolve(item, beginning.state);
        if (!command) continue;
        if (tried_ == Own::most_least) return taken;
        auto outcome = Family::step(beginning.script.boot, beginning.state, *command);
        const Fingerprint outline = Own::outline(outcome.state);
        const Fingerprint call = call_of(beginning.outline, *command, outcome, outline);
        Fingerprint calls = call;
        calls.add(beginning.last_call);
        if (++alike_[calls] > most_alike(beginning.script.items.size())) continue;
        ++tried_;
        Script<Family> script = beginning.script;
        script.items.push_back(item);
        if (propose(script)) {
          taken = true;
          continue;
        }
        if (Family::ends_everything(outcome.result) || !seen_.insert(fingerprint_of(outcome.state)).second)
          continue;
        longer.push_back({std::move(script), std::move(outcome.state), beginning.resolver, outline, call.first});
        longer.back().resolver.note(item, outcome.result);
      }
    }
    beginnings_ = std::move(longer);
    return taken;
  }

 private:
  /// Of short sessions more are tried that are alike.
  static unsigned most_alike(std::size_t commands_before) {
    return commands_before == 0 ? 16 : commands_before == 1 ? 4 : 1;
  }

  struct Session {
    Script<Family> script;
    typename Family::State state;
    typename Own::Resolver resolver;
    Fingerprint outline;
    std::uint64_t last_call;  // what it did
  };

  /// What a call does. With what the one before it did it makes a difference: a mistake may show later than it is made.
  static Fingerprint call_of(const Fingerprint& before, const typename Family::Command& command,
                             const auto& outcome, const Fingerprint& after) {
    Fingerprint call = before;
    call.add(Own::kind_of(command));
    call.add(outcome.result.index());
    call.add(after.first);
    for (const ClauseRef clause : outcome.because) add(call, clause->name);
    return call;
  }

  std::vector<Session> beginnings_{};
  std::unordered_set<Fingerprint, FingerprintHash> seen_{};
  std::unordered_map<Fingerprint, unsigned, FingerprintHash> alike_{};
  std::uint64_t tried_ = 0;
};

/// Proposes the plain sessions of a family that are no longer than the script, nor than one that was taken. Returns whether one was.
template <HasPlainSessions Family>
bool propose_least_sessions(const Script<Family>& script, const Propose<Family>& propose) {
  const auto boots = Shrinking<Family>::plain_boots(script);
  std::vector<LeastSessions<Family>> machines;
  for (const auto& plain : boots) machines.emplace_back(plain.boot);
  bool taken = false;
  for (std::size_t length = 1; length <= script.items.size() && !taken; ++length) {
    for (std::size_t i = 0; i < boots.size(); ++i) {
      if (length <= boots[i].longest && machines[i].propose_longer(propose)) taken = true;
    }
  }
  return taken;
}

}  // namespace refmm::shrink

// Sessions as an entry point for fuzzers: a transcript is the input, and what it says is carried out on the implementation beside the model, as
// refmm check does (check_lockstep.hpp).
//
// The fuzzer does not change the bytes of a transcript but its commands: it leaves some out, lets the random caller of the family go on in the
// middle, makes something simpler with a move of shrinking, or goes on with another transcript. What comes of it is a transcript
// again, so recordings are a corpus as they are, and what is found can be replayed by refmm run.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check_counterexample.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/fuzz_target.hpp>
#include <refmm/tests/shrink_script.hpp>
#include <refmm/tests/transcript_sessions.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

template <class Family>
class FuzzedSessions {
 public:
  using Script = shrink::Script<Family>;
  using Commands = std::vector<typename Family::Command>;

  /// Of a text that is no transcript of the family: nothing.
  static std::vector<Script> scripts_in(std::string_view text) {
    std::vector<Script> scripts;
    try {
      for (const auto& session :
           sessions_in<Family>(transcript::parse(transcript::Source("the input", std::string(text))))) {
        if (Own::keeps_invariant(session.boot, Family::boot(session.boot)))
          scripts.push_back(Moves::script_of(session.boot, session.commands));
      }
    } catch (const InputError&) {
      scripts.clear();
    }
    return scripts;
  }

  /// The transcript that a script comes to in the model, as far as it fits into `most_bytes`.
  static std::string text_of(const Script& script, std::size_t most_bytes) {
    std::string text = Own::boot_notation(script.boot, false) + '\n';
    auto state = Family::boot(script.boot);
    for (const auto& command : shrink::commands_of(script)) {
      auto outcome = Family::step(script.boot, std::move(state), command);
      state = std::move(outcome.state);
      const std::string result = Own::notation(command, outcome.result);
      const std::string line = Own::notation(command) + (result.empty() ? "" : " = " + result) + '\n';
      if (text.size() + line.size() > most_bytes) break;
      text += line;
    }
    return text;
  }

  /// The counterexample that the first script comes to on which model and subject differ; empty if they agree.
  static std::string difference(std::span<const Script> scripts, Subject<Family>& subject) {
    for (const Script& script : scripts) {
      const std::string text = difference(script, subject);
      if (!text.empty()) return text;
    }
    return "";
  }

  /// Another script, near to this one.
  static Script changed(const Script& script, std::mt19937& random) {
    if (script.items.empty()) return continued(script, 0, random);
    switch (random() % 4) {
      case 0:
        return shortened(script, random);
      case 1:
        return simpler(script, random);
      case 2:
        return continued(script, script.items.size(), random);
      default:
        return continued(script, random() % script.items.size(), random);
    }
  }

  /// The beginning of one, and after it the end of another.
  static Script crossed(const Script& one, const Script& other, std::mt19937& random) {
    Script made{one.boot, {}};
    made.items.assign(one.items.begin(), place_in(one, random));
    made.items.insert(made.items.end(), place_in(other, random), other.items.end());
    return made;
  }

 private:
  using Own = Checking<Family>;
  using Moves = shrink::Shrinking<Family>;

  static auto place_in(const Script& script, std::mt19937& random) {
    return script.items.begin() + static_cast<std::ptrdiff_t>(random() % (script.items.size() + 1));
  }

  /// Without some commands that follow each other.
  static Script shortened(Script script, std::mt19937& random) {
    const std::size_t first = random() % script.items.size();
    const std::size_t count =
        std::min<std::size_t>(1 + random() % (1u << random() % 8), script.items.size() - first);
    const auto begin = script.items.begin() + static_cast<std::ptrdiff_t>(first);
    script.items.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    return script;
  }

  /// What one of the moves of shrinking proposes; as it is if that proposes nothing.
  static Script simpler(const Script& script, std::mt19937& random) {
    const auto moves = Moves::moves();
    std::size_t passed_over = random() % 16;
    Script proposed = script;
    moves[random() % moves.size()](script, [&](Script candidate) {
      proposed = std::move(candidate);
      return passed_over-- == 0;
    });
    return proposed;
  }

  /// With some commands of a random caller from `position` on.
  static Script continued(const Script& script, std::size_t position, std::mt19937& random) {
    const auto rest = script.items.begin() + static_cast<std::ptrdiff_t>(position);
    const Script before{script.boot, {script.items.begin(), rest}};
    Commands commands = shrink::commands_of(before);
    auto state = Family::boot(script.boot);
    bool ended = false;
    const auto step = [&](const typename Family::Command& command) {
      auto outcome = Family::step(script.boot, std::move(state), command);
      state = std::move(outcome.state);
      ended = Family::ends_everything(outcome.result);
      return outcome.result;
    };
    for (const auto& command : commands) step(command);
    auto session = Own::draw_session(random(), random());
    Own::boot_of(session) = script.boot;
    typename Own::Caller caller(std::move(session));
    for (std::size_t more = 1 + random() % 32; more != 0 && !ended; --more) {
      const auto command = caller.next(state);
      if (!command) break;
      commands.push_back(*command);
      caller.answered(*command, step(*command));
    }
    Script made = Moves::script_of(script.boot, commands);
    made.items.insert(made.items.end(), rest, script.items.end());
    return made;
  }

  static std::string difference(const Script& script, Subject<Family>& subject) {
    std::optional<Lockstep<Family>> lockstep;
    try {
      lockstep.emplace(script.boot, subject);
    } catch (const std::invalid_argument&) {
      return "";  // a machine that the subject has not
    }
    typename Moves::Resolver resolver;
    Script carried_out{script.boot, {}};
    for (const auto& item : script.items) {
      if (!lockstep->agree() || lockstep->ended()) break;
      const auto command = resolver.resolve(item, lockstep->state());
      if (!command) continue;
      carried_out.items.push_back(item);
      if (lockstep->step(*command)) resolver.note(item, lockstep->result());
    }
    return lockstep->agree() ? "" : counterexample(carried_out, testimony(*lockstep), Own::replay_options).text;
  }

  static Testimony testimony(const Lockstep<Family>& lockstep) {
    Testimony made{.finding = lockstep.finding()};
    if (lockstep.command()) made.result = Own::notation(*lockstep.command(), lockstep.answer().result);
    for (const auto& effect : lockstep.answer().effects) made.effects.push_back(Own::notation(effect));
    made.query = Own::query_that_shows(made.finding, lockstep.state());
    made.block = Own::block_of(made.query, lockstep.observed());
    return made;
  }
};

// ---- As libFuzzer calls it ----------------------------------------------------------------------------------------------

/// The target of a family: it holds an implementation that can be told to make mistakes to the model.
template <class Family>
FuzzTarget session_target(std::string name) {
  using Sessions = FuzzedSessions<Family>;
  const std::shared_ptr<Subject<Family>> subject = Checking<Family>::make_mutable_implementation();
  return {std::move(name), "the implementation does what the model does, and keeps the laws",
          [subject](std::span<const std::uint8_t> bytes) {
            const auto scripts = Sessions::scripts_in({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
            return Sessions::difference(scripts, *subject);
          }};
}

namespace detail {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Any of the sessions in a text; of a text without sessions, an empty one on a machine that is drawn.
template <class Family>
shrink::Script<Family> any_script_in(std::string_view text, std::mt19937& random) {
  auto scripts = FuzzedSessions<Family>::scripts_in(text);
  if (!scripts.empty()) return std::move(scripts[random() % scripts.size()]);
  auto session = Checking<Family>::draw_session(random(), random());
  return {Checking<Family>::boot_of(session), {}};
}

template <class Family>
std::size_t write(const shrink::Script<Family>& script, std::uint8_t* out, std::size_t most_bytes) {
  const std::string text = FuzzedSessions<Family>::text_of(script, most_bytes);
  const std::size_t size = std::min(text.size(), most_bytes);
  std::copy_n(text.begin(), size, out);
  return size;
}

}  // namespace detail

template <class Family>
std::size_t mutate_session(std::uint8_t* data, std::size_t size, std::size_t most_bytes, unsigned seed) {
  std::mt19937 random(seed);
  const auto script = detail::any_script_in<Family>(detail::as_text(data, size), random);
  return detail::write<Family>(FuzzedSessions<Family>::changed(script, random), data, most_bytes);
}

template <class Family>
std::size_t cross_sessions(std::string_view one, std::string_view other, std::uint8_t* out, std::size_t most_bytes,
                           unsigned seed) {
  std::mt19937 random(seed);
  const auto first = detail::any_script_in<Family>(one, random);
  const auto second = detail::any_script_in<Family>(other, random);
  return detail::write<Family>(FuzzedSessions<Family>::crossed(first, second, random), out, most_bytes);
}

}  // namespace refmm

/// The entry points of a program that fuzzes the sessions of a family.
#define REFMM_FUZZ_SESSIONS(Family, name)                                                                      \
  std::vector<refmm::FuzzTarget> refmm::fuzz_targets() { return {session_target<Family>(name)}; }              \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most_bytes, \
                                                 unsigned seed) {                                              \
    return refmm::mutate_session<Family>(data, size, most_bytes, seed);                                        \
  }                                                                                                            \
  extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,              \
                                                   const std::uint8_t* other, std::size_t other_size,          \
                                                   std::uint8_t* out, std::size_t most_bytes, unsigned seed) { \
    return refmm::cross_sessions<Family>(refmm::detail::as_text(one, one_size),                                \
                                         refmm::detail::as_text(other, other_size), out, most_bytes, seed);    \
  }                                                                                                            \
  static_assert(true)

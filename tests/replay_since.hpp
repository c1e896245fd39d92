// The notation of the since family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/since_transcript.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>
#include <refmm/tests/since_family.hpp>

#include <optional>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<SinceFamily> {
  static constexpr const char* what_fits = "an address space that fits into the machine";
  struct Memory {};
  using Question = since::Question;
  struct BootLine {
    SinceFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static SinceFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                       const transcript::Set& set);
  static SinceFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                        const SinceFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const SinceFamily::Command& command,
                                 const transcript::Result& result);
  static SinceFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const SinceFamily::State& now, const Memory& memory);

  static void remember(Memory&, const SinceFamily::Command&, const SinceFamily::Result&, Position) {}
  static bool returns_something(const SinceFamily::Command&) { return true; }

  static std::string notation(const SinceFamily::Command& command, const SinceFamily::Result& result);
  static std::string notation(const SinceFamily::Effect&) { return ""; }
  static std::vector<std::string> answer(const Question& question, const SinceFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<SinceFamily>* subject(const Options& options) { return options.implementation.since; }
  /// There is one kernel of an era: its defects are those that it has.
  static std::optional<SinceFamily::Boot> corrected(const SinceFamily::Boot&) { return std::nullopt; }
  static bool same(const SinceFamily::State& one, const SinceFamily::State& other) { return one == other; }
  static bool shows_lookup(const Question&) { return false; }
  static SinceFamily::State with_lookup_of(const SinceFamily::State&, SinceFamily::State seen) { return seen; }
};

}  // namespace refmm::replay

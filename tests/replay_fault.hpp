// The notation of the fault family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_picture.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<FaultFamily> {
  static constexpr const char* what_fits = "processes that fit into the machine";
  struct Memory {};  // calls mean the same whatever came before
  using Question = process::Question;
  struct BootLine {
    FaultFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static FaultFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                       const transcript::Set& set);
  static FaultFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                        const FaultFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const FaultFamily::Command& command,
                                 const transcript::Result& result);
  static FaultFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const FaultFamily::State& now, const Memory& memory);

  static void remember(Memory&, const FaultFamily::Command&, const FaultFamily::Result&, Position) {}
  static bool returns_something(const FaultFamily::Command& command);

  static std::string notation(const FaultFamily::Command& command, const FaultFamily::Result& result);
  static std::string notation(const FaultFamily::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const FaultFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<FaultFamily>* subject(const Options& options) { return options.implementation.fault; }
  static std::optional<FaultFamily::Boot> corrected(const FaultFamily::Boot& boot);
  static bool same(const FaultFamily::State& one, const FaultFamily::State& other);
  static bool shows_lookup(const Question&) { return false; }
  static FaultFamily::State with_lookup_of(const FaultFamily::State&, FaultFamily::State seen) { return seen; }

  static constexpr std::span<const to_scale::Ink> inks = process::picture_inks;
  static std::vector<std::string> picture(const FaultFamily::State& state, const FaultFamily::Boot& boot);
  static bool draws(const Question& question);
};

}  // namespace refmm::replay

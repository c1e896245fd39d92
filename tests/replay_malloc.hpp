// The notation of the malloc family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/malloc_picture.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<MallocFamily> {
  static constexpr const char* what_fits = "a heap that fits into the machine";
  struct Memory {};  // calls mean the same whatever came before
  using Question = malloc::Question;
  struct BootLine {
    MallocFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static MallocFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                        const transcript::Set& set);
  static MallocFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                         const MallocFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const MallocFamily::Command& command,
                                 const transcript::Result& result);
  static MallocFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const MallocFamily::State& now, const Memory& memory);

  static void remember(Memory&, const MallocFamily::Command&, const MallocFamily::Result&, Position) {}
  static bool returns_something(const MallocFamily::Command& command);

  static std::string notation(const MallocFamily::Command& command, const MallocFamily::Result& result);
  static std::string notation(const MallocFamily::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const MallocFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<MallocFamily>* subject(const Options& options) { return options.implementation.malloc; }
  static std::optional<MallocFamily::Boot> corrected(const MallocFamily::Boot& boot);
  static bool same(const MallocFamily::State& one, const MallocFamily::State& other);
  static bool shows_lookup(const Question&) { return false; }
  static MallocFamily::State with_lookup_of(const MallocFamily::State&, MallocFamily::State seen) { return seen; }
  static MallocFamily::State with_leftovers_of(const MallocFamily::Boot& boot, const MallocFamily::State& model,
                                               MallocFamily::State seen);

  static constexpr std::span<const to_scale::Ink> inks = malloc::picture_inks;
  static std::vector<std::string> picture(const MallocFamily::State& state, const MallocFamily::Boot& boot);
  static bool draws(const Question& question) {
    return question.block == Question::Block::heap || question.block == Question::Block::bins;
  }
};

}  // namespace refmm::replay

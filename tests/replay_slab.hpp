// The notation of the slab family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_picture.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>
#include <refmm/tests/slab_family.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<SlabFamily> {
  static constexpr const char* what_fits = "slabs that fit into the machine";
  using Memory = slab::Holdings;
  using Question = slab::Question;
  struct BootLine {
    Machine boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static slab::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                const transcript::Set& set);
  static slab::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                 const slab::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const slab::Command& command,
                                 const transcript::Result& result);
  static slab::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const slab::State& now, const Memory& memory);

  static void remember(Memory& memory, const slab::Command& command, const slab::Result& result, Position at);
  static bool returns_something(const slab::Command& command);

  static std::string notation(const slab::Command& command, const slab::Result& result);
  static std::string notation(const slab::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const slab::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<SlabFamily>* subject(const Options& options) { return options.implementation.slab; }
  static std::optional<Machine> corrected(const Machine&) { return std::nullopt; }
  static bool same(const slab::State& one, const slab::State& other) { return one == other; }
  static bool shows_lookup(const Question&) { return false; }
  static slab::State with_lookup_of(const slab::State&, slab::State seen) { return seen; }

  static constexpr std::span<const to_scale::Ink> inks = slab::picture_inks;
  static std::vector<std::string> picture(const slab::State& state, const Machine&) {
    return slab::picture(state);
  }
  static bool draws(const Question& question) { return question.block == Question::Block::slabs; }
};

}  // namespace refmm::replay

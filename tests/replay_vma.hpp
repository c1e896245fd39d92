// The notation of the vma family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_picture.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>
#include <refmm/tests/vma_family.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<VmaFamily> {
  static constexpr const char* what_fits = "an address space that fits into the machine";
  struct Memory {};  // calls mean the same whatever came before
  using Question = vma::Question;
  struct BootLine {
    VmaFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static VmaFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                     const transcript::Set& set);
  static VmaFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                      const VmaFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const VmaFamily::Command& command,
                                 const transcript::Result& result);
  static VmaFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const VmaFamily::State& now, const Memory& memory);

  static void remember(Memory&, const VmaFamily::Command&, const VmaFamily::Result&, Position) {}
  static bool returns_something(const VmaFamily::Command& command);

  static std::string notation(const VmaFamily::Command& command, const VmaFamily::Result& result);
  static std::string notation(const VmaFamily::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const VmaFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<VmaFamily>* subject(const Options& options) { return options.implementation.vma; }
  static std::optional<VmaFamily::Boot> corrected(const VmaFamily::Boot& boot);
  static bool same(const VmaFamily::State& one, const VmaFamily::State& other);
  static bool shows_lookup(const Question& question);
  static VmaFamily::State with_lookup_of(const VmaFamily::State& model, VmaFamily::State seen);

  static constexpr std::span<const to_scale::Ink> inks = vma::picture_inks;
  static std::vector<std::string> picture(const VmaFamily::State& state, const VmaFamily::Boot& boot);
  static bool draws(const Question& question) { return question.block == Question::Block::maps; }
};

}  // namespace refmm::replay

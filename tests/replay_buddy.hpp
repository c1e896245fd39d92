// The notation of the buddy family, as replaying needs it. Part of replay.hpp.
#pragma once

#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_picture.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_notation.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

template <>
struct NotationOf<BuddyFamily> {
  static constexpr const char* what_fits = "a zone that fits into the machine";
  struct Memory {};  // calls mean the same whatever came before
  using Question = buddy::Question;
  struct BootLine {
    BuddyFamily::Boot boot;
    bool all_effects;
  };

  static BootLine read_boot(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Boot& boot);
  static BuddyFamily::Command read_set(const transcript::Source& source, const transcript::Line& line,
                                       const transcript::Set& set);
  static BuddyFamily::Command read_call(const transcript::Source& source, const transcript::Call& call,
                                        const BuddyFamily::State& now, const Memory& memory);
  static std::string read_result(const transcript::Source& source, const BuddyFamily::Command& command,
                                 const transcript::Result& result);
  static BuddyFamily::Effect read_effect(const transcript::Source& source, const transcript::Call& effect);
  static Question read_query(const transcript::Source& source, const transcript::Query& query,
                             const BuddyFamily::State& now, const Memory& memory);

  static void remember(Memory&, const BuddyFamily::Command&, const BuddyFamily::Result&, Position) {}
  static bool returns_something(const BuddyFamily::Command& command);

  static std::string notation(const BuddyFamily::Command& command, const BuddyFamily::Result& result);
  static std::string notation(const BuddyFamily::Effect& effect);
  static std::vector<std::string> answer(const Question& question, const BuddyFamily::State& state);
  static std::vector<transcript::Argument> values_of_result(const std::string& result);
  static Difference field_of_results(const std::string& expected, const std::string& found);

  static Subject<BuddyFamily>* subject(const Options& options) { return options.implementation.buddy; }
  static std::optional<BuddyFamily::Boot> corrected(const BuddyFamily::Boot& boot);
  static bool same(const BuddyFamily::State& one, const BuddyFamily::State& other);
  static bool shows_lookup(const Question&) { return false; }
  static BuddyFamily::State with_lookup_of(const BuddyFamily::State&, BuddyFamily::State seen) { return seen; }

  static constexpr std::span<const to_scale::Ink> inks = buddy::picture_inks;
  static std::vector<std::string> picture(const BuddyFamily::State& state, const BuddyFamily::Boot& boot);
  static bool draws(const Question& question) { return question.block == Question::Block::free_area; }
};

}  // namespace refmm::replay

#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/replay_buddy.hpp>
#include <refmm/tests/replay_difference.hpp>

#include <fmt/format.h>

#include <utility>

namespace refmm::replay {

using Buddy = NotationOf<BuddyFamily>;

// ---- Reading and writing --------------------------------------------------------------------------------------

Buddy::BootLine Buddy::read_boot(const transcript::Source& source, const transcript::Line& line,
                                 const transcript::Boot& boot) {
  const auto read = buddy::read_boot(source, line, boot);
  if (read.free_pages) {
    const std::uint32_t free_pages = BuddyFamily::boot(read.boot).free_pages;
    if (*read.free_pages != free_pages)
      throw reading::unexpected(source, *reading::setting(boot.settings, "free_pages"),
                                fmt::format("boot frees {} frames of this zone", free_pages),
                                fmt::format("`free_pages={}`, or no such setting", free_pages));
  }
  return {read.boot, read.all_effects};
}

BuddyFamily::Command Buddy::read_set(const transcript::Source& source, const transcript::Line& line,
                                     const transcript::Set&) {
  throw source.error({.at = line.at,
                      .message = "the buddy family has nothing to set",
                      .expected = "a call or a query",
                      .found = in_backticks(source.line(line.at.line))});
}

BuddyFamily::Command Buddy::read_call(const transcript::Source& source, const transcript::Call& call,
                                      const BuddyFamily::State& now, const Memory&) {
  return buddy::read_call(source, call, now);
}

std::string Buddy::read_result(const transcript::Source& source, const BuddyFamily::Command& command,
                               const transcript::Result& result) {
  return buddy::read_result(source, command, result);
}

BuddyFamily::Effect Buddy::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return buddy::read_effect(source, effect);
}

buddy::Question Buddy::read_query(const transcript::Source& source, const transcript::Query& query,
                                  const BuddyFamily::State& now, const Memory&) {
  return buddy::read_query(source, query, now);
}

bool Buddy::returns_something(const BuddyFamily::Command& command) { return buddy::returns_something(command); }

std::string Buddy::notation(const BuddyFamily::Command& command, const BuddyFamily::Result& result) {
  return buddy::notation(command, result);
}

std::string Buddy::notation(const BuddyFamily::Effect& effect) { return buddy::notation(effect); }

std::vector<std::string> Buddy::answer(const Question& question, const BuddyFamily::State& state) {
  return buddy::answer(question, state);
}

std::vector<transcript::Argument> Buddy::values_of_result(const std::string& result) {
  return {{std::nullopt, transcript::parse_value(result)}};
}

Difference Buddy::field_of_results(const std::string& expected, const std::string& found) {
  constexpr std::string_view frame = "pfn ";
  if (expected.starts_with(frame) && found.starts_with(frame))
    return difference_of("pfn", expected.substr(frame.size()), found.substr(frame.size()));
  return difference_of("the result", expected, found);
}

// ---- The implementation ---------------------------------------------------------------------------------------

std::optional<BuddyFamily::Boot> Buddy::corrected(const BuddyFamily::Boot& boot) {
  BuddyFamily::Boot corrected = boot;
  corrected.kernel.corrected = buddy::all_corrected;
  return corrected;
}

bool Buddy::same(const BuddyFamily::State& one, const BuddyFamily::State& other) {
  return buddy::canonical(one) == buddy::canonical(other);
}

// ---- Pictures -------------------------------------------------------------------------------------------------

std::vector<std::string> Buddy::picture(const BuddyFamily::State& state, const BuddyFamily::Boot&) {
  return buddy::picture(state);
}

}  // namespace refmm::replay

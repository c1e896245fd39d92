#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/replay_since.hpp>

#include <fmt/format.h>

#include <string_view>

namespace refmm::replay {

using Since = NotationOf<SinceFamily>;

Since::BootLine Since::read_boot(const transcript::Source& source, const transcript::Line& line,
                                 const transcript::Boot& boot) {
  return {since::read_boot(source, line, boot), false};
}

SinceFamily::Command Since::read_set(const transcript::Source& source, const transcript::Line& line,
                                     const transcript::Set&) {
  throw source.error({.at = line.at,
                      .message = "nothing can be set in a transcript of the since family",
                      .expected = "limits in the `boot` line",
                      .found = in_backticks(source.line(line.at.line))});
}

SinceFamily::Command Since::read_call(const transcript::Source& source, const transcript::Call& call,
                                      const SinceFamily::State& now, const Memory&) {
  return since::read_call(source, call, now);
}

std::string Since::read_result(const transcript::Source& source, const SinceFamily::Command& command,
                               const transcript::Result& result) {
  return since::read_result(source, command, result);
}

SinceFamily::Effect Since::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  throw source.error({.at = effect.name.at,
                      .message = "calls of the since family have no effects to be seen",
                      .expected = "a call, a block or a comment",
                      .found = in_backticks(source.line(effect.name.at.line))});
}

since::Question Since::read_query(const transcript::Source& source, const transcript::Query& query,
                                  const SinceFamily::State& now, const Memory&) {
  return since::read_query(source, query, now);
}

std::string Since::notation(const SinceFamily::Command&, const SinceFamily::Result& result) {
  return since::notation(result);
}

std::vector<std::string> Since::answer(const Question& question, const SinceFamily::State& state) {
  if (question.process >= state.processes.size()) return {};
  return since::areas_notation(state.processes[question.process].state);
}

std::vector<transcript::Argument> Since::values_of_result(const std::string& result) {
  std::vector<transcript::Argument> values;
  for (std::string_view rest = result; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    values.push_back({std::nullopt, transcript::parse_value(word)});
    rest.remove_prefix(word.size() == rest.size() ? word.size() : word.size() + 1);
  }
  return values;
}

Difference Since::field_of_results(const std::string& expected, const std::string& found) {
  return {"the result", expected, found};
}

}  // namespace refmm::replay

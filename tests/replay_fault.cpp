#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/process_canonical.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_fault.hpp>

#include <string_view>

namespace refmm::replay {

using Fault = NotationOf<FaultFamily>;

// ---- Reading and writing --------------------------------------------------------------------------------------

Fault::BootLine Fault::read_boot(const transcript::Source& source, const transcript::Line& line,
                                 const transcript::Boot& boot) {
  const auto read = process::read_boot(source, line, boot);
  return {read.boot, read.all_effects};
}

FaultFamily::Command Fault::read_set(const transcript::Source& source, const transcript::Line& line,
                                     const transcript::Set& set) {
  return process::read_set(source, line, set);
}

FaultFamily::Command Fault::read_call(const transcript::Source& source, const transcript::Call& call,
                                      const FaultFamily::State& now, const Memory&) {
  return process::read_call(source, call, process::files_of(now));
}

std::string Fault::read_result(const transcript::Source& source, const FaultFamily::Command& command,
                               const transcript::Result& result) {
  return process::read_result(source, command, result);
}

FaultFamily::Effect Fault::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return process::read_effect(source, effect);
}

process::Question Fault::read_query(const transcript::Source& source, const transcript::Query& query,
                                    const FaultFamily::State&, const Memory&) {
  return process::read_query(source, query);
}

bool Fault::returns_something(const FaultFamily::Command& command) { return process::returns_something(command); }

std::string Fault::notation(const FaultFamily::Command& command, const FaultFamily::Result& result) {
  return process::notation(command, result);
}

std::string Fault::notation(const FaultFamily::Effect& effect) { return process::notation(effect); }

std::vector<std::string> Fault::answer(const Question& question, const FaultFamily::State& state) {
  return process::answer(question, state);
}

std::vector<transcript::Argument> Fault::values_of_result(const std::string& result) {
  std::vector<transcript::Argument> values;
  for (const std::string_view word : words_in(result))
    values.push_back({std::nullopt, transcript::parse_value(word)});
  return values;
}

Difference Fault::field_of_results(const std::string& expected, const std::string& found) {
  const auto left = words_in(expected), right = words_in(found);
  if (left.size() == 2 && right.size() == 2) return difference_of("the error", left[1], right[1]);
  return difference_of("the result", expected, found);
}

// ---- The implementation ---------------------------------------------------------------------------------------

std::optional<FaultFamily::Boot> Fault::corrected(const FaultFamily::Boot& boot) {
  FaultFamily::Boot corrected = boot;
  corrected.kernel = fault::corrected;
  return corrected;
}

/// Most states that differ do so in their frames, which are quickly compared.
bool Fault::same(const FaultFamily::State& one, const FaultFamily::State& other) {
  if (one.processes.size() != other.processes.size() || one.memory.mem_map != other.memory.mem_map) return false;
  return process::canonical(one, fault::corrected.machine()) ==
         process::canonical(other, fault::corrected.machine());
}

// ---- Pictures -------------------------------------------------------------------------------------------------

std::vector<std::string> Fault::picture(const FaultFamily::State& state, const FaultFamily::Boot& boot) {
  return process::picture(boot, state);
}

bool Fault::draws(const Question& question) {
  using enum Question::Block;
  return question.block == ptes || question.block == pages || question.block == swap;
}

}  // namespace refmm::replay

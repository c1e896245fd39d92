#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/malloc_leftovers.hpp>
#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_malloc.hpp>

#include <string_view>
#include <utility>

namespace refmm::replay {

using Malloc = NotationOf<MallocFamily>;

// ---- Reading and writing --------------------------------------------------------------------------------------

Malloc::BootLine Malloc::read_boot(const transcript::Source& source, const transcript::Line& line,
                                   const transcript::Boot& boot) {
  const auto read = malloc::read_boot(source, line, boot);
  return {read.boot, read.all_effects};
}

MallocFamily::Command Malloc::read_set(const transcript::Source& source, const transcript::Line& line,
                                       const transcript::Set& set) {
  return vma::read_set(source, line, set);
}

MallocFamily::Command Malloc::read_call(const transcript::Source& source, const transcript::Call& call,
                                        const MallocFamily::State&, const Memory&) {
  return malloc::read_call(source, call);
}

std::string Malloc::read_result(const transcript::Source& source, const MallocFamily::Command& command,
                                const transcript::Result& result) {
  return malloc::read_result(source, command, result);
}

MallocFamily::Effect Malloc::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return malloc::read_effect(source, effect);
}

malloc::Question Malloc::read_query(const transcript::Source& source, const transcript::Query& query,
                                    const MallocFamily::State&, const Memory&) {
  return malloc::read_query(source, query);
}

bool Malloc::returns_something(const MallocFamily::Command& command) { return malloc::returns_something(command); }

std::string Malloc::notation(const MallocFamily::Command& command, const MallocFamily::Result& result) {
  return malloc::notation(command, result);
}

std::string Malloc::notation(const MallocFamily::Effect& effect) { return malloc::notation(effect); }

std::vector<std::string> Malloc::answer(const Question& question, const MallocFamily::State& state) {
  return malloc::answer(question, state);
}

std::vector<transcript::Argument> Malloc::values_of_result(const std::string& result) {
  std::vector<transcript::Argument> values;
  for (const std::string_view word : words_in(result))
    values.push_back({std::nullopt, transcript::parse_value(word)});
  return values;
}

Difference Malloc::field_of_results(const std::string& expected, const std::string& found) {
  constexpr std::string_view aborted = "SIGABRT ";
  if (expected.starts_with(aborted) && found.starts_with(aborted))
    return difference_of("the check", expected.substr(aborted.size()), found.substr(aborted.size()));
  return difference_of("the result", expected, found);
}

// ---- The implementation ---------------------------------------------------------------------------------------

std::optional<MallocFamily::Boot> Malloc::corrected(const MallocFamily::Boot& boot) {
  MallocFamily::Boot corrected = boot;
  corrected.allocator.corrected = malloc::all_corrected;
  return corrected;
}

/// A program can read every word of its heap, also those that nothing is promised of.
bool Malloc::same(const MallocFamily::State& one, const MallocFamily::State& other) {
  const auto in_canonical_space = [](MallocFamily::State state) {
    state.space = vma::canonical(std::move(state.space));
    return state;
  };
  return in_canonical_space(one) == in_canonical_space(other);
}

MallocFamily::State Malloc::with_leftovers_of(const MallocFamily::Boot& boot, const MallocFamily::State& model,
                                              MallocFamily::State seen) {
  return malloc::with_leftovers_of(boot, model, std::move(seen));
}

// ---- Pictures -------------------------------------------------------------------------------------------------

std::vector<std::string> Malloc::picture(const MallocFamily::State& state, const MallocFamily::Boot&) {
  return malloc::picture(state);
}

}  // namespace refmm::replay

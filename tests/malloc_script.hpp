// Scripts of the malloc family carried out on the model, for tests that need a heap or a call to start from.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/malloc_transition.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/malloc_family.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

namespace malloc {

/// One call that the model carried out, by value: tests change a copy.
struct Carried {
  Allocator allocator;
  LawState before;
  Command<std::uint32_t> command;
  Result<std::uint32_t> result;
  std::vector<LawEffect> effects;
  LawState after;
  Because because;

  Transition transition() const { return {allocator, before, command, result, effects, after}; }
};

}  // namespace malloc

/// A script as it is read.
struct MallocScript {
  MallocFamily::Boot process;
  std::vector<MallocFamily::Command> commands;
};

/// A call or `set` on each line of the script.
inline MallocScript read_script(const std::string& script, const std::string& boot) {
  const transcript::File file = transcript::parse({"script.mmt", boot + "\n" + script});
  const transcript::Line& first = file.lines.front();
  MallocScript read{malloc::read_boot(*file.source, first, std::get<transcript::Boot>(first.content)).boot, {}};
  for (const transcript::Line& line : file.lines) {
    if (const auto* call = std::get_if<transcript::Call>(&line.content))
      read.commands.push_back(malloc::read_call(*file.source, *call));
    if (const auto* set = std::get_if<transcript::Set>(&line.content))
      read.commands.emplace_back(vma::read_set(*file.source, line, *set));
  }
  return read;
}

/// The state of a process after a script.
inline MallocFamily::State after_script(const std::string& script,
                                        const std::string& boot = "boot family=malloc") {
  const MallocScript read = read_script(script, boot);
  MallocFamily::State state = MallocFamily::boot(read.process);
  for (const MallocFamily::Command& command : read.commands)
    state = MallocFamily::step(read.process, std::move(state), command).state;
  return state;
}

/// The calls of a script, up to the one at which the program ends.
inline std::vector<malloc::Carried> carried_out(const std::string& script, const std::string& boot) {
  const MallocScript read = read_script(script, boot);
  std::vector<malloc::Carried> calls;
  MallocFamily::State state = MallocFamily::boot(read.process);
  for (const MallocFamily::Command& command : read.commands) {
    auto step = MallocFamily::step(read.process, state, command);
    const bool ends = MallocFamily::ends_everything(step.result);
    calls.push_back({read.process.allocator, std::move(state), command, step.result, std::move(step.effects),
                     step.state, std::move(step.because)});
    if (ends) break;
    state = std::move(step.state);
  }
  return calls;
}

}  // namespace refmm

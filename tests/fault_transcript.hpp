// Transcripts of the fault family carried out by the model alone, for tests that look at its states.
#pragma once

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/fault_family.hpp>

#include <string>
#include <utility>
#include <variant>

namespace refmm::process {

/// A machine, and the state that it is in.
struct MachineUnderWay {
  FaultFamily::Boot boot{};
  FaultFamily::State state{};
};

/// Carries a file out up to its end, or up to a call behind which nothing is defined; calls `visit` with the machine behind each line
/// that changes something.
inline MachineUnderWay carried_out(const transcript::File& file, auto visit) {
  MachineUnderWay machine;
  const auto step = [&](const FaultFamily::Command& command) {
    auto outcome = FaultFamily::step(machine.boot, std::move(machine.state), command);
    machine.state = std::move(outcome.state);
    return !FaultFamily::ends_everything(outcome.result);
  };
  for (const transcript::Line& line : file.lines) {
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      machine.boot = read_boot(*file.source, line, *boot).boot;
      machine.state = FaultFamily::boot(machine.boot);
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      step(read_set(*file.source, line, *set));
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      if (!step(read_call(*file.source, *call, files_of(machine.state)))) return machine;
    } else {
      continue;
    }
    visit(std::as_const(machine));
  }
  return machine;
}

inline MachineUnderWay carried_out(const std::string& script) {
  return carried_out(transcript::parse({"script.mmt", script}), [](const MachineUnderWay&) {});
}

}  // namespace refmm::process

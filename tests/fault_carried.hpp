// Calls on a machine with processes that the model carried out, for tests that need a lawful state or call to start from.
#pragma once

#include <refmm/model/process.hpp>
#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_transition.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {

/// One call that the model carried out, by value: tests change a copy.
struct Carried {
  Boot<std::uint32_t> boot;
  LawState before;
  Command<std::uint32_t> command;
  Result<std::uint32_t> result;
  std::vector<fault::Effect<std::uint32_t>> effects;
  LawState after;
  Because because;

  Transition transition() const { return {boot, before, command, result, effects, after}; }
};

/// A small machine with two files. `[pid 1]` may be left out.
inline constexpr std::string_view small_machine = "boot family=fault ram_pages=32 swap_pages=8 files=12288,4096\n";

/// Carries out the calls of a script, one a line, up to the last one or one that ends everything; that one is returned. A script that
/// does not begin with its own machine runs on the small one.
inline Carried carried(const std::string& script, const fault::Kernel& kernel = fault::corrected) {
  const bool has_machine = script.starts_with("boot");
  const std::string text = (has_machine ? "" : std::string(small_machine)) + script + '\n';
  const transcript::File file = transcript::parse({"script.mmt", text});
  Carried last{};
  const auto run = [&](const Command<std::uint32_t>& command) {
    LawState before = last.after;
    auto step = model::step<std::uint32_t>(last.boot, before, command);
    last = {last.boot,
            std::move(before),
            command,
            step.result,
            std::move(step.effects),
            std::move(step.state),
            std::move(step.because)};
  };
  for (const transcript::Line& line : file.lines) {
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      last.boot = read_boot(*file.source, line, *boot).boot;
      last.boot.kernel = kernel;
      last.after = model::boot(last.boot);
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      run(read_set(*file.source, line, *set));
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      run(read_call(*file.source, *call, files_of(last.after)));
      if (ends_everything<std::uint32_t>(last.result)) break;
    }
  }
  return last;
}

}  // namespace refmm::process

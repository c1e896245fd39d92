// A script of the malloc family carried out on the model, for tests of what is shown of heaps.
#pragma once

#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/malloc_family.hpp>

#include <string>
#include <utility>
#include <variant>

namespace refmm {

/// The state of a process after a script, a call or `set` on each line.
inline MallocFamily::State after_script(const std::string& script,
                                        const std::string& boot = "boot family=malloc") {
  const transcript::File file = transcript::parse({"script.mmt", boot + "\n" + script});
  const transcript::Line& first = file.lines.front();
  const auto process = malloc::read_boot(*file.source, first, std::get<transcript::Boot>(first.content)).boot;
  MallocFamily::State state = MallocFamily::boot(process);
  for (const transcript::Line& line : file.lines) {
    if (const auto* call = std::get_if<transcript::Call>(&line.content))
      state = MallocFamily::step(process, std::move(state), malloc::read_call(*file.source, *call)).state;
    if (const auto* set = std::get_if<transcript::Set>(&line.content))
      state = MallocFamily::step(process, std::move(state), vma::read_set(*file.source, line, *set)).state;
  }
  return state;
}

}  // namespace refmm

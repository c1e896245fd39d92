// Transcripts as sessions: the machine and the commands, without what anybody answered.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay_notation.hpp>
#include <refmm/tests/subject.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

template <class Family>
struct TranscriptSession {
  Position at;  // of its boot line
  typename Family::Boot boot;
  std::vector<typename Family::Command> commands;
};

namespace detail {

/// True if a boot line is of the family; the first transcripts, of slabs, do not say of which they are.
template <class Family>
bool is_boot_of(const transcript::Boot& boot) {
  for (const transcript::Setting& setting : boot.settings) {
    if (setting.key.text == "family") return setting.values.size() == 1 && setting.values[0].text == Family::name;
  }
  return Family::name == "slab";
}

}  // namespace detail

/// The transcripts of a family in a file, as sessions on its kernel without defects. Those of other families are passed over. What a call
/// means may depend on what came of those before: the model answers them. Throws InputError at the first line that has no meaning.
template <class Family>
std::vector<TranscriptSession<Family>> sessions_in(const transcript::File& file) {
  using Notation = replay::NotationOf<Family>;
  std::vector<TranscriptSession<Family>> sessions;
  std::optional<typename Family::State> state;  // none in a transcript of another family
  std::optional<typename Notation::Memory> memory;
  const auto step = [&](const typename Family::Command& command) {
    auto outcome = Family::step(sessions.back().boot, std::move(*state), command);
    state = std::move(outcome.state);
    sessions.back().commands.push_back(command);
    if (Family::ends_everything(outcome.result)) state.reset();
    return outcome.result;
  };
  for (const transcript::Line& line : file.lines) {
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      state.reset();
      if (!detail::is_boot_of<Family>(*boot)) continue;
      const auto read = Notation::read_boot(*file.source, line, *boot).boot;
      sessions.push_back({line.at, Notation::corrected(read).value_or(read), {}});
      state.emplace(Family::boot(sessions.back().boot));
      memory.emplace(replay::begin_memory<typename Notation::Memory>(sessions.back().boot));
    } else if (!state) {
      continue;
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      step(Notation::read_set(*file.source, line, *set));
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      const auto command = Notation::read_call(*file.source, *call, *state, *memory);
      Notation::remember(*memory, command, step(command), line.at);
    }
  }
  return sessions;
}

}  // namespace refmm

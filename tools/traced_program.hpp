// A program that runs under strace, with what /proc/PID/maps of its first process was when it began and when it ended.
#pragma once

#include <refmm/spec/strace_maps.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace refmm::command {

struct TracedProgram {
  std::uint32_t pid = 0;
  std::string begin{};  // maps behind execve, before its first instruction
  std::optional<std::string>
      end{};  // maps as it called exit_group; nothing if it was killed, or could not be held there
  std::optional<int> status{};  // that it ended with
  std::optional<int> signal{};  // that killed it
};

/// Why a program cannot be traced.
struct Untraceable {
  std::string why, hint;
};

/// Runs `command`, with the terminal as it is, and puts the log of strace into a file. Behind it, all its processes have ended.
std::variant<TracedProgram, Untraceable> trace(const std::vector<std::string>& command,
                                               const std::filesystem::path& log);

}  // namespace refmm::command

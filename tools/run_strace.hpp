// refmm run --strace: a log of strace, judged by the model of an era.
#pragma once

#include <refmm/tools/command.hpp>

#include <string>

namespace refmm::command {

struct StraceOptions {
  std::string log{};
  std::string maps{};  // /proc/PID/maps of the first process as its program began; empty if there is none
  std::string era{};   // a version of Linux; empty for the latest
  bool explain = false;
};

/// Replays the log and says what was found. Throws InputError if it is no log.
Exit run_strace(const StraceOptions& options);

}  // namespace refmm::command

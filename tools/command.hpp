// The sub-commands of refmm, one file each: tools/command_NAME.cpp.
#pragma once

#include <refmm/tools/completion.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {

/// What the process ends with.
enum class Exit : int {
  agree = 0,       // everything agrees, holds, is proved, was found
  difference = 1,  // a difference, a counterexample, a theorem that does not hold
  usage = 2,       // the command line or an input cannot be understood; nothing was done
  internal = 3,    // refmm itself failed
};

/// A sub-command, what it does once its options are read, and what their values can be.
struct SubCommand {
  CLI::App* app;
  std::function<Exit()> run;
  std::function<completion::Values()> values;
};

// Each adds its sub-command to `refmm`.
SubCommand add_run(CLI::App& refmm);
SubCommand add_check(CLI::App& refmm);
SubCommand add_clause(CLI::App& refmm);
SubCommand add_completion(CLI::App& refmm, std::vector<SubCommand> others);
SubCommand add_conform(CLI::App& refmm);
SubCommand add_demo(CLI::App& refmm);
SubCommand add_merge(CLI::App& refmm);
SubCommand add_museum(CLI::App& refmm);
SubCommand add_prove(CLI::App& refmm);
SubCommand add_show(CLI::App& refmm);
SubCommand add_trace(CLI::App& refmm);
SubCommand add_walk(CLI::App& refmm);

/// "1 theorem", "2 theorems".
std::string counted(std::uint64_t count, std::string_view thing);

/// Says what is wrong with the command line.
Exit usage_error(std::string_view message);

}  // namespace refmm::command

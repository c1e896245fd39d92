// The command: reads the command line, runs one sub-command, and turns whatever happens into an exit code.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/command.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <vector>

namespace refmm::command {

std::string counted(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

Exit usage_error(std::string_view message) {
  fmt::print(stderr, "refmm: {}\n", message);
  return Exit::usage;
}

namespace {

constexpr auto exit_codes =
    "Exit codes:\n"
    "  0  everything agrees, holds, is proved\n"
    "  1  a difference, a counterexample, a theorem that does not hold\n"
    "  2  the command line or an input cannot be understood\n"
    "  3  refmm itself failed\n";

Exit run(int argc, char** argv) {
  CLI::App app{"The executable reference semantics of Linux 2.4.0 (i386) memory management.", "refmm"};
  app.set_version_flag("--version", "refmm " REFMM_VERSION);
  app.footer(exit_codes);
  app.require_subcommand(1);
  std::vector<SubCommand> sub_commands{add_run(app),   add_show(app),    add_check(app),  add_merge(app),
                                       add_prove(app), add_museum(app),  add_clause(app), add_walk(app),
                                       add_demo(app),  add_conform(app), add_trace(app)};
  sub_commands.push_back(add_completion(app, sub_commands));
  for (const SubCommand& sub_command : sub_commands) {
    if (sub_command.app->get_footer().empty()) sub_command.app->footer(exit_codes);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    return Exit::agree;
  } catch (const CLI::ParseError& error) {
    return usage_error(fmt::format("{}\nTry refmm --help, or refmm SUB-COMMAND --help.", error.what()));
  }
  for (const SubCommand& sub_command : sub_commands) {
    if (sub_command.app->parsed()) return sub_command.run();
  }
  return Exit::internal;
}

/// The output is part of the result: a full disk must not pass for an agreement.
Exit with_output_written(Exit exit) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit;
  std::fputs("refmm: the output could not be written\n", stderr);
  return Exit::internal;
}

}  // namespace
}  // namespace refmm::command

int main(int argc, char** argv) {
  using refmm::command::Exit;
  // A reader that has seen enough (refmm clause | head) ends the command without a word, whatever the caller set.
  std::signal(SIGPIPE, SIG_DFL);
  Exit exit = Exit::internal;
  try {
    exit = refmm::command::with_output_written(refmm::command::run(argc, argv));
  } catch (const refmm::InputError& error) {
    std::fputs(error.what(), stderr);
    exit = Exit::usage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "refmm: internal error: {}\n", error.what());
  }
  return static_cast<int>(exit);
}

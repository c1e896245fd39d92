// refmm completion SHELL: what a shell has to know to complete the command line.
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/run_files.hpp>

#include <fmt/core.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace refmm::command {
namespace {

constexpr auto footer =
    "An installed refmm has brought its completion along. Without installing it:\n"
    "  bash   source <(refmm completion bash)\n"
    "  zsh    refmm completion zsh --output FOLDER/_refmm, of a FOLDER in $fpath\n"
    "  fish   refmm completion fish --output ~/.config/fish/completions/refmm.fish\n"
    "\n"
    "Exit codes: 0 done, 2 the command line cannot be understood or the file not written, 3 refmm itself failed.";

const std::vector<std::string> shells{"bash", "zsh", "fish"};

struct Options {
  std::string shell{}, output{};
};

completion::Values values_of_completion() {
  return {{"SHELL", completion::names(shells)}, {"--output", completion::files()}};
}

std::string script(const std::string& shell, const std::vector<completion::SubCommandLine>& lines) {
  if (shell == "bash") return completion::for_bash(lines);
  return shell == "zsh" ? completion::for_zsh(lines) : completion::for_fish(lines);
}

}  // namespace

SubCommand add_completion(CLI::App& refmm, std::vector<SubCommand> others) {
  CLI::App* app = refmm.add_subcommand("completion", "Print what a shell needs to complete the command line");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  app->add_option("SHELL", options->shell, "bash, zsh or fish")->required()->check(CLI::IsMember(shells));
  app->add_option("--output", options->output, "The file that it is written to (if not given: standard output)");
  SubCommand own{app, {}, values_of_completion};
  others.push_back(own);
  own.run = [options, others] {
    std::vector<completion::SubCommandLine> lines;
    for (const SubCommand& sub_command : others)
      lines.push_back(completion::line_of(*sub_command.app, sub_command.values()));
    const std::string text = script(options->shell, lines);
    if (options->output.empty())
      fmt::print("{}", text);
    else
      write_text(options->output, text);
    return Exit::agree;
  };
  return own;
}

}  // namespace refmm::command

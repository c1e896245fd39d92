// refmm show FILE: a transcript told step by step, as a page of HTML or as text.
#include <refmm/spec/nearest.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tools/check_subject.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/run_subjects.hpp>
#include <refmm/tools/story.hpp>
#include <refmm/tools/story_head.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace refmm::command {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file{};
  bool text = false;
  std::string output{};
  std::string subject{};  // model, impl, a library; empty if none was chosen
  std::string mutant{};
  std::string profile{};  // as-built, corrected; likewise
};

constexpr auto footer =
    "A counterexample names the command that shows it again; its --subject, --mutant and --profile hold unless "
    "others are\n"
    "given. --subject model shows what the file itself says of the subject. A library of your own is loaded only "
    "if it\n"
    "is given.\n"
    "\n"
    "In the page the arrow keys, j and k, space, Home and End step; #step=3 behind its address leads to a step.\n"
    "\n"
    "Exit codes: 0 no difference, 1 the story is of a difference, 2 the command line or the file cannot be "
    "understood,\n"
    "3 refmm itself failed.";

bool is_mutant(const std::string& name) {
  const auto names = mutant_names();
  return std::ranges::find(names, name) != names.end();
}

/// Options that were not given, from the command that a counterexample names, as far as it is one for this refmm.
Options completed(Options options, const transcript::Source& source) {
  const story::Head head = story::read_head(transcript::parse(source));
  const std::string command = head.field("replay");
  if (!options.subject.empty() || !options.mutant.empty()) return options;
  const std::string mutant = story::option_in(command, "--mutant").value_or("");
  if (story::option_in(command, "--subject") != "impl" || (!mutant.empty() && !is_mutant(mutant))) return options;
  options.subject = "impl";
  options.mutant = mutant;
  return options;
}

std::optional<replay::Profile> profile_of(const std::string& name) {
  if (name.empty()) return std::nullopt;
  return name == "corrected" ? replay::Profile::corrected : replay::Profile::as_built;
}

/// What is wrong with the options, taken together.
std::optional<Exit> refuse(const Options& given) {
  const bool is_library = names_library(given.subject);
  if (!given.subject.empty() && given.subject != "model" && given.subject != "impl" && !is_library)
    return usage_error(fmt::format(
        "there is no subject {}; there are model, impl, and shared libraries, as in --subject ./mine.so",
        in_backticks(given.subject)));
  if (!given.mutant.empty() && !is_mutant(given.mutant))
    return usage_error(
        fmt::format("there is no mutant {}{}", given.mutant, did_you_mean(given.mutant, mutant_names())));
  if (!given.mutant.empty() && (given.subject == "model" || is_library))
    return usage_error("--mutant is a mistake of the implementation: it needs --subject impl");
  if (given.text && !given.output.empty())
    return usage_error("--text goes to standard output; --output is of the page");
  return std::nullopt;
}

Exit run(const Options& given) try {
  if (const auto refused = refuse(given)) return *refused;
  const transcript::Source source = transcript::load(given.file);
  const Options options = completed(given, source);
  const Subjects subjects(options.subject == "impl" || !options.mutant.empty(), options.mutant);
  std::optional<ForeignSubjects> foreign_subjects;
  if (names_library(options.subject)) {
    foreign_subjects.emplace(options.subject);
    foreign_subjects->must_have_families_of(transcript::parse(source));
  }
  const story::Story story = story::tell(
      source, {.profile = profile_of(options.profile),
               .subject = foreign_subjects ? foreign_subjects->implementations() : subjects.implementations(),
               .drawings = options.text});
  const Exit exit = story.agrees() ? Exit::agree : Exit::difference;
  if (options.text) {
    fmt::print("{}", story::text(story, terminal_columns().value_or(100), shows_colours()));
    return exit;
  }
  const fs::path path = options.output.empty() ? fs::path(options.file).filename().replace_extension(".html")
                                               : fs::path(options.output);
  story::write_page(path, story::html(story));
  fmt::print("{}: {}\n", path.string(), headline(story));
  return exit;
} catch (const LibraryError& error) {
  return usage_error(error.what());
}

completion::Values values() {
  return {{"FILE", completion::files()},
          {"--output", completion::files()},
          {"--subject", completion::or_files(completion::names(std::array{"model", "impl"}))},
          {"--mutant", completion::names(mutant_names())},
          {"--profile", completion::names(std::array{"as-built", "corrected"})}};
}

}  // namespace

SubCommand add_show(CLI::App& refmm) {
  CLI::App* app =
      refmm.add_subcommand("show", "Tell a transcript step by step, with pictures: a page of HTML, or text");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->file, "A transcript, a counterexample above all (*.mmt)")->required();
  app->add_flag("--text", options->text, "Tell it here, in the terminal");
  app->add_option("--output", options->output, "Where the page goes (default: FILE.html in this folder)");
  app->add_option(
      "--subject", options->subject,
      "Who is carried out beside the model: the implementation (impl), nobody (model), or your own memory manager "
      "in a shared library (./mine.so)");
  app->add_option("--mutant", options->mutant, "A mistake that the implementation is to make");
  app->add_option("--profile", options->profile, "The kernel that the model is: 2.4.0 as-built, or corrected")
      ->check(CLI::IsMember({"as-built", "corrected"}));
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

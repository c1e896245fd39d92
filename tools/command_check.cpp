// refmm check: random sessions on the implementation and the model side by side.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/progress.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace refmm::command {
namespace {

constexpr std::uint64_t default_seconds = 10;

struct Options {
  std::string area = "slab";
  std::optional<std::uint64_t> milliseconds{}, runs{}, seed{};
  unsigned jobs = 1;
  std::string folder = "counterexamples";
  std::string mutant{};
};

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

std::string in_words(const CheckProgress& progress) {
  std::string text =
      fmt::format("{}: {} runs, {} commands, {} of {} clauses", progress.doing, thousands(progress.runs),
                  thousands(progress.commands), progress.clauses, progress.clauses_of);
  if (progress.left) text += fmt::format(", {} s left", progress.left->count() / 1000);
  if (progress.length > 0) text += fmt::format(", down to {} commands", progress.length);
  return text;
}

void show_coverage(const CheckReport& report, std::string_view area) {
  std::string unexercised;
  std::size_t count = 0, exercised = 0;
  for (const Clause* clause : clauses_to_exercise(area)) {
    ++count;
    if (report.coverage.hits(*clause) > 0) {
      ++exercised;
    } else {
      unexercised += fmt::format("  not exercised: {}\n", clause->name);
    }
  }
  fmt::print("clauses           {} of {} exercised\n{}", exercised, count, unexercised);
}

void show_counts(const CheckReport& report, std::string_view area) {
  fmt::print("seed              {}\n", report.seed);
  fmt::print("runs              {}{}\n", thousands(report.runs), report.interrupted ? " (interrupted)" : "");
  fmt::print("commands          {} in {:.1f} s\n", thousands(report.commands), report.elapsed.count());
  fmt::print("commands/second   {:.0f} (generating them alone: {:.0f})\n", report.commands_per_second,
             report.generated_per_second);
  show_coverage(report, area);
}

void show_failure(const CheckReport::Failure& failure, const std::filesystem::path& folder,
                  std::string_view replay) {
  const std::filesystem::path path = write(failure.counterexample, folder);
  fmt::print("\nrun {} differs after {} commands; shrunk to {} in {:.1f} s, {} tries{}:\n\n{}\n", failure.run + 1,
             failure.commands, failure.shrunk.script.items.size(), failure.shrinking.count(),
             thousands(failure.shrunk.tries), failure.shrunk.finished ? "" : " (not finished)",
             failure.counterexample.text);
  fmt::print("written to {}\nreplay it with refmm run {} {}\n", path.string(), path.string(), replay);
}

Exit run(const Options& options) {
  CheckRequest request;
  request.area = options.area;
  request.seed = options.seed ? *options.seed : std::random_device{}();
  request.jobs = options.jobs;
  request.runs = options.runs;
  if (!options.runs)
    request.time = std::chrono::milliseconds(options.milliseconds.value_or(default_seconds * 1000));
  std::optional<WithMutant> mutant;
  if (!options.mutant.empty()) {
    mutant.emplace(options.mutant);
    request.subject = make_mutable_slab_implementation;
    request.replay += " --mutant " + options.mutant;
  }
  ProgressLine line;
  request.progress = [&](const CheckProgress& progress) { line.show(in_words(progress)); };
  const CheckReport report = check(request);
  line.clear();
  show_counts(report, options.area);
  if (!report.failure) return Exit::agree;
  show_failure(*report.failure, options.folder, request.replay);
  return Exit::difference;
}

}  // namespace

SubCommand add_check(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("check", "Test the implementation against the model, with random sessions");
  const auto options = std::make_shared<Options>();
  app->add_option("--area", options->area, "The area to check")->capture_default_str();
  CLI::Option* time = app->add_option("--time", options->milliseconds,
                                      "How long to go on, as in 30s, 500ms, 2m (without --runs: 10s)")
                          ->transform(duration());
  app->add_option("--runs", options->runs, "How many sessions to run")->excludes(time)->check(whole_number(1));
  app->add_option("--seed", options->seed, "Where random numbers begin: the same seed, the same runs")
      ->check(whole_number(0));
  app->add_option("--jobs", options->jobs, "How many processes to run in")
      ->check(whole_number(1, 1024))
      ->capture_default_str();
  app->add_option("--folder", options->folder, "Where a counterexample is written")->capture_default_str();
  app->add_option("--mutant", options->mutant,
                  "A mistake that the implementation is to make (see --list-mutants)");
  return {app, [options] { return run(*options); }};
}

}  // namespace refmm::command

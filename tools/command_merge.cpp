// refmm merge FILE...: what the parts of a campaign have done, put together.
#include <refmm/tools/check_summary.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/run_files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace refmm::command {
namespace {

struct Options {
  std::vector<std::string> files{};
  std::string json{}, junit{};
};

/// Adds what was done of a family to what others have done of it.
void add(std::vector<CheckSummary>& all, const CheckSummary& more, const std::string& file) {
  const auto found = std::ranges::find(all, more.family, &CheckSummary::family);
  if (found == all.end()) {
    all.push_back(more);
  } else {
    *found = merged(*found, more, file);
  }
}

void show_failure(const CheckSummary& summary) {
  const FailureSummary& failure = *summary.failure;
  const std::string what = failure.run == 0 ? fmt::format("a transcript of the corpus, {},", failure.file)
                                            : fmt::format("run {}", failure.run);
  fmt::print("\n{} differs after {} commands: {} [{}]\nshrunk to {}:\n\n{}\nwritten to {}\n", what,
             failure.commands, failure.difference, failure.clause, failure.length, failure.transcript,
             failure.file);
}

Exit run(const Options& options) {
  std::vector<CheckSummary> all;
  for (const std::string& file : options.files) {
    for (const CheckSummary& summary : from_json(file, text_of(file))) add(all, summary, file);
  }
  Exit exit = Exit::agree;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 0) fmt::print("\n");
    show(all[i], !all[i].failure);
    if (const std::uint64_t parts = all[i].shards.front().of; all[i].shards.size() != parts)
      fmt::print("warning: {} of {} parts are here\n", all[i].shards.size(), parts);
    if (!all[i].failure) continue;
    show_failure(all[i]);
    exit = Exit::difference;
  }
  if (!options.json.empty()) write_text(options.json, to_json(all));
  if (!options.junit.empty()) write_text(options.junit, to_junit(all));
  return exit;
}

completion::Values values() {
  return {{"FILE", completion::files()}, {"--json", completion::files()}, {"--junit", completion::files()}};
}

}  // namespace

SubCommand add_merge(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("merge", "Put together what the parts of a campaign have done");
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->files, "What refmm check --shard I/N --json FILE wrote, of each part")
      ->required();
  app->add_option("--json", options->json, "Where it is written as JSON, to be merged again");
  app->add_option("--junit", options->junit, "Where it is written as JUnit's XML");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

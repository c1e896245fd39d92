// refmm conform: the running kernel beside the model of its era.
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_campaign.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_program.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/run_files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace refmm::command {
namespace {

using conform::Campaign;
using conform::Shown;

struct Options {
  std::uint64_t seed = 1;
  std::uint32_t bits = 0;
  std::optional<std::uint64_t> sessions{};
  std::uint64_t milliseconds = 60000;
  std::uint64_t steps = 60;
  std::string without{}, keep{}, program{};
};

const since::Change* change_called(const std::string& name) {
  const auto found = std::ranges::find_if(
      since::changes, [&](const since::Change& change) { return change.clause->name == name; });
  return found == since::changes.end() ? nullptr : &*found;
}

// ---- What is printed ------------------------------------------------------------------------------------------------

void show_counts(const Campaign& campaign) {
  const auto of_changes = std::ranges::count_if(
      campaign.clauses, [](const auto& clause) { return clause.first.starts_with("since."); });
  fmt::print("Linux {}: {}, {}, {:.1f} s; {} clauses decided, {} of them changes since 2.4.0\n",
             since::notation(conform::running_version()), counted(campaign.sessions, "session"),
             counted(campaign.steps, "call"), static_cast<double>(campaign.time.count()) / 1000,
             campaign.clauses.size(), of_changes);
}

/// What the changes that no call came to are called.
void show_starved(const Campaign& campaign) {
  std::vector<std::string> missing;
  for (const since::Change& change : since::changes) {
    if (!campaign.clauses.contains(std::string(change.clause->name))) missing.emplace_back(change.clause->name);
  }
  if (!missing.empty()) fmt::print("no call came to {}\n", fmt::join(missing, ", "));
}

void show_difference(const Campaign& campaign, const Options& options) {
  const Shown& shown = *campaign.shown;
  const std::string transcript = conform::transcript_of(shown);
  fmt::print("\nsession {} differs after {}; shrunk to {}:\n\n{}", campaign.seed_of_difference,
             counted(campaign.steps_before_shrinking, "call"), counted(shown.session.steps.size(), "call"),
             transcript);
  for (const ClauseRef clause : shown.difference.because) {
    const book::Entry* entry = book::find_entry(clause->name);
    if (entry && clause->name.starts_with("since."))
      fmt::print("\n[{}] {}\n", clause->name, book::first_sentence(entry->prose));
  }
  const std::string file = options.keep + ".mmt", program = options.keep + ".c";
  write_text(file, transcript);
  write_text(program,
             conform::program_of(shown.session,
                                 "// " + shown.difference.field + " differs: refmm " + shown.difference.expected +
                                     ", kernel " + shown.difference.found + "\n",
                                 {}));
  fmt::print("\nwritten to {} and, as a C program, to {} (cc {}-static {} && ./a.out)\n", file, program,
             shown.session.bits == conform::Bits::of_32 ? "-m32 " : "", program);
}

// ---- The command ----------------------------------------------------------------------------------------------------

/// Writes a transcript as a C program.
Exit write_program(const std::string& path) {
  const conform::Scripted scripted = conform::session_of(transcript::parse(transcript::load(path)));
  const std::string comment = fmt::format("// {}, by refmm. To run it: cc {}-static FILE.c && ./a.out\n", path,
                                          scripted.session.bits == conform::Bits::of_32 ? "-m32 " : "");
  fmt::print("{}", conform::program_of(scripted.session, comment, scripted.results));
  return Exit::agree;
}

Exit run(const Options& options) {
  if (!options.program.empty()) return write_program(options.program);
  conform::CampaignOptions campaign_options;
  campaign_options.seed = options.seed;
  if (options.bits == 32) campaign_options.bits = conform::Bits::of_32;
  if (options.bits == 64) campaign_options.bits = conform::Bits::of_64;
  campaign_options.sessions = options.sessions;
  campaign_options.time = std::chrono::milliseconds(options.milliseconds);
  campaign_options.steps = options.steps;
  if (!options.without.empty()) {
    campaign_options.without = change_called(options.without);
    if (!campaign_options.without)
      return usage_error(fmt::format("there is no change {}; refmm clause since lists them", options.without));
  }
  ProgressLine line;
  campaign_options.progress = [&](std::uint64_t sessions) {
    line.show(options.sessions ? fmt::format("{} of {} sessions", sessions, *options.sessions)
                               : fmt::format("{} sessions, of {} s", sessions, options.milliseconds / 1000));
  };
  const auto ran = conform::run(campaign_options);
  line.clear();
  if (const auto* refusal = std::get_if<conform::Refusal>(&ran)) {
    fmt::print("nothing was compared: {}\n", refusal->why);
    return Exit::usage;
  }
  const Campaign& campaign = std::get<Campaign>(ran);
  show_counts(campaign);
  if (campaign.shown) {
    show_difference(campaign, options);
    return Exit::difference;
  }
  show_starved(campaign);
  fmt::print("no difference (--seed {})\n", options.seed);
  return Exit::agree;
}

completion::Values values() {
  std::vector<std::string> changes;
  for (const since::Change& change : since::changes) changes.emplace_back(change.clause->name);
  return {{"--bits", completion::names(std::array{"32", "64"})},
          {"--without", completion::names(changes)},
          {"--program", completion::files()},
          {"--keep", completion::files()}};
}

}  // namespace

SubCommand add_conform(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand(
      "conform",
      "Compare the running kernel with the model of its era: results, areas, loads and stores of random calls");
  const auto options = std::make_shared<Options>();
  CLI::Option* time =
      app->add_option("--time", options->milliseconds, "How long to go on, as in 30s or 10m; 60s if not given")
          ->transform(duration());
  app->add_option("--sessions", options->sessions, "How many sessions to run")
      ->excludes(time)
      ->check(whole_number(1));
  app->add_option("--steps", options->steps, "Calls in a session; 60 if not given")->check(whole_number(1));
  app->add_option("--seed", options->seed, "Of the first session; the same seeds make the same calls")
      ->check(whole_number(0));
  app->add_option("--bits", options->bits, "Programs of 32 bits, or of 64; both in turn if not given")
      ->check(CLI::IsMember({32, 64}));
  app->add_option("--without", options->without, "Leave a change out of the model, to see that it is noticed");
  app->add_option("--program", options->program,
                  "Only write this transcript as a C program (the last one of the file)");
  app->add_option("--keep", options->keep, "Where a difference is written, as FILE.mmt and FILE.c")
      ->default_val("difference");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

// refmm museum: every mistake that is known, and what finds it.
#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/tests/check_counterexample.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/museum.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/run_files.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace refmm::museum {

bool Request::is_about(std::string_view mistake) const {
  constexpr std::string_view defect = "defect.";
  if (!name.empty()) return mistake == name;
  std::string_view rest = mistake;
  if (rest.starts_with(defect)) rest.remove_prefix(defect.size());
  return area == "all" || rest.substr(0, rest.find('.')) == area;
}

}  // namespace refmm::museum

namespace refmm::command {
namespace {

constexpr auto footer =
    "A row for each mutant of the implementations and of the models and for each defect of 2.4.0: with how many "
    "seeds it "
    "is\n"
    "found; how many tests that takes, the median and the worst; how long the transcript is, in commands (of a "
    "theorem "
    "in\n"
    "inputs); and what is broken. `law` is one that random sessions break, `refinement` a difference from the "
    "model "
    "that\n"
    "breaks none, `steps` one between the tree of areas and a sorted vector, `Z3` a theorem that does not hold.\n"
    "\n"
    "Exit codes: 0 all are found, 1 something is found by nothing, 2 the command line cannot be understood, 3 "
    "refmm "
    "failed.";

struct Options {
  museum::Request request{};
  bool list = false;
  std::string folder{}, json{};
};

/// All names: those that are looked for at random, and those that only theorems fail on.
std::vector<std::string> names_of_all() {
  std::vector<std::string> names = museum::names();
  std::set<std::string> known(names.begin(), names.end());
  for (const Theorem& theorem : all_theorems()) {
    for (const std::string_view mutant : theorem.fails_on)
      if (known.emplace(mutant).second) names.emplace_back(mutant);
  }
  return names;
}

std::set<std::string> areas_of(const std::vector<std::string>& names) {
  std::set<std::string> areas;
  for (std::string_view name : names) {
    if (name.starts_with("defect.")) name.remove_prefix(std::string_view("defect.").size());
    areas.emplace(name.substr(0, name.find('.')));
  }
  return areas;
}

std::optional<Exit> refuse(const museum::Request& request, const std::vector<std::string>& names) {
  if (!request.name.empty() && std::ranges::find(names, request.name) == names.end()) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    return usage_error(fmt::format("there is no mistake {}{}\nrefmm museum --list names them all.",
                                   in_backticks(request.name), did_you_mean(request.name, known)));
  }
  const std::set<std::string> areas = areas_of(names);
  if (request.area != "all" && !areas.contains(request.area))
    return usage_error(fmt::format("there is no area {} of mistakes; there are {}, all",
                                   in_backticks(request.area), fmt::join(areas, ", ")));
  return std::nullopt;
}

/// Where the transcript of a mistake goes.
void keep(const museum::Mistake& mistake, const std::string& folder) {
  for (const museum::Found& found : mistake.found) {
    const bool is_session = found.by != "Z3" && found.by != "steps";
    if (!found.transcript.empty())
      write_file(folder, fmt::format("{}.{}", mistake.name, is_session ? "mmt" : found.by + ".txt"),
                 found.transcript);
  }
}

Exit run(Options options) {
  const std::vector<std::string> names = names_of_all();
  if (options.list) {
    for (const std::string& name : names)
      if (options.request.is_about(name)) fmt::print("{}\n", name);
    return Exit::agree;
  }
  if (const auto refused = refuse(options.request, names)) return *refused;
  ProgressLine line;
  options.request.progress = [&](const std::string& doing) { line.show(doing); };
  museum::FoundByTheorems theorems = museum::found_by_theorems(options.request);

  std::vector<museum::Mistake> all;
  const auto show = [&](museum::Mistake mistake) {
    if (const auto proof = theorems.extract(mistake.name)) mistake.found.push_back(proof.mapped());
    line.clear();
    fmt::print("{}", museum::rows(mistake));
    std::fflush(stdout);
    if (!options.folder.empty()) keep(mistake, options.folder);
    all.push_back(std::move(mistake));
  };
  fmt::print("{}", museum::head());
  const bool complete = museum::show_found_by_sessions(options.request, show);
  if (complete) museum::show_found_by_steps(options.request, show);
  for (const std::string& name : names) {
    const bool is_shown = std::ranges::find(all, name, &museum::Mistake::name) != all.end();
    if (complete && options.request.is_about(name) && !is_shown) show({name, "", {}});
  }
  line.clear();
  fmt::print("\n{}{}", museum::summary(all), complete ? "" : "interrupted\n");
  if (!options.json.empty()) write_text(options.json, write_json(all).dump(1) + "\n");
  const bool all_found = std::ranges::none_of(all, &std::vector<museum::Found>::empty, &museum::Mistake::found);
  return all_found ? Exit::agree : Exit::difference;
}

completion::Values values() {
  std::set<std::string> areas = areas_of(museum::names());
  areas.insert("all");
  return {{"--area", completion::names(areas)},
          {"--mutant", completion::names(museum::names())},
          {"--folder", completion::folders()},
          {"--json", completion::files()}};
}

}  // namespace

SubCommand add_museum(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("museum", "All known mistakes in one table, and what finds each of them");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  museum::Request& request = options->request;
  request.jobs = std::max(1u, std::thread::hardware_concurrency());
  CLI::Option* area = app->add_option("--area", request.area, "Only mistakes of this area")->capture_default_str();
  app->add_option("--mutant,--defect", request.name, "Only this one")->excludes(area);
  app->add_option("--seeds", request.seeds, "With how many seeds each is looked for")
      ->check(whole_number(1, 1000))
      ->capture_default_str();
  app->add_option("--seed", request.seed, "The first of them")->check(whole_number(0))->capture_default_str();
  app->add_option("--transcripts", request.shown,
                  "Of how many seeds what is found is shrunk, to see whether the transcripts are alike")
      ->check(whole_number(1, 1000))
      ->capture_default_str();
  app->add_option("--runs", request.runs, "How many sessions to try at most with each seed (if not given: 20000)")
      ->check(whole_number(1));
  app->add_option("--jobs", request.jobs,
                  "How many processes to run in; as many as there are processors if not given")
      ->check(whole_number(1, 1024));
  app->add_option("--folder", options->folder, "Where transcripts go");
  app->add_option("--json", options->json, "Where the table is written as JSON, with the transcripts");
  app->add_flag("--list", options->list, "List the names");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

// refmm check: random sessions on the implementation and the model side by side.
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/check_defects.hpp>
#include <refmm/tools/check_sessions.hpp>
#include <refmm/tools/check_subject.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/run_subjects.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace refmm::command {
namespace {

constexpr std::size_t width_of_mutant = 52;  // columns

constexpr std::string_view as_built = "as-built";

/// The families that can be checked, bottom up.
constexpr std::tuple<BuddyFamily, SlabFamily, KernelMapFamily, VmaFamily, FaultFamily, MallocFamily> families{};

struct Options {
  std::string area = "all";
  std::optional<std::uint64_t> milliseconds{}, runs{}, seed{}, shrink_milliseconds{};
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::string folder{};
  std::string mutant{};
  std::string library{};
  std::uint64_t patience = 2000;  // milliseconds
  std::string profile = "corrected";
  std::string defect{};
  bool list_mutants = false;
  bool defects = false;
  std::string shard = "1/1";
  std::string json{}, junit{}, corpus{};
};

// ---- Families -----------------------------------------------------------------------------------------------------------

bool is_chosen(const Options& options, std::string_view area) {
  return options.area == "all" || options.area == area;
}

/// What is asked is about the defects of 2.4.0.
bool is_about_defects(const Options& options) {
  return options.defects || !options.defect.empty() || options.profile == as_built;
}

/// The defect of a family that the options name, or that is in an area that they choose if they name none.
template <class Family>
bool has_defect_in_question(const Options& options) {
  if constexpr (HasDefects<Family>) {
    return std::ranges::any_of(defects<Family>(), [&](const Defect<Family>& defect) {
      return is_chosen(options, area_of(defect.clause->name)) &&
             (options.defect.empty() || options.defect == defect.name);
    });
  }
  return false;
}

/// Calls `visit.operator()<Family>()` for each family that is chosen, with one of its areas or with all.
void for_each_chosen(const Options& options, const auto& visit) {
  const auto one = [&]<class Family>(Family) {
    if (chosen_areas<Family>(options.area).empty()) return;
    if (!is_about_defects(options) || has_defect_in_question<Family>(options)) visit.template operator()<Family>();
  };
  std::apply([&](auto... family) { (one(family), ...); }, families);
}

std::size_t count_chosen(const Options& options) {
  std::size_t count = 0;
  for_each_chosen(options, [&]<class Family> { ++count; });
  return count;
}

std::vector<std::string_view> names_of_areas() {
  std::vector<std::string_view> names;
  for_each_chosen({}, [&]<class Family> { std::ranges::copy(areas_of<Family>(), std::back_inserter(names)); });
  names.push_back("all");
  return names;
}

std::vector<Mutant> mutants_of_chosen(const Options& options) {
  std::vector<Mutant> mutants;
  for_each_chosen(options, [&]<class Family> {
    std::ranges::copy_if(Checking<Family>::mutants(), std::back_inserter(mutants),
                         [&](const Mutant& mutant) { return is_chosen(options, area_of(mutant.name)); });
  });
  return mutants;
}

std::vector<std::string_view> names_of_all_defects() {
  std::vector<std::string_view> names;
  for_each_chosen({}, [&]<class Family> {
    if constexpr (HasDefects<Family>) std::ranges::copy(names_of_defects<Family>(), std::back_inserter(names));
  });
  return names;
}

// ---- A check ------------------------------------------------------------------------------------------------------------

SessionOptions session_options(const Options& options) {
  SessionOptions sessions{.area = options.area,
                          .seed = options.seed ? *options.seed : std::random_device{}(),
                          .jobs = options.jobs,
                          .runs = options.runs,
                          .corpus = options.corpus};
  if (options.milliseconds) sessions.time = std::chrono::milliseconds(*options.milliseconds);
  if (options.shrink_milliseconds) sessions.shrink_time = std::chrono::milliseconds(*options.shrink_milliseconds);
  const auto [number, of] = part_in(options.shard);
  sessions.shard = {number, of};
  if (!options.folder.empty() || !options.corpus.empty())
    sessions.folder = options.folder.empty() ? options.corpus : options.folder;
  return sessions;
}

/// A check of the implementation, with the mutant or the defects that the options name.
template <class Family>
CheckRequest<Family> request_for(const Options& options, const SessionOptions& sessions) {
  CheckRequest<Family> request = request_for<Family>(sessions, count_chosen(options));
  if (!options.mutant.empty()) {
    request.subject = Checking<Family>::make_mutable_implementation;
    request.replay = replay_options<Family>(options.mutant);
  }
  if constexpr (HasDefects<Family>) {
    if (options.profile == as_built) check_as_built(request);
  }
  return request;
}

Exit run_check(const Options& options) {
  const SessionOptions sessions = session_options(options);
  const Subjects subjects(options.profile != as_built, options.mutant);
  std::vector<CheckSummary> summaries;
  for_each_chosen(options, [&]<class Family> {
    if (!summaries.empty() && summaries.back().interrupted) return;
    if (!summaries.empty()) fmt::print("\n");
    summaries.push_back(
        check_sessions(sessions, request_for<Family>(options, sessions), subjects.implementations()));
  });
  return hand_over(summaries, options.json, options.junit);
}

/// Somebody else's subject in place of the implementation.
Exit run_check_of_library(const Options& options) {
  return check_subject({.library = options.library,
                        .patience = std::chrono::milliseconds(options.patience),
                        .sessions = session_options(options),
                        .json = options.json,
                        .junit = options.junit});
}

// ---- Options ------------------------------------------------------------------------------------------------------------

Exit list_mutants(const Options& options) {
  for (const Mutant& mutant : mutants_of_chosen(options))
    fmt::print("{:<{}} {}\n", mutant.name, width_of_mutant, mutant.mistake);
  return Exit::agree;
}

std::string areas_with_defects() {
  std::vector<std::string_view> areas;
  for_each_chosen({}, [&]<class Family> {
    if constexpr (HasDefects<Family>) {
      for (const Defect<Family>& defect : defects<Family>()) areas.push_back(area_of(defect.clause->name));
    }
  });
  areas.erase(std::unique(areas.begin(), areas.end()), areas.end());
  return fmt::format("{}", fmt::join(areas, ", "));
}

/// Narrows the area to that of a mutant; a usage error where the options do not go together.
std::optional<Exit> narrow_area(Options& options) {
  if (is_about_defects(options)) {
    if (count_chosen(options) != 0) return std::nullopt;
    if (options.defect.empty())
      return usage_error(fmt::format("no defect of 2.4.0 is known in area {}; there are some in {}", options.area,
                                     areas_with_defects()));
    return usage_error(fmt::format("{} is no defect of area {}", in_backticks(options.defect), options.area));
  }
  const std::string_view area = options.mutant.empty() ? std::string_view(options.area) : area_of(options.mutant);
  if (!is_chosen(options, area))
    return usage_error(
        fmt::format("{} is of area {}, not of {}", in_backticks(options.mutant), area, options.area));
  options.area = area;
  return std::nullopt;
}

std::optional<Exit> refuse_unknown_names(const Options& options) {
  if (count_chosen({.area = options.area}) == 0)
    return usage_error(fmt::format("there is no area {} to check; there are {}", in_backticks(options.area),
                                   fmt::join(names_of_areas(), ", ")));
  const auto is_among = [](const std::vector<std::string_view>& names, std::string_view name) {
    return name.empty() || std::ranges::find(names, name) != names.end();
  };
  std::vector<std::string_view> names;
  for (const Mutant& mutant : mutants_of_chosen({})) names.push_back(mutant.name);
  if (!is_among(names, options.mutant))
    return usage_error(fmt::format("there is no mutant {}{}\nrefmm check --list-mutants names them all.",
                                   in_backticks(options.mutant), did_you_mean(options.mutant, names)));
  if (!is_among(names_of_all_defects(), options.defect))
    return usage_error(fmt::format("there is no defect {}{}\nrefmm check --defects looks for them all.",
                                   in_backticks(options.defect),
                                   did_you_mean(options.defect, names_of_all_defects())));
  return std::nullopt;
}

/// The table of defects of each family, or the check for the one that the options name.
Exit run_defects(const Options& options) {
  const DefectOptions how{options.seed.value_or(1), options.jobs, options.runs, options.folder};
  Exit all = Exit::agree;
  bool first = true;
  for_each_chosen(options, [&]<class Family> {
    if constexpr (HasDefects<Family>) {
      if (!std::exchange(first, false)) fmt::print("\n");
      const Exit exit = options.defects ? show_defects<Family>(how) : show_defect<Family>(options.defect, how);
      if (exit != Exit::agree) all = exit;
    }
  });
  return all;
}

Exit run(Options options) {
  if (const auto refused = refuse_unknown_names(options)) return *refused;
  if (!options.library.empty()) return run_check_of_library(options);
  if (const auto refused = narrow_area(options)) return *refused;
  if (options.list_mutants) return list_mutants(options);
  if (!options.defects && options.defect.empty()) return run_check(options);
  return run_defects(options);
}

completion::Values values() {
  return {{"--area", completion::names(names_of_areas())},
          {"--folder", completion::folders()},
          {"--subject", completion::files()},
          {"--mutant", completion::names(mutant_names())},
          {"--defect", completion::names(names_of_all_defects())},
          {"--corpus", completion::folders()},
          {"--json", completion::files()},
          {"--junit", completion::files()},
          {"--profile", completion::names(std::array{"as-built", "corrected"})}};
}

}  // namespace

SubCommand add_check(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("check", "Test the implementation against the model, with random sessions");
  const auto options = std::make_shared<Options>();
  app->add_option("--area", options->area, "The area to check, or all")->capture_default_str();
  CLI::Option* time = app->add_option("--time", options->milliseconds,
                                      "How long to go on, as in 30s, 500ms, 2m (without --runs: 10s)")
                          ->transform(duration());
  app->add_option("--runs", options->runs, "How many sessions to run")->excludes(time)->check(whole_number(1));
  app->add_option("--seed", options->seed, "Where random numbers begin: the same seed, the same runs")
      ->check(whole_number(0));
  app->add_option("--jobs", options->jobs,
                  "How many processes to run in; as many as there are processors if not given")
      ->check(whole_number(1, 1024));
  app->add_option("--shrink-for", options->shrink_milliseconds,
                  "How long to make a counterexample simpler at most, as in 20s (if not given: 60s)")
      ->transform(duration());
  app->add_option("--folder", options->folder,
                  "Where a counterexample is written (if not given: counterexamples)");
  CLI::Option* subject =
      app->add_option("--subject", options->library,
                      "A shared library with your own memory manager, ./mine.so, in place of the implementation; "
                      "refmm/subject.h says what it exports");
  app->add_option("--patience", options->patience,
                  "How long your own may take over one command before it counts as hanging (if not given: 2s)")
      ->needs(subject)
      ->transform(duration());
  app->add_option("--mutant", options->mutant, "A mistake that the implementation is to make")->excludes(subject);
  app->add_option("--corpus", options->corpus,
                  "A folder of transcripts that are replayed first; a counterexample is kept there");
  app->add_option("--shard", options->shard,
                  "One part of a campaign, I of N: only every Nth session, from the Ith on")
      ->check(part());
  app->add_option("--json", options->json,
                  "Where what was done is written as JSON, for refmm merge and other programs");
  app->add_option("--junit", options->junit, "Where it is written as JUnit's XML");
  app->add_flag("--list-mutants", options->list_mutants, "List the mistakes that it can be told to make")
      ->excludes(time, subject);
  CLI::Option* profile =
      app->add_option("--profile", options->profile,
                      "corrected: the implementation is checked; as-built: 2.4.0 as it was, for its defects")
          ->check(CLI::IsMember(std::vector<std::string>{"corrected", std::string(as_built)}))
          ->excludes(subject)
          ->capture_default_str();
  CLI::Option* defect =
      app->add_option("--defect", options->defect, "Look for one of 2.4.0's defects, all others being mended")
          ->excludes(profile, time, subject);
  app->add_flag("--defects", options->defects,
                "Look for each of 2.4.0's defects, and show what it takes to find it")
      ->excludes(profile, defect, time, subject);
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

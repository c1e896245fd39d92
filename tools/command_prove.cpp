// refmm prove: the laws of the model, for every input.
#include <refmm/proofs/proof.hpp>
#include <refmm/proofs/proof_processes.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/story_proof.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {
namespace {

struct Options {
  std::vector<std::string> names{};
  std::string area{};
  std::string mutant{};
  std::optional<std::string> smtlib{};
  std::string folder = "counterexamples";
  unsigned jobs = 1;
};

/// Names of which one was not found; the first that is near, if any, is shown.
Exit unknown(std::string_view kind, std::string_view typed, const std::vector<std::string_view>& names) {
  return usage_error(fmt::format("there is no {} {}{}", kind, typed, did_you_mean(typed, names)));
}

std::vector<std::string_view> names_of_theorems() {
  std::vector<std::string_view> names;
  for (const Theorem& theorem : all_theorems()) names.push_back(theorem.name);
  return names;
}

std::vector<std::string_view> names_of_areas() {
  std::set<std::string_view> areas;
  for (const Theorem& theorem : all_theorems()) areas.insert(area_of(theorem));
  return {areas.begin(), areas.end()};
}

std::vector<std::string_view> names_of_mutants() {
  std::set<std::string_view> mutants;
  for (const Theorem& theorem : all_theorems()) mutants.insert(theorem.fails_on.begin(), theorem.fails_on.end());
  return {mutants.begin(), mutants.end()};
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// ---- Lines --------------------------------------------------------------------------------------------------------------

/// The widths of the columns that hold text.
struct Widths {
  std::size_t name = 0, clause = 0, scope = 0;
};

Widths widths_of(const std::vector<const Theorem*>& theorems) {
  Widths widths;
  for (const Theorem* theorem : theorems) {
    widths.name = std::max(widths.name, theorem->name.size());
    widths.clause = std::max(widths.clause, theorem->clause->name.size());
    widths.scope = std::max(widths.scope, theorem->scope.size());
  }
  return widths;
}

void show(const Theorem& theorem, const Proof& proof, const Widths& widths) {
  const auto& [paths, pruned, abandoned, queries, rlimit] = proof.statistics;
  fmt::print("{:<{}}  {:<{}}  {:<{}}  {:>4} paths  {:>5} queries  {:>6.2f} s  {}", theorem.name, widths.name,
             theorem.clause->name, widths.clause, theorem.scope, widths.scope, paths, queries, proof.seconds,
             name_of(proof.verdict));
  if (!proof.killed.empty()) fmt::print(", {} killed", counted(proof.killed.size(), "mutant"));
  fmt::print("\n");
  if (!proof.reason.empty()) fmt::print("    {}\n", proof.reason);
  if (proof.verdict != Verdict::refuted) return;
  const Counterexample& counterexample = proof.counterexample;
  fmt::print("    counterexample: {}\n", in_words(counterexample.inputs));
  fmt::print("    {}\n", counterexample.replayed
                             ? "replayed: on these inputs the model breaks the law"
                             : "not replayed: on these inputs alone the model does not break it");
}

void show_summary(const std::array<std::size_t, verdicts>& count, double seconds, std::size_t killed) {
  std::size_t theorems = 0;
  std::string text;
  for (std::size_t verdict = 0; verdict < count.size(); ++verdict) {
    theorems += count[verdict];
    if (count[verdict] == 0) continue;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", count[verdict], name_of(static_cast<Verdict>(verdict)));
  }
  fmt::print("{}: {}; {} killed; {:.1f} s\n", counted(theorems, "theorem"), text, counted(killed, "mutant"),
             seconds);
}

// ---- The command --------------------------------------------------------------------------------------------------------

/// Whether the obligations can be written there, seen before anything is proved.
std::optional<std::string> why_not_writable(const std::filesystem::path& folder,
                                            const std::vector<const Theorem*>& theorems) {
  try {
    for (const Theorem* theorem : theorems) Obligations(folder, theorem->name);
  } catch (const std::filesystem::filesystem_error& error) {
    return fmt::format("{}: {}", error.path1().string(), error.code().message());
  }
  return std::nullopt;
}

/// Writes what refutes a theorem as a page.
void write_page(const Theorem& theorem, const Proof& proof, const ProofRequest& request,
                const std::string& folder) {
  const std::string replay =
      fmt::format("refmm prove {}{}", theorem.name, request.mutant.empty() ? "" : " --mutant " + request.mutant);
  const std::filesystem::path path = std::filesystem::path(folder) / fmt::format("{}.html", theorem.name);
  story::write_page(path, story::html(story::of_refutation(theorem, proof, replay)));
  fmt::print("    page: {}\n", path.string());
}

Exit prove(const std::vector<const Theorem*>& theorems, const ProofRequest& request, const std::string& folder) {
  const auto begin = std::chrono::steady_clock::now();
  const Widths widths = widths_of(theorems);
  std::array<std::size_t, verdicts> count{};
  std::set<std::string> killed;
  ProgressLine line;
  prove_all(
      theorems, request,
      [&](std::size_t done) { line.show(fmt::format("{} of {} theorems", done, theorems.size())); },
      [&](const Theorem& theorem, const Proof& proof) {
        line.clear();
        show(theorem, proof, widths);
        if (proof.verdict == Verdict::refuted) write_page(theorem, proof, request, folder);
        ++count[static_cast<std::size_t>(proof.verdict)];
        for (const KilledMutant& mutant : proof.killed) killed.insert(mutant.name);
      });
  line.clear();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  show_summary(count, seconds, killed.size());
  const bool all_proved = count[static_cast<std::size_t>(Verdict::proved)] == theorems.size();
  return all_proved ? Exit::agree : Exit::difference;
}

Exit run(const Options& options) {
  std::vector<const Theorem*> theorems;
  for (const std::string& name : options.names) {
    if (!find_theorem(name)) return unknown("theorem", name, names_of_theorems());
  }
  if (!options.area.empty() && !contains(names_of_areas(), options.area))
    return unknown("area", options.area, names_of_areas());
  if (!options.mutant.empty() && !contains(names_of_mutants(), options.mutant))
    return unknown("mutant", options.mutant, names_of_mutants());
  for (const Theorem& theorem : all_theorems()) {
    const bool named =
        options.names.empty() || std::ranges::find(options.names, theorem.name) != options.names.end();
    if (named && (options.area.empty() || area_of(theorem) == options.area)) theorems.push_back(&theorem);
  }
  ProofRequest request;
  request.jobs = options.jobs;
  request.mutant = options.mutant;
  if (options.smtlib) {
    request.smtlib = *options.smtlib;
    if (const auto reason = why_not_writable(*request.smtlib, theorems)) return usage_error(*reason);
  }
  return prove(theorems, request, options.folder);
}

completion::Values values() {
  return {{"NAME", completion::names(names_of_theorems())},
          {"--area", completion::names(names_of_areas())},
          {"--smtlib", completion::folders()},
          {"--folder", completion::folders()},
          {"--mutant", completion::names(names_of_mutants())}};
}

}  // namespace

SubCommand add_prove(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("prove", "Prove the laws of the model for every input");
  const auto options = std::make_shared<Options>();
  app->add_option("NAME", options->names, "The theorems to prove (default: all)");
  app->add_option("--area", options->area, "Only theorems of this area");
  app->add_option("--jobs", options->jobs, "How many processes to prove in")
      ->check(whole_number(1, 1024))
      ->capture_default_str();
  app->add_option("--smtlib", options->smtlib, "A folder to write what was proved to, as SMT-LIB 2");
  app->add_option("--folder", options->folder, "Where the page of a theorem that does not hold goes")
      ->capture_default_str();
  app->add_option("--mutant", options->mutant, "A mistake that the model is to make, to see what it breaks");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

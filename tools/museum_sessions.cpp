// What random sessions and steps find.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/area_tree_search.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/museum.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>
#include <tuple>
#include <utility>

namespace refmm::museum {

namespace {

/// Bottom up.
constexpr std::tuple<BuddyFamily, SlabFamily, KernelMapFamily, VmaFamily, FaultFamily, MallocFamily> families{};

MuseumRequest request_for(const Request& request, std::string_view name) {
  MuseumRequest search;
  search.seeds.resize(request.seeds);
  std::iota(search.seeds.begin(), search.seeds.end(), request.seed);
  search.most_shown = request.shown;
  search.jobs = request.jobs;
  if (request.runs) search.most_runs = *request.runs;
  search.progress = [&request, name](const CheckProgress& progress) {
    if (request.progress) request.progress(fmt::format("{}: {}", name, command::in_words(progress)));
  };
  return search;
}

std::string kind_of(const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::crash:
      return "crash";
    case Finding::Kind::hang:
      return "hang";
    default:
      return finding.law ? "law" : "refinement";
  }
}

std::string subject_of(const Finding& finding) {
  if (finding.kind == Finding::Kind::crash || finding.kind == Finding::Kind::hang) return "";
  return finding.law ? std::string(finding.sentence) : finding.difference.path;
}

template <class Family>
Mistake mistake_of(const Exhibit<Family>& exhibit) {
  Mistake mistake{std::string(exhibit.mutant.name), std::string(exhibit.mutant.mistake), {}};
  if (exhibit.catches.empty()) return mistake;
  Found found{};
  found.seeds = exhibit.seeds;
  for (const Catch& caught : exhibit.catches) {
    found.tests.push_back(caught.runs);
    found.seconds.push_back(caught.seconds);
  }
  for (const Shown<Family>& shown : exhibit.shown) {
    found.lengths.push_back(shown.counterexample.script.items.size());
    found.shrinking.push_back(shown.seconds);
  }
  if (!exhibit.shown.empty()) {
    const Counterexample<Family>& shown = exhibit.most_common().counterexample;
    found.by = kind_of(shown.testimony.finding);
    found.what = subject_of(shown.testimony.finding);
    found.clause = shown.testimony.finding.clause->name;
    found.alike = exhibit.alike();
    found.transcript = shown.text;
  }
  mistake.found.push_back(std::move(found));
  return mistake;
}

/// Calls `one` with each mutant or defect of a family and its name, until it returns false. Returns false then.
template <class Family>
bool each_of(const auto& one) {
  for (const Mutant& mutant : Checking<Family>::mutants())
    if (!one(mutant, mutant.name)) return false;
  if constexpr (HasDefects<Family>) {
    for (const Defect<Family>& defect : defects<Family>())
      if (!one(defect, defect.clause->name)) return false;
  }
  return true;
}

}  // namespace

bool show_found_by_sessions(const Request& request, const Show& show) {
  const auto of_family = [&]<class Family>(Family) {
    return each_of<Family>([&](const auto& mistake, std::string_view name) {
      if (!request.is_about(name)) return true;
      const Exhibit<Family> found = exhibit<Family>(mistake, request_for(request, name));
      if (!found.interrupted) show(mistake_of(found));
      return !found.interrupted;
    });
  };
  return std::apply([&](auto... family) { return (of_family(family) && ...); }, families);
}

void show_found_by_steps(const Request& request, const Show& show) {
  for (const Mutant& mutant : area_tree::mutants) {
    if (!request.is_about(mutant.name)) continue;
    const WithMutant on(mutant.name);
    Mistake mistake{std::string(mutant.name), std::string(mutant.mistake), {}};
    Found found{};
    found.by = "steps";
    found.seeds = request.seeds;
    for (std::uint64_t seed = request.seed; seed < request.seed + request.seeds; ++seed) {
      if (request.progress) request.progress(fmt::format("{}: seed {}", mutant.name, seed));
      const auto difference = area_tree::search(seed, found.lengths.size() < request.shown);
      if (!difference) continue;
      found.tests.push_back(difference->sequences);
      found.seconds.push_back(difference->seconds);
      if (found.lengths.size() >= request.shown) continue;
      found.lengths.push_back(difference->steps.size());
      if (!found.transcript.empty()) continue;
      found.what = difference->what;
      found.alike = 1;
      found.transcript = fmt::format("{}\n", fmt::join(difference->steps, "\n"));
    }
    if (!found.tests.empty()) mistake.found.push_back(std::move(found));
    show(mistake);
  }
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  const auto of_family = [&]<class Family>(Family) {
    each_of<Family>([&](const auto&, std::string_view name) {
      names.emplace_back(name);
      return true;
    });
  };
  std::apply([&](auto... family) { (of_family(family), ...); }, families);
  for (const Mutant& mutant : area_tree::mutants) names.emplace_back(mutant.name);
  return names;
}

}  // namespace refmm::museum

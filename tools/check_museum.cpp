#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/check_museum.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/progress.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace refmm::command {

namespace {

template <class Family>
void show(const Exhibit<Family>& exhibit) {
  if (exhibit.catches.empty()) {
    fmt::print("{:<{}} not found\n", exhibit.mutant.name, width_of_mutant);
    return;
  }
  const Catch<Family>& caught = exhibit.most_common();
  double seconds = 0;
  for (const Catch<Family>& one : exhibit.catches) seconds += one.seconds;
  fmt::print("{:<{}} {:>8} {:>7} {:>5}/{:<2} {:>8} {:>6.1f} s\n", exhibit.mutant.name, width_of_mutant,
             caught.counterexample.script.items.size(), thousands(exhibit.median_runs()), exhibit.alike(),
             exhibit.seeds, thousands(caught.tries), seconds / static_cast<double>(exhibit.catches.size()));
}

MuseumRequest request_for(const MuseumOptions& options) {
  MuseumRequest request;
  request.jobs = options.jobs;
  if (options.runs) request.most_runs = *options.runs;
  if (options.seed) {
    for (std::size_t i = 0; i < request.seeds.size(); ++i) request.seeds[i] = *options.seed + i;
  }
  return request;
}

}  // namespace

void show_head_of_museum() {
  fmt::print("{:<{}} {:>8} {:>7} {:>8} {:>8} {:>8}\n", "mutant", width_of_mutant, "commands", "runs", "alike",
             "tries", "shrunk in");
}

template <class Family>
bool show_exhibits(const MuseumOptions& options) {
  MuseumRequest request = request_for(options);
  ProgressLine line;
  std::string_view name;
  request.progress = [&](const CheckProgress& progress) {
    line.show(fmt::format("{}: {}", name, in_words(progress)));
  };
  bool all_found = true;
  for (const Mutant& mutant : Checking<Family>::mutants()) {
    if (options.area != "all" && options.area != area_of(mutant.name)) continue;
    if (!options.mutant.empty() && mutant.name != options.mutant) continue;
    name = mutant.name;
    const Exhibit<Family> found = exhibit<Family>(mutant, request);
    line.clear();
    show(found);
    std::fflush(stdout);
    all_found = all_found && found.always_found();
    if (options.folder.empty() || found.catches.empty()) continue;
    Counterexample<Family> shown = found.most_common().counterexample;
    shown.file_name = std::string(mutant.name) + ".mmt";
    write(shown, options.folder);
  }
  return all_found;
}

template bool show_exhibits<BuddyFamily>(const MuseumOptions&);
template bool show_exhibits<SlabFamily>(const MuseumOptions&);
template bool show_exhibits<KernelMapFamily>(const MuseumOptions&);
template bool show_exhibits<VmaFamily>(const MuseumOptions&);
template bool show_exhibits<FaultFamily>(const MuseumOptions&);
template bool show_exhibits<MallocFamily>(const MuseumOptions&);

}  // namespace refmm::command

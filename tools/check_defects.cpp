#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/check_defects.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/check_summary.hpp>
#include <refmm/tools/progress.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace refmm::command {
namespace {

constexpr std::size_t width_of_name = 34;

template <class Family>
CheckReport<Family> look(const Defect<Family>& defect, const DefectOptions& options) {
  DefectRequest request{.seed = options.seed, .jobs = options.jobs, .explain = true};
  if (options.runs) request.most_runs = *options.runs;
  ProgressLine line;
  request.progress = [&](const CheckProgress& progress) {
    line.show(fmt::format("{}: {}", defect.clause->name, in_words(progress)));
  };
  return look_for(defect, request);
}

/// The law that the defect breaks, and its clause; what differs where no law says so.
std::string law_of(const Finding& finding) {
  if (!finding.law) return fmt::format("({} differs)", finding.difference.path);
  return fmt::format("{} [{}]", finding.sentence, finding.law->name);
}

template <class Family>
void show_row(const Defect<Family>& defect, const CheckReport<Family>& report) {
  if (!report.failure) {
    fmt::print("{:<{}} not found in {} runs\n", defect.clause->name, width_of_name, thousands(report.runs));
    return;
  }
  const auto& failure = *report.failure;
  fmt::print("{:<{}} {:>7} {:>8}  {}\n", defect.clause->name, width_of_name, thousands(failure.run + 1),
             failure.shrunk.script.items.size(), law_of(failure.counterexample.testimony.finding));
}

}  // namespace

template <class Family>
std::vector<std::string_view> names_of_defects() {
  std::vector<std::string_view> names;
  for (const Defect<Family>& defect : defects<Family>()) names.push_back(defect.name);
  return names;
}

template <class Family>
Exit show_defects(const DefectOptions& options) {
  fmt::print("{:<{}} {:>7} {:>8}  {}\n", "defect", width_of_name, "runs", "commands", "law that it breaks");
  std::string transcripts;
  bool all_found = true;
  for (const Defect<Family>& defect : defects<Family>()) {
    auto report = look(defect, options);
    show_row(defect, report);
    std::fflush(stdout);
    all_found = all_found && report.failure;
    if (report.interrupted) break;
    if (!report.failure) continue;
    Counterexample<Family>& shown = report.failure->counterexample;
    shown.file_name = fmt::format("{}.mmt", defect.clause->name);
    transcripts += '\n' + shown.text;
    if (!options.folder.empty()) write(shown, options.folder);
  }
  fmt::print("{}", transcripts);
  return all_found ? Exit::agree : Exit::difference;
}

template <class Family>
Exit show_defect(std::string_view name, const DefectOptions& options) {
  const Defect<Family>& defect = *find_defect<Family>(name);
  const auto report = look(defect, options);
  fmt::print("defect             {}\n", defect.clause->name);
  show(summary_of(report, options.jobs, "all", whole_campaign), !report.differs);
  if (!report.failure) return Exit::agree;
  show_found(report.failure->run, report.failure->commands, report.failure->counterexample);
  const auto path =
      write(report.failure->counterexample, options.folder.empty() ? "counterexamples" : options.folder);
  show_failure<Family>(*report.failure, path, as_built_replay);
  return Exit::difference;
}

template std::vector<std::string_view> names_of_defects<BuddyFamily>();
template Exit show_defects<BuddyFamily>(const DefectOptions&);
template Exit show_defect<BuddyFamily>(std::string_view, const DefectOptions&);

template std::vector<std::string_view> names_of_defects<KernelMapFamily>();
template Exit show_defects<KernelMapFamily>(const DefectOptions&);
template Exit show_defect<KernelMapFamily>(std::string_view, const DefectOptions&);
template std::vector<std::string_view> names_of_defects<VmaFamily>();
template Exit show_defects<VmaFamily>(const DefectOptions&);
template Exit show_defect<VmaFamily>(std::string_view, const DefectOptions&);
template std::vector<std::string_view> names_of_defects<FaultFamily>();
template Exit show_defects<FaultFamily>(const DefectOptions&);
template Exit show_defect<FaultFamily>(std::string_view, const DefectOptions&);
template std::vector<std::string_view> names_of_defects<MallocFamily>();
template Exit show_defects<MallocFamily>(const DefectOptions&);
template Exit show_defect<MallocFamily>(std::string_view, const DefectOptions&);

}  // namespace refmm::command

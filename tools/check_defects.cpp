#include <refmm/tests/vma_defect_search.hpp>
#include <refmm/tools/check_defects.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/progress.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace refmm::command {
namespace {

constexpr std::size_t width_of_name = 34;

CheckReport<VmaFamily> look(const Defect& defect, const DefectOptions& options) {
  DefectRequest request{.seed = options.seed, .jobs = options.jobs};
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

void show_row(const Defect& defect, const CheckReport<VmaFamily>& report) {
  if (!report.failure) {
    fmt::print("{:<{}} not found in {} runs\n", defect.clause->name, width_of_name, thousands(report.runs));
    return;
  }
  const auto& failure = *report.failure;
  fmt::print("{:<{}} {:>7} {:>8}  {}\n", defect.clause->name, width_of_name, thousands(failure.run + 1),
             failure.shrunk.script.items.size(), law_of(failure.counterexample.testimony.finding));
}

}  // namespace

std::vector<std::string_view> names_of_defects() {
  std::vector<std::string_view> names;
  for (const Defect& defect : defects()) names.push_back(defect.name);
  return names;
}

Exit show_defects(const DefectOptions& options) {
  fmt::print("{:<{}} {:>7} {:>8}  {}\n", "defect", width_of_name, "runs", "commands", "law that it breaks");
  std::string transcripts;
  bool all_found = true;
  for (const Defect& defect : defects()) {
    auto report = look(defect, options);
    show_row(defect, report);
    std::fflush(stdout);
    all_found = all_found && report.failure;
    if (report.interrupted) break;
    if (!report.failure) continue;
    Counterexample<VmaFamily>& shown = report.failure->counterexample;
    shown.file_name = fmt::format("{}.mmt", defect.clause->name);
    transcripts += '\n' + shown.text;
    if (!options.folder.empty()) write(shown, options.folder);
  }
  fmt::print("{}", transcripts);
  return all_found ? Exit::agree : Exit::difference;
}

Exit show_defect(std::string_view name, const DefectOptions& options) {
  const Defect& defect = *find_defect(name);
  const auto report = look(defect, options);
  fmt::print("defect             {}\n", defect.clause->name);
  show_counts(report, options.jobs);
  if (!report.failure) return Exit::agree;
  show_failure<VmaFamily>(*report.failure, options.folder.empty() ? "counterexamples" : options.folder,
                          as_built_replay);
  return Exit::difference;
}

}  // namespace refmm::command

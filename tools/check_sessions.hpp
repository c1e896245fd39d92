// The sessions of one family, checked and told of: what refmm check does for each family, whoever the subject is.
#pragma once

#include <refmm/tests/check.hpp>
#include <refmm/tests/check_corpus.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/check_summary.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/progress.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::command {

/// How sessions are checked.
struct SessionOptions {
  std::string area = "all";  // of a family
  std::uint64_t seed = 0;
  unsigned jobs = 1;
  std::optional<std::uint64_t> runs{};            // if not given, as many as there is time for
  std::chrono::milliseconds time{10'000};         // for all families together
  std::chrono::milliseconds shrink_time{60'000};  // for one counterexample
  Shard shard = whole_campaign;
  std::string folder = "counterexamples";  // for what is found
  std::string corpus{};                    // a folder of transcripts that are replayed first; empty for none
};

/// The request for a check that is one of `shares` that divide the time. The subject is put in by the caller.
template <class Family>
CheckRequest<Family> request_for(const SessionOptions& options, std::size_t shares) {
  CheckRequest<Family> request;
  request.seed = options.seed;
  request.jobs = options.jobs;
  request.runs = options.runs;
  request.first_run = options.shard.number - 1;
  request.stride = options.shard.of;
  request.shrink_time = options.shrink_time;
  if (!options.runs)
    request.time = std::max(std::chrono::milliseconds(1), options.time / static_cast<int>(shares));
  return request;
}

/// Writes the page of a counterexample beside it, and says so. Without the page the finding is what it is.
void write_story(const std::filesystem::path& transcript, const std::string& text,
                 const replay::Implementations& subjects);

/// Writes what was done for machines, into the files that are named. Returns whether all agreed.
Exit hand_over(const std::vector<CheckSummary>& summaries, const std::string& json, const std::string& junit);

/// Replays what was kept. Returns what was done if something of it differs: then nothing else need be looked for.
template <class Family>
std::optional<CheckSummary> check_corpus(const SessionOptions& options, const CheckRequest<Family>& request) {
  const CorpusReport<Family> report = replay_corpus(options.corpus, request);
  fmt::print("corpus             {} of {} in {}: {} differ\n", counted(report.transcripts, "transcript"),
             Family::name, options.corpus, report.failures.size());
  if (report.failures.empty()) return std::nullopt;
  for (const auto& failure : report.failures)
    fmt::print("\n{}:{} differs: {} [{}]\n\n{}\nreplay it with refmm run {} {}\n", failure.file.string(),
               failure.at.line, failure.counterexample.summary,
               failure.counterexample.testimony.finding.clause->name, failure.counterexample.text,
               failure.file.string(), request.replay);
  CheckSummary summary =
      summary_of(CheckReport<Family>{.seed = request.seed}, options.jobs, options.area, options.shard);
  summary.failure = summary_of_kept<Family>(report.failures.front(), request.replay);
  return summary;
}

/// Checks one family, and prints what was done. `subjects` are carried out on the page of a counterexample.
template <class Family>
CheckSummary check_sessions(const SessionOptions& options, CheckRequest<Family> request,
                            const replay::Implementations& subjects) {
  if (!options.corpus.empty()) {
    if (auto summary = check_corpus<Family>(options, request)) return *summary;
  }
  CheckSummary summary;
  ProgressLine line;
  UnderWayFile file(options.folder);
  request.progress = [&](const CheckProgress& progress) {
    line.show(fmt::format("{}: {}", Family::name, in_words(progress)));
  };
  request.ran = [&](const CheckReport<Family>& report) {
    line.clear();
    summary = summary_of(report, options.jobs, options.area, options.shard);
    show(summary, !report.differs);
  };
  request.keep = [&](const UnderWay<Family>& failing) {
    line.clear();
    file.keep(failing, options.seed);
  };
  const CheckReport<Family> report = check(request);
  line.clear();
  summary.interrupted = report.interrupted;
  if (report.failure) {
    const auto path = write(report.failure->counterexample, options.folder);
    if (!options.corpus.empty() && options.corpus != options.folder)
      write(report.failure->counterexample, options.corpus);
    file.remove();
    show_failure<Family>(*report.failure, path, request.replay);
    if (options.corpus.empty()) write_story(path, report.failure->counterexample.text, subjects);
    summary.failure = summary_of<Family>(*report.failure, path, request.replay);
  }
  std::fflush(stdout);
  return summary;
}

}  // namespace refmm::command

// What checks have done, as data: it is printed, written as JSON, read again, and put together with what others have done.
#pragma once

#include <refmm/spec/record.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_corpus.hpp>
#include <refmm/tools/check_report.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {

/// How often something was counted that belongs to a group.
struct Counted {
  REFMM_RECORD(Counted, (std::string, group), (std::string, name), (std::uint64_t, count));
};

/// One part of a campaign: I of N. Run r, from 0, belongs to part r mod N + 1, so that a campaign is the same runs whatever N.
struct Shard {
  REFMM_RECORD(Shard, (std::uint64_t, number), (std::uint64_t, of));
};

/// All of it.
inline constexpr Shard whole_campaign{1, 1};

/// When something ran: seconds since the beginning of 1970, UTC, by the clock of the machine that it ran on.
struct Span {
  REFMM_RECORD(Span, (double, from), (double, to));
};

struct FailureSummary {
  REFMM_RECORD(FailureSummary, (std::uint64_t, run),  // its number, from 1; 0 for a transcript of the corpus
               (std::uint64_t, commands),             // how many it had when it failed
               (std::string, clause), (std::string, difference),
               (std::uint64_t, length),                                                 // commands after shrinking
               (std::uint64_t, tries),                                                  // scripts that were tried
               (double, shrinking), (double, explaining),                               // seconds
               (std::string, file), (std::string, transcript), (std::string, replay));  // options of refmm run
};

/// What was done of the sessions of one family.
struct CheckSummary {
  REFMM_RECORD(CheckSummary, (std::string, family), (std::vector<std::string>, areas), (std::uint64_t, seed),
               (std::vector<Shard>, shards),  // that it is made of
               (std::uint64_t, processes), (std::uint64_t, runs), (std::uint64_t, passed_over),
               (std::uint64_t, commands), (std::uint64_t, not_compared),
               (std::vector<Span>, ran),  // apart from each other, in order of time
               (double, seconds),         // in which some part of it ran
               (double, commands_per_second),
               (double, generated_per_second),                        // in those seconds, all parts together
               (bool, interrupted), (std::vector<Counted>, clauses),  // by area; all that are to be exercised
               (std::vector<Counted>, labels),                        // sessions
               (std::optional<FailureSummary>, failure));
};

Span span_until(std::chrono::system_clock::time_point end, std::chrono::duration<double> length);

/// A failure is added by itself, as it is known later.
template <class Family>
CheckSummary summary_of(const CheckReport<Family>& report, unsigned jobs, std::string_view area,
                        const Shard& shard) {
  CheckSummary summary{.family = std::string(Family::name),
                       .areas = {},
                       .seed = report.seed,
                       .shards = {shard},
                       .processes = jobs,
                       .runs = report.runs,
                       .passed_over = report.passed_over,
                       .commands = report.commands,
                       .not_compared = report.not_compared,
                       .ran = {span_until(report.ended, report.elapsed)},
                       .seconds = report.elapsed.count(),
                       .commands_per_second = report.commands_per_second,
                       .generated_per_second = report.generated_per_second,
                       .interrupted = report.interrupted,
                       .clauses = {},
                       .labels = {},
                       .failure = {}};
  for (const std::string_view chosen : chosen_areas<Family>(area)) {
    summary.areas.emplace_back(chosen);
    for (const Clause* clause : clauses_to_exercise(chosen))
      summary.clauses.push_back({std::string(chosen), std::string(clause->name), report.coverage.hits(*clause)});
  }
  const std::vector<Label> labels = all_labels<Family>();
  for (std::size_t i = 0; i < labels.size(); ++i)
    summary.labels.push_back({labels[i].group, labels[i].name, report.labels[i]});
  return summary;
}

template <class Family>
FailureSummary summary_of(const typename CheckReport<Family>::Failure& failure, const std::filesystem::path& file,
                          std::string_view replay) {
  return {.run = failure.run + 1,
          .commands = failure.commands,
          .clause = std::string(failure.counterexample.testimony.finding.clause->name),
          .difference = failure.counterexample.summary,
          .length = failure.shrunk.script.items.size(),
          .tries = failure.shrunk.tries,
          .shrinking = failure.shrinking.count(),
          .explaining = failure.explaining.count(),
          .file = file.string(),
          .transcript = failure.counterexample.text,
          .replay = std::string(replay)};
}

/// Of a transcript that was kept.
template <class Family>
FailureSummary summary_of_kept(const typename CorpusReport<Family>::Failure& failure, std::string_view replay) {
  const std::size_t commands = failure.counterexample.script.items.size();
  return {.run = 0,
          .commands = commands,
          .clause = std::string(failure.counterexample.testimony.finding.clause->name),
          .difference = failure.counterexample.summary,
          .length = commands,
          .tries = 0,
          .shrinking = 0,
          .explaining = 0,
          .file = failure.file.string(),
          .transcript = failure.counterexample.text,
          .replay = std::string(replay)};
}

/// Labels that hardly any session had: fewer than one in a thousand. Nothing is said of fewer than a thousand sessions.
std::vector<Counted> starved_labels(const CheckSummary& summary);

/// What two parts of one campaign have done together. Throws InputError, about the file that the other one was read from, if they are not
/// parts of one: of another family or seed, or the same part.
CheckSummary merged(const CheckSummary& one, const CheckSummary& other, const std::string& file);

// ---- For people ----------------------------------------------------------------------------------------------------------

/// Prints the counts, with the clauses and labels. Clauses that were not exercised are named only where all runs agree: a check that ends at
/// a counterexample has hardly begun.
void show(const CheckSummary& summary, bool names_missing);

// ---- For machines --------------------------------------------------------------------------------------------------------

/// Written as `{"refmm": VERSION, "checks": [...]}`, each check with the labels that are starved in addition.
std::string to_json(const std::vector<CheckSummary>& summaries);

/// The reverse. Throws InputError, with the place, if the text is something else.
std::vector<CheckSummary> from_json(const std::string& file, const std::string& text);

/// As JUnit has it: a suite for each family, in it a case for the sessions and one for each clause, which is skipped if it was not
/// exercised.
std::string to_junit(const std::vector<CheckSummary>& summaries);

}  // namespace refmm::command

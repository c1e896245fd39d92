#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/check_summary.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace refmm::command {

namespace {

[[noreturn]] void refuse(const std::string& file, std::string message, std::string hint) {
  throw InputError({.file = file, .at = {1, 1}, .message = std::move(message), .hint = std::move(hint)});
}

void add(std::vector<Counted>& to, const std::vector<Counted>& more) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i].count += more[i].count;
}

bool count_the_same(const std::vector<Counted>& one, const std::vector<Counted>& other) {
  return std::ranges::equal(
      one, other, [](const Counted& a, const Counted& b) { return a.group == b.group && a.name == b.name; });
}

/// `3.1 %`, `0.04 %`, `none`.
std::string share(std::uint64_t count, std::uint64_t of) {
  if (count == 0 || of == 0) return "none";
  const double percent = 100.0 * static_cast<double>(count) / static_cast<double>(of);
  return fmt::format("{:.{}f} %", percent, percent < 0.1 ? 2 : 1);
}

/// The session that fails first in a campaign, as one machine alone would have found it.
std::optional<FailureSummary> first_of(const std::optional<FailureSummary>& one,
                                       const std::optional<FailureSummary>& other) {
  if (!one || !other) return one ? one : other;
  return one->run <= other->run ? one : other;
}

/// The same time, as spans apart from each other: what parts have done at once is one span.
std::vector<Span> joined(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::from);
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (apart.empty() || apart.back().to < span.from) {
      apart.push_back(span);
    } else {
      apart.back().to = std::max(apart.back().to, span.to);
    }
  }
  return apart;
}

double seconds_in(const std::vector<Span>& spans) {
  return std::accumulate(spans.begin(), spans.end(), 0.0,
                         [](double sum, const Span& span) { return sum + (span.to - span.from); });
}

void show_clauses(const CheckSummary& summary, bool names_missing) {
  for (const std::string& area : summary.areas) {
    std::size_t count = 0, exercised = 0;
    std::string missing;
    for (const Counted& clause : summary.clauses) {
      if (clause.group != area) continue;
      ++count;
      if (clause.count != 0) {
        ++exercised;
      } else if (names_missing) {
        missing += fmt::format("  not exercised    {}\n", clause.name);
      }
    }
    const std::string of_area = summary.areas.size() > 1 ? fmt::format(" of {}", area) : "";
    fmt::print("clauses            {} of {}{} exercised\n{}", exercised, count, of_area, missing);
  }
}

void show_labels(const CheckSummary& summary) {
  for (auto label = summary.labels.begin(); label != summary.labels.end();) {
    const std::string& group = label->group;
    std::vector<std::string> shares;
    for (; label != summary.labels.end() && label->group == group; ++label)
      shares.push_back(fmt::format("{}: {}", label->name, share(label->count, summary.runs)));
    fmt::print("  {}\n    {}\n", group, fmt::join(shares, ", "));
  }
  for (const Counted& label : starved_labels(summary))
    fmt::print("warning: hardly any session has {}: {} ({} of {})\n", label.group, label.name, label.count,
               thousands(summary.runs));
}

}  // namespace

std::vector<Counted> starved_labels(const CheckSummary& summary) {
  std::vector<Counted> starved;
  std::ranges::copy_if(summary.labels, std::back_inserter(starved),
                       [&](const Counted& label) { return is_starved(label.count, summary.runs); });
  return starved;
}

Span span_until(std::chrono::system_clock::time_point end, std::chrono::duration<double> length) {
  const double to = std::chrono::duration<double>(end.time_since_epoch()).count();
  return {to - length.count(), to};
}

CheckSummary merged(const CheckSummary& one, const CheckSummary& other, const std::string& file) {
  if (one.seed != other.seed)
    refuse(file,
           fmt::format("these are parts of two campaigns: the seed of one is {}, of the other {}", one.seed,
                       other.seed),
           "parts of one campaign are checked with the same --seed");
  if (one.family != other.family || !count_the_same(one.clauses, other.clauses) ||
      !count_the_same(one.labels, other.labels))
    refuse(file, fmt::format("what was counted of {} is not the same in both", one.family),
           "parts of one campaign are checked with the same --area, by the same refmm");
  for (const Shard& shard : one.shards) {
    if (shard.of != other.shards.front().of)
      refuse(
          file,
          fmt::format("a part of {} and a part of {} are not of one campaign", shard.of, other.shards.front().of),
          "parts of one campaign are checked with --shard I/N and the same N");
    if (std::ranges::find(other.shards, shard) != other.shards.end())
      refuse(file, fmt::format("part {}/{} is there twice", shard.number, shard.of), "give each file once");
  }
  CheckSummary both = one;
  both.shards.insert(both.shards.end(), other.shards.begin(), other.shards.end());
  std::ranges::sort(both.shards, {}, &Shard::number);
  both.processes += other.processes;
  both.runs += other.runs;
  both.passed_over += other.passed_over;
  both.commands += other.commands;
  both.not_compared += other.not_compared;
  both.ran.insert(both.ran.end(), other.ran.begin(), other.ran.end());
  both.ran = joined(std::move(both.ran));
  both.seconds = seconds_in(both.ran);
  const auto together = [&](double CheckSummary::*rate) {
    return both.seconds == 0 ? 0 : (one.*rate * one.seconds + other.*rate * other.seconds) / both.seconds;
  };
  both.commands_per_second = together(&CheckSummary::commands_per_second);
  both.generated_per_second = together(&CheckSummary::generated_per_second);
  both.interrupted = one.interrupted || other.interrupted;
  add(both.clauses, other.clauses);
  add(both.labels, other.labels);
  both.failure = first_of(one.failure, other.failure);
  return both;
}

void show(const CheckSummary& summary, bool names_missing) {
  const auto per_second = [](double rate) { return thousands(static_cast<std::uint64_t>(rate)); };
  fmt::print("area               {}\n", fmt::join(summary.areas, ", "));
  fmt::print("seed               {}\n", summary.seed);
  if (summary.shards.front().of > 1) {
    std::vector<std::uint64_t> numbers;
    for (const Shard& shard : summary.shards) numbers.push_back(shard.number);
    fmt::print("part               {} of {}\n", fmt::join(numbers, ", "), summary.shards.front().of);
  }
  fmt::print("runs               {}{}\n", thousands(summary.runs), summary.interrupted ? " (interrupted)" : "");
  if (summary.passed_over != 0)
    fmt::print("passed over        {}, in which a model does not come back from a command\n",
               summary.passed_over == 1 ? "1 run" : thousands(summary.passed_over) + " runs");
  fmt::print("commands           {} in {:.1f} s, {} {}\n", thousands(summary.commands), summary.seconds,
             summary.processes, summary.processes == 1 ? "process" : "processes");
  if (summary.not_compared != 0)
    fmt::print("not compared       {} of them ({}): the subject takes no part in the rest of a session\n",
               thousands(summary.not_compared), share(summary.not_compared, summary.commands));
  fmt::print("commands/second    {} checked\n", per_second(summary.commands_per_second));
  fmt::print("                   {} generated by RapidCheck, not run\n", per_second(summary.generated_per_second));
  show_clauses(summary, names_missing);
  if (!names_missing) return;
  fmt::print("sessions by\n");
  show_labels(summary);
}

}  // namespace refmm::command

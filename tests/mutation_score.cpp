#include <refmm/tests/check_process.hpp>
#include <refmm/tests/mutation_score.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>

namespace refmm::mutation {

namespace {

constexpr std::size_t families = 7;

/// What the processes share.
struct Common {
  std::array<Survey, families> surveys;
  std::array<std::atomic<Fate>, families> without_mutation;
  std::atomic<std::size_t> next, done;
  std::array<Score, most_mutants> scores;
};

std::uint32_t part(double share, std::uint32_t runs) {
  return std::max(1u, static_cast<std::uint32_t>(std::lround(share * runs)));
}

/// Runs work(0), ..., work(count - 1), in `jobs` processes at a time, each of which takes the next.
void share_out(unsigned jobs, std::size_t count, Common& common, const std::function<void(std::size_t)>& work,
               const std::function<void()>& meanwhile) {
  common.next = 0;
  std::vector<std::unique_ptr<Process>> processes;
  for (unsigned job = 0; job < std::max(1u, jobs); ++job) {
    processes.push_back(std::make_unique<Process>([&](Line&) {
      for (std::size_t index = common.next++; index < count; index = common.next++) work(index);
    }));
  }
  for (const auto& process : processes) {
    while (process->line().listen(std::chrono::milliseconds(200)) != Line::Heard::end) meanwhile();
    if (const auto end = process->wait()) throw std::runtime_error("a process that tries mutants was " + *end);
  }
}

/// What a family does with a mutation: the part of a full trial.
struct Turn {
  std::size_t family;
  double effort;
};

/// All families whose sessions lead to a mutation. Where those that its file belongs to do, they come first: what their sessions do not
/// notice, those of others, which build on it, seldom do, and get a tenth.
std::vector<Turn> turns(const Common& common, const Mutation& mutation) {
  constexpr double full = 1, tenth = 0.1;
  std::vector<Turn> own, others;
  for (std::size_t family = 0; family < families; ++family) {
    if (common.surveys[family].first_run[mutation.number] == Survey::never) continue;
    const bool is_own = std::ranges::any_of(
        trial_families()[family].files, [&](std::string_view files) { return mutation.file.starts_with(files); });
    (is_own ? own : others).push_back({family, full});
  }
  for (Turn& other : others) {
    if (!own.empty()) other.effort = tenth;
    own.push_back(other);
  }
  return own;
}

Score try_out(const Request& request, const Common& common, const Mutation& mutation) {
  const auto means_nothing = [&](const Survey& survey) { return survey.means_nothing[mutation.number]; };
  if (std::ranges::any_of(common.surveys, means_nothing))
    return {mutation.number, Class::means_nothing, Fate::unknown, 0, 0};
  Score score{mutation.number, Class::not_reached, Fate::unknown, 0, 0};
  for (const auto [index, effort] : turns(common, mutation)) {
    const TrialFamily& family = trial_families()[index];
    const std::uint32_t first = common.surveys[index].first_run[mutation.number];
    const std::uint32_t runs = part(request.effort * effort, family.runs);
    if (first >= runs) continue;
    const Verdict verdict = family.trial(request.seed, first, runs, mutation.number);
    score = {mutation.number, Class::survived, verdict.fate, static_cast<std::uint8_t>(index), verdict.runs};
    if (verdict.fate != Fate::survived) {
      score.what = Class::killed;
      break;
    }
  }
  return score;
}

}  // namespace

std::vector<Score> scores(const Request& request) {
  const auto all = trial_families();
  if (all.size() != families) throw std::logic_error("the number of families is another");
  const Shared<Common> common;
  const auto survey = [&](std::size_t index) {
    const TrialFamily& family = all[index];
    const std::uint32_t runs = part(request.effort * request.survey, family.runs);
    common->without_mutation[index] = family.survey(request.seed, runs, common->surveys[index]);
  };
  share_out(request.jobs, families, *common, survey, [] {});
  for (std::size_t index = 0; index < families; ++index) {
    if (const Fate fate = common->without_mutation[index]; fate != Fate::survived)
      throw std::runtime_error(
          fmt::format("without a mutation the sessions of {} end with: {}", all[index].name, name_of(fate)));
  }
  const auto work = [&](std::size_t index) {
    common->scores[index] = try_out(request, *common, mutations()[request.numbers[index] - 1]);
    ++common->done;
  };
  const std::size_t count = request.numbers.size();
  share_out(request.jobs, count, *common, work, [&] {
    if (request.progress) request.progress(common->done, count);
  });
  return {common->scores.begin(), common->scores.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::uint32_t> sampled(std::vector<std::uint32_t> numbers, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < std::min(count, numbers.size()); ++i)
    std::swap(numbers[i], numbers[i + random() % (numbers.size() - i)]);
  numbers.resize(std::min(count, numbers.size()));
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace refmm::mutation

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace refmm {

std::uint64_t Exhibit::median_runs() const {
  if (catches.empty()) return 0;
  std::vector<std::uint64_t> runs;
  for (const Catch& caught : catches) runs.push_back(caught.runs);
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::ranges::nth_element(runs, middle);
  return *middle;
}

const Catch& Exhibit::most_common() const {
  return *std::ranges::max_element(catches, {}, [this](const Catch& caught) {
    return std::ranges::count(catches, caught.counterexample.text,
                              [](const Catch& other) { return other.counterexample.text; });
  });
}

std::size_t Exhibit::alike() const {
  if (catches.empty()) return 0;
  const std::string& text = most_common().counterexample.text;
  return static_cast<std::size_t>(
      std::ranges::count_if(catches, [&](const Catch& caught) { return caught.counterexample.text == text; }));
}

std::string replay_options(std::string_view mutant) { return "--subject impl --mutant " + std::string(mutant); }

Exhibit exhibit(const SlabMutant& mutant, const MuseumRequest& request) {
  const WithMutant on(mutant.name);
  Exhibit exhibit{mutant, request.seeds.size(), {}};
  for (const std::uint64_t seed : request.seeds) {
    CheckReport report = check({.subject = make_mutable_slab_implementation,
                                .replay = replay_options(mutant.name),
                                .seed = seed,
                                .jobs = request.jobs,
                                .runs = request.most_runs,
                                .progress = request.progress});
    if (report.failure) {
      CheckReport::Failure& failure = *report.failure;
      exhibit.catches.push_back({.seed = seed,
                                 .runs = failure.run + 1,
                                 .commands = failure.commands,
                                 .tries = failure.shrunk.tries,
                                 .seconds = failure.shrinking.count(),
                                 .counterexample = std::move(failure.counterexample)});
    }
    if (report.interrupted) break;
  }
  return exhibit;
}

}  // namespace refmm

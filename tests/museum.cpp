#include <refmm/spec/mutant.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace refmm {

template <class Family>
std::uint64_t Exhibit<Family>::median_runs() const {
  if (catches.empty()) return 0;
  std::vector<std::uint64_t> runs;
  for (const Catch<Family>& caught : catches) runs.push_back(caught.runs);
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::ranges::nth_element(runs, middle);
  return *middle;
}

template <class Family>
const Catch<Family>& Exhibit<Family>::most_common() const {
  return *std::ranges::max_element(catches, {}, [this](const Catch<Family>& caught) {
    return std::ranges::count(catches, caught.counterexample.text,
                              [](const Catch<Family>& other) { return other.counterexample.text; });
  });
}

template <class Family>
std::size_t Exhibit<Family>::alike() const {
  if (catches.empty()) return 0;
  const std::string& text = most_common().counterexample.text;
  return static_cast<std::size_t>(std::ranges::count_if(
      catches, [&](const Catch<Family>& caught) { return caught.counterexample.text == text; }));
}

template <class Family>
Exhibit<Family> exhibit(const Mutant& mutant, const MuseumRequest& request) {
  const WithMutant on(mutant.name);
  Exhibit<Family> exhibit{mutant, request.seeds.size(), {}};
  for (const std::uint64_t seed : request.seeds) {
    auto report = check<Family>({.subject = Checking<Family>::make_mutable_implementation,
                                 .replay = replay_options<Family>(mutant.name),
                                 .seed = seed,
                                 .jobs = request.jobs,
                                 .runs = request.most_runs,
                                 .shrink_time = request.shrink_time,
                                 .explain = request.explain,
                                 .progress = request.progress});
    if (report.failure) {
      auto& failure = *report.failure;
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

template struct Exhibit<BuddyFamily>;
template struct Exhibit<SlabFamily>;
template struct Exhibit<KernelMapFamily>;
template struct Exhibit<VmaFamily>;
template Exhibit<BuddyFamily> exhibit(const Mutant&, const MuseumRequest&);
template Exhibit<SlabFamily> exhibit(const Mutant&, const MuseumRequest&);
template Exhibit<KernelMapFamily> exhibit(const Mutant&, const MuseumRequest&);
template Exhibit<VmaFamily> exhibit(const Mutant&, const MuseumRequest&);
template struct Exhibit<FaultFamily>;
template Exhibit<FaultFamily> exhibit(const Mutant&, const MuseumRequest&);
template struct Exhibit<MallocFamily>;
template Exhibit<MallocFamily> exhibit(const Mutant&, const MuseumRequest&);

}  // namespace refmm

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
const Shown<Family>& Exhibit<Family>::most_common() const {
  return *std::ranges::max_element(shown, {}, [this](const Shown<Family>& one) {
    return std::ranges::count(shown, one.counterexample.text,
                              [](const Shown<Family>& other) { return other.counterexample.text; });
  });
}

template <class Family>
std::size_t Exhibit<Family>::alike() const {
  if (shown.empty()) return 0;
  const std::string& text = most_common().counterexample.text;
  return static_cast<std::size_t>(
      std::ranges::count_if(shown, [&](const Shown<Family>& one) { return one.counterexample.text == text; }));
}

namespace {

/// `look(seed, shrink)` is a check with one seed.
template <class Family>
Exhibit<Family> look_with_all_seeds(const Mutant& mutant, const MuseumRequest& request, const auto& look) {
  Exhibit<Family> exhibit{mutant, request.seeds.size(), {}, {}};
  for (const std::uint64_t seed : request.seeds) {
    CheckReport<Family> report = look(seed, exhibit.shown.size() < request.most_shown);
    if (report.failing)
      exhibit.catches.push_back({seed, report.failing->run + 1, report.failing->commands, report.elapsed.count()});
    if (report.failure)
      exhibit.shown.push_back({seed, report.failure->shrunk.tries, report.failure->shrinking.count(),
                               std::move(report.failure->counterexample)});
    exhibit.interrupted = report.interrupted;
    if (exhibit.interrupted) break;
  }
  return exhibit;
}

}  // namespace

template <class Family>
Exhibit<Family> exhibit(const Mutant& mutant, const MuseumRequest& request) {
  const WithMutant on(mutant.name);
  return look_with_all_seeds<Family>(mutant, request, [&](std::uint64_t seed, bool shrink) {
    return check<Family>({.subject = Checking<Family>::make_mutable_implementation,
                          .replay = replay_options<Family>(mutant.name),
                          .seed = seed,
                          .jobs = request.jobs,
                          .runs = request.most_runs,
                          .shrink = shrink,
                          .shrink_time = request.shrink_time,
                          .explain = request.explain,
                          .progress = request.progress});
  });
}

template <HasDefects Family>
Exhibit<Family> exhibit(const Defect<Family>& defect, const MuseumRequest& request) {
  return look_with_all_seeds<Family>({defect.clause->name, defect.name}, request,
                                     [&](std::uint64_t seed, bool shrink) {
                                       return look_for<Family>(defect, {.seed = seed,
                                                                        .most_runs = request.most_runs,
                                                                        .jobs = request.jobs,
                                                                        .shrink = shrink,
                                                                        .shrink_time = request.shrink_time,
                                                                        .explain = request.explain,
                                                                        .progress = request.progress});
                                     });
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

template Exhibit<BuddyFamily> exhibit(const Defect<BuddyFamily>&, const MuseumRequest&);
template Exhibit<KernelMapFamily> exhibit(const Defect<KernelMapFamily>&, const MuseumRequest&);
template Exhibit<VmaFamily> exhibit(const Defect<VmaFamily>&, const MuseumRequest&);
template Exhibit<FaultFamily> exhibit(const Defect<FaultFamily>&, const MuseumRequest&);
template Exhibit<MallocFamily> exhibit(const Defect<MallocFamily>&, const MuseumRequest&);

}  // namespace refmm

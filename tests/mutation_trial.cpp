#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/mutation_subjects.hpp>
#include <refmm/tests/mutation_trial.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace refmm::mutation {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds glance{20};       // how often a process is looked at
constexpr milliseconds patience{2'000};  // over one command
constexpr milliseconds longest{30'000};  // over one session, which takes a tenth of a second

/// What the process of a trial tells, as it goes.
struct Board {
  std::atomic<std::uint64_t> beats;  // changes as long as it gets on
  std::atomic<std::uint32_t> run;    // under way
  std::atomic<Fate> fate;            // of the sessions so far
};

Fate fate_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::result:
      return Fate::result;
    case Finding::Kind::effects:
      return Fate::effects;
    case Finding::Kind::state:
      return Fate::state;
    case Finding::Kind::law:
      return Fate::law;
    case Finding::Kind::crash:
      return Fate::crash;
    case Finding::Kind::hang:
      return Fate::hang;
  }
  return Fate::unknown;
}

/// A mutant that takes all the memory there is shall be stopped, and what it or the C library says of its end is of no use.
void confine() {
  constexpr rlim_t most = rlim_t{12} << 30;  // some reserve 4 GB of addresses
  const rlimit data{most, most}, core{0, 0};
  setrlimit(RLIMIT_DATA, &data);
  setrlimit(RLIMIT_CORE, &core);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
}

/// What kills the subject in one session.
template <class Family>
Fate run_session(typename Checking<Family>::Session session, Subject<Family>& subject, const Demands& demands,
                 Board& board) {
  const auto boot = Checking<Family>::boot_of(session);
  ++board.beats;
  typename Checking<Family>::Caller caller(std::move(session));
  Lockstep<Family> lockstep(boot, subject, demands);
  while (lockstep.agree() && !lockstep.ended()) {
    const auto command = caller.next(lockstep.state());
    if (!command) break;
    ++board.beats;
    if (!lockstep.step(*command)) break;
    caller.answered(*command, lockstep.result());
  }
  return lockstep.agree() ? Fate::survived : fate_of(lockstep.finding().kind);
}

/// Until one kills the subject. One that is out of memory, or whose structures cannot be walked any more, did not survive.
template <class Family, class AfterRun>
void run_sessions(std::unique_ptr<Subject<Family>> (*make)(), const Demands& demands, std::uint64_t seed,
                  std::uint32_t first, std::uint32_t end, Board& board, const AfterRun& after_run) try {
  confine();
  const auto subject = make();
  for (std::uint32_t run = first; run < end && (run == first || board.fate == Fate::survived); ++run) {
    board.run = run;
    board.fate = run_session<Family>(Checking<Family>::draw_session(seed, run), *subject, demands, board);
    after_run(run);
  }
} catch (...) {
  board.fate = Fate::crash;
}

/// Waits for the end of a process that runs sessions, and says what it came to.
Fate fate_of(Process& process, const Board& board) {
  auto last_beat = Clock::now(), last_run = last_beat;
  std::uint64_t beats = 0;
  std::uint32_t run = 0;
  while (process.line().listen(glance) != Line::Heard::end) {
    const auto now = Clock::now();
    const std::uint64_t beats_now = board.beats;
    const std::uint32_t run_now = board.run;
    if (std::exchange(beats, beats_now) != beats_now) last_beat = now;
    if (std::exchange(run, run_now) != run_now) last_run = now;
    if (now - last_beat <= patience && now - last_run <= longest) continue;
    process.kill();
    return Fate::hang;
  }
  return process.wait() ? Fate::crash : board.fate.load();
}

/// What is compared of an implementation that tells nobody of its steps. Some laws speak of effects.
constexpr Demands without_effects{.effects = false, .laws = false};
constexpr Demands all_demands{};

template <class Family, std::unique_ptr<Subject<Family>> (*make)(), const Demands& demands>
Fate survey(std::uint64_t seed, std::uint32_t runs, Survey& survey) {
  Shared<Board> board;
  survey.first_run.fill(Survey::never);
  const auto note = [&](std::uint32_t run) {
    for (std::size_t number = 0; number < most_mutants; ++number) {
      if ((seen[number] & was_reached) != 0 && survey.first_run[number] == Survey::never)
        survey.first_run[number] = run;
      survey.means_nothing[number] = (seen[number] & is_meaningless) != 0;
    }
  };
  Process process([&](Line&) { run_sessions<Family>(make, demands, seed, 0, runs, *board, note); });
  return fate_of(process, *board);
}

template <class Family, std::unique_ptr<Subject<Family>> (*make)(), const Demands& demands>
Verdict trial(std::uint64_t seed, std::uint32_t first, std::uint32_t runs, std::uint32_t number) {
  Shared<Board> board;
  Process process([&](Line&) {
    active = number;
    run_sessions<Family>(make, demands, seed, first, runs, *board, [](std::uint32_t) {});
  });
  const Fate fate = fate_of(process, *board);
  return {fate, board->run - first + 1};
}

template <class Family, std::unique_ptr<Subject<Family>> (*make)(), const Demands& demands = all_demands>
constexpr TrialFamily family(std::uint32_t runs, std::span<const std::string_view> files) {
  return {Family::name, files, runs, survey<Family, make, demands>, trial<Family, make, demands>};
}

/// What a family's sessions are about. Where those of demand paging go through areas they see what those of areas alone do not look at:
/// what a fault leaves in an area.
constexpr std::array<std::string_view, 1> page_frames{"impl/buddy"}, slabs{"impl/slab"}, areas{"impl/vma"},
    heap{"impl/malloc"};
constexpr std::array<std::string_view, 2> kernel_mappings{"impl/kernel", "impl/paging"};
constexpr std::array<std::string_view, 3> demand_paging{"impl/fault", "impl/process", "impl/vma"};

}  // namespace

std::string_view name_of(Fate fate) {
  constexpr std::array<std::string_view, 8> names{"unknown", "survived", "result", "effects",
                                                  "state",   "law",      "crash",  "hang"};
  return names[static_cast<std::size_t>(fate)];
}

std::span<const TrialFamily> trial_families() {
  // As many sessions as take some five seconds of a processor.
  static constexpr std::array all{
      family<BuddyFamily, make_buddy_implementation_with_mutations>(4'000, page_frames),
      family<BuddyFamily, make_unobserved_buddy_implementation_with_mutations, without_effects>(4'000,
                                                                                                page_frames),
      family<SlabFamily, make_slab_implementation_with_mutations>(4'000, slabs),
      family<KernelMapFamily, make_kernel_map_implementation_with_mutations>(400, kernel_mappings),
      family<VmaFamily, make_vma_implementation_with_mutations>(3'000, areas),
      family<MallocFamily, make_malloc_implementation_with_mutations>(400, heap),
      family<FaultFamily, make_fault_implementation_with_mutations>(250, demand_paging),
  };
  return all;
}

}  // namespace refmm::mutation

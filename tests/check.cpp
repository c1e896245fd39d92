#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_worker.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <csignal>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

namespace refmm {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds glance{50};  // how often the processes are looked at

// ---- Interrupts ---------------------------------------------------------------------------------------------------------

volatile std::sig_atomic_t interrupts = 0;

/// Counts SIGINT while it lives.
class Interruptible {
 public:
  Interruptible() {
    interrupts = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupts = interrupts + 1; };
    sigaction(SIGINT, &action, &before_);
  }
  ~Interruptible() { sigaction(SIGINT, &before_, nullptr); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  static bool interrupted() { return interrupts != 0; }

 private:
  struct sigaction before_ {};
};

// ---- Running ------------------------------------------------------------------------------------------------------------

/// A process at work, and when it was last seen to get on.
template <class Family>
struct Worker {
  Shared<WorkerBoard<Family>> board{};
  std::unique_ptr<Process> process{};
  std::uint64_t beats = 0;
  Clock::time_point last_beat = Clock::now();
};

/// One check under way.
template <class Family>
class Run {
  using Board = WorkerBoard<Family>;

 public:
  explicit Run(const CheckRequest<Family>& request) : request_(request) {
    common_->end = request.runs.value_or(std::numeric_limits<std::uint64_t>::max());
    for (unsigned job = 0; job < std::max(1u, request.jobs); ++job) {
      workers_.push_back(std::make_unique<Worker<Family>>());
      start(*workers_.back(), job);
    }
  }

  /// Waits for all processes. Returns the one whose run failed first, if one did.
  const Board* wait() {
    while (std::ranges::any_of(workers_, [](const auto& worker) { return worker->process != nullptr; })) {
      for (const auto& worker : workers_) look_at(*worker);
      if (Interruptible::interrupted()) common_->end = 0;
      if (request_.progress) request_.progress(progress());
    }
    const Board* first = nullptr;
    for (const auto& worker : workers_) {
      const Board& board = *worker->board;
      if (board.failed && (!first || board.run < first->run)) first = &board;
    }
    return first;
  }

  void add_to(CheckReport<Family>& report) const {
    report.elapsed = Clock::now() - begin_;
    for (const auto& worker : workers_) {
      const Board& board = *worker->board;
      report.runs += board.runs;
      report.commands += board.commands;
      report.coverage.add(board.coverage);
      const std::chrono::duration<double> generating = std::chrono::nanoseconds(board.generating);
      if (generating.count() > 0)
        report.generated_per_second += static_cast<double>(board.commands) / generating.count();
    }
    report.commands_per_second = static_cast<double>(report.commands) / report.elapsed.count();
  }

  CheckProgress progress() const {
    CheckProgress progress{.doing = "running",
                           .runs = 0,
                           .commands = 0,
                           .clauses = 0,
                           .clauses_of = 0,
                           .elapsed = duration_cast<milliseconds>(Clock::now() - begin_),
                           .left = {},
                           .length = 0};
    Coverage coverage;
    for (const auto& worker : workers_) {
      progress.runs += worker->board->runs;
      progress.commands += worker->board->commands;
      coverage.add(worker->board->coverage);
    }
    for (const std::string_view area : areas_of<Family>()) {
      for (const Clause* clause : clauses_to_exercise(area)) {
        ++progress.clauses_of;
        if (coverage.hits(*clause) != 0) ++progress.clauses;
      }
    }
    if (request_.time) progress.left = std::max(milliseconds(0), *request_.time - progress.elapsed);
    if (request_.runs && progress.runs != 0) {
      const auto runs_left = static_cast<std::int64_t>(*request_.runs) - static_cast<std::int64_t>(progress.runs);
      const milliseconds by_runs = progress.elapsed * runs_left / static_cast<std::int64_t>(progress.runs);
      progress.left = progress.left ? std::min(*progress.left, by_runs) : by_runs;
    }
    return progress;
  }

 private:
  void start(Worker<Family>& worker, unsigned job) {
    const auto deadline = request_.time ? begin_ + *request_.time : Clock::time_point::max();
    const WorkerTask<Family> task{request_.subject, request_.boot, request_.demands,
                                  request_.seed,    job,           std::max(1u, request_.jobs),
                                  deadline};
    worker.process =
        std::make_unique<Process>([this, task, &worker](Line&) { work(task, *common_, *worker.board); });
  }

  /// Takes note of a process that has ended, and ends one that hangs.
  void look_at(Worker<Family>& worker) {
    if (!worker.process) return;
    Board& board = *worker.board;
    const bool ended =
        worker.process->line().listen(glance / static_cast<int>(workers_.size())) == Line::Heard::end;
    if (const std::uint64_t beats = board.beats; beats != worker.beats) {
      worker.beats = beats;
      worker.last_beat = Clock::now();
    }
    const bool hangs = !ended && Clock::now() - worker.last_beat > request_.patience;
    if (!ended && !hangs) return;
    if (hangs) worker.process->kill();
    if (hangs || worker.process->wait()) fail(board);
    worker.process.reset();
  }

  /// The process did not survive the run on its board.
  void fail(Board& board) {
    board.failed = true;
    common_->no_run_from(board.run);
  }

  const CheckRequest<Family>& request_;
  Clock::time_point begin_ = Clock::now();
  Shared<WorkersCommon> common_{};
  std::vector<std::unique_ptr<Worker<Family>>> workers_{};
};

// ---- Shrinking ----------------------------------------------------------------------------------------------------------

template <class Family>
typename CheckReport<Family>::Failure shrink_failure(const CheckRequest<Family>& request,
                                                     const WorkerBoard<Family>& board, CheckProgress progress) {
  const auto begin = Clock::now();
  const std::span<const typename Family::Command> commands(board.commands_of_run.data(), board.length);
  Trials<Family> trials(request.subject, request.patience, request.demands);
  auto next_progress = begin;
  const auto go_on = [&](const shrink::Script<Family>& best, std::uint64_t) {
    const auto now = Clock::now();
    if (request.progress && now >= next_progress) {
      progress.doing = "shrinking";
      progress.length = best.items.size();
      progress.left.reset();
      request.progress(progress);
      next_progress = now + 4 * glance;
    }
    return !Interruptible::interrupted() && now - begin < request.shrink_time;
  };
  const auto fails = [&](const shrink::Script<Family>& script) { return trials.failing_part(script); };
  const auto script = shrink::Shrinking<Family>::script_of(board.boot, commands);
  auto shrunk = shrink::simplify(script, fails, go_on);
  Testimony testimony = trials.testimony(shrunk.script);
  if (const Clause* clause = request.cite ? request.cite(shrunk.script) : nullptr)
    testimony.finding.clause = clause;
  auto shown = counterexample(shrunk.script, std::move(testimony), request.replay);
  return {.run = board.run,
          .commands = commands.size(),
          .shrunk = std::move(shrunk),
          .shrinking = Clock::now() - begin,
          .counterexample = std::move(shown)};
}

}  // namespace

template <class Family>
CheckReport<Family> check(const CheckRequest<Family>& request) {
  if (!request.time && !request.runs) throw std::invalid_argument("a check needs a time or a number of runs");
  const Interruptible interruptible;
  CheckReport<Family> report{.seed = request.seed};
  Run<Family> run(request);
  const WorkerBoard<Family>* failed = run.wait();
  run.add_to(report);
  if (failed) report.failure = shrink_failure(request, *failed, run.progress());
  report.interrupted = Interruptible::interrupted();
  return report;
}

template CheckReport<BuddyFamily> check(const CheckRequest<BuddyFamily>&);
template CheckReport<SlabFamily> check(const CheckRequest<SlabFamily>&);
template CheckReport<KernelMapFamily> check(const CheckRequest<KernelMapFamily>&);
template CheckReport<VmaFamily> check(const CheckRequest<VmaFamily>&);
template CheckReport<FaultFamily> check(const CheckRequest<FaultFamily>&);
template CheckReport<MallocFamily> check(const CheckRequest<MallocFamily>&);

}  // namespace refmm

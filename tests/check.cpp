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
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds glance{50};  // how often the processes are looked at
// A number that no session would draw may keep model and subject busy: such a try is given up.
constexpr milliseconds patience_explaining{1000};

// ---- Interrupts ---------------------------------------------------------------------------------------------------------

volatile std::sig_atomic_t interrupts = 0;

/// Counts SIGINT, and SIGTERM, by which engines of continuous integration end what takes too long, while it lives.
class Interruptible {
 public:
  Interruptible() {
    interrupts = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupts = interrupts + 1; };
    sigaction(SIGINT, &action, &before_);
    sigaction(SIGTERM, &action, &terminate_before_);
  }
  ~Interruptible() {
    sigaction(SIGINT, &before_, nullptr);
    sigaction(SIGTERM, &terminate_before_, nullptr);
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  static bool interrupted() { return interrupts != 0; }

 private:
  struct sigaction before_ {
  }, terminate_before_{};
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
      start(*workers_.back(), request.first_run + job * request.stride);
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
    report.ended = std::chrono::system_clock::now();
    for (const auto& worker : workers_) {
      const Board& board = *worker->board;
      report.runs += board.runs;
      report.passed_over += board.passed_over;
      report.commands += board.commands;
      report.not_compared += board.not_compared;
      report.coverage.add(board.coverage);
      report.labels.add(board.labels);
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
      const auto runs_left =
          static_cast<std::int64_t>(*request_.runs / request_.stride) - static_cast<std::int64_t>(progress.runs);
      const milliseconds by_runs = progress.elapsed * runs_left / static_cast<std::int64_t>(progress.runs);
      progress.left = progress.left ? std::min(*progress.left, by_runs) : by_runs;
    }
    return progress;
  }

 private:
  /// How far apart the runs of a process are.
  std::uint64_t stride() const { return std::max(1u, request_.jobs) * request_.stride; }

  void start(Worker<Family>& worker, std::uint64_t first) {
    const auto deadline = request_.time ? begin_ + *request_.time : Clock::time_point::max();
    const WorkerTask<Family> task{request_.subject, request_.boot, request_.demands, request_.seed, first,
                                  stride(),         deadline};
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
    if (hangs && (!request_.demands.hangs || !reference_comes_back(board))) {
      ++board.passed_over;
      start(worker, board.run + stride());
      worker.last_beat = Clock::now();
      return;
    }
    if (hangs || worker.process->wait()) fail(board);
    worker.process.reset();
  }

  /// What hung may have been the reference.
  bool reference_comes_back(const Board& board) const {
    const std::span<const typename Family::Command> commands(board.commands_of_run.data(), board.length);
    Trials<Family> trials(request_.subject, request_.patience, request_.demands);
    return trials.reference_comes_back(shrink::Shrinking<Family>::script_of(board.boot, commands));
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

/// The shrinking of one failing run.
template <class Family>
class FailureShrinking {
  using Script = shrink::Script<Family>;

 public:
  FailureShrinking(const CheckRequest<Family>& request, const WorkerBoard<Family>& board, CheckProgress progress)
      : request_(request),
        board_(board),
        progress_(progress),
        trials_(request.subject, request.patience, request.demands) {
    progress_.left.reset();
  }

  typename CheckReport<Family>::Failure run() {
    const std::span<const typename Family::Command> commands(board_.commands_of_run.data(), board_.length);
    const Script script = shrink::Shrinking<Family>::script_of(board_.boot, commands);
    if (request_.keep) keep(trials_.failing_part(script).value_or(script));
    auto shrunk = shrink::simplify(
        script, [&](const Script& candidate) { return trials_.failing_part(candidate); },
        [&](const Script& best, std::uint64_t) { return go_on("shrinking", best); });
    const auto shrunk_at = Clock::now();
    Testimony testimony = testimony_of(shrunk.script);
    Explanation explanation;
    if (request_.explain) explanation = explain_what_matters(shrunk.script);
    auto shown = counterexample(shrunk.script, std::move(testimony), request_.replay, std::move(explanation));
    return {.run = board_.run,
            .commands = commands.size(),
            .shrunk = std::move(shrunk),
            .shrinking = shrunk_at - begin_,
            .explaining = Clock::now() - shrunk_at,
            .counterexample = std::move(shown)};
  }

 private:
  /// Shows what is being done, keeps what there is, and says whether there is time for more.
  bool go_on(std::string_view doing, const Script& best) {
    const auto now = Clock::now();
    if (request_.progress && now >= next_progress_) {
      progress_.doing = doing;
      progress_.length = best.items.size();
      request_.progress(progress_);
      next_progress_ = now + 4 * glance;
    }
    if (request_.keep && now >= next_keep_ && best.items.size() < kept_) keep(best);
    return !Interruptible::interrupted() && now - begin_ < request_.shrink_time;
  }

  void keep(const Script& best) {
    const auto shown = counterexample(best, testimony_of(best), request_.replay);
    request_.keep({.run = board_.run, .commands = board_.length, .best = shown});
    kept_ = best.items.size();
    next_keep_ = Clock::now() + 20 * glance;
  }

  Testimony testimony_of(const Script& failing) {
    Testimony testimony = trials_.testimony(failing);
    if (const Clause* clause = request_.cite ? request_.cite(failing) : nullptr) testimony.finding.clause = clause;
    return testimony;
  }

  Explanation explain_what_matters(const Script& failing) {
    Trials<Family> others(request_.subject, std::min(request_.patience, patience_explaining), request_.demands);
    return explain<Family>(failing, others, [&] { return go_on("explaining", failing); });
  }

  const CheckRequest<Family>& request_;
  const WorkerBoard<Family>& board_;
  CheckProgress progress_;
  Trials<Family> trials_;
  Clock::time_point begin_ = Clock::now(), next_progress_ = begin_, next_keep_ = begin_;
  std::size_t kept_ = std::numeric_limits<std::size_t>::max();  // commands of what was kept last
};

}  // namespace

template <class Family>
CheckReport<Family> check(const CheckRequest<Family>& request) {
  if (!request.time && !request.runs) throw std::invalid_argument("a check needs a time or a number of runs");
  const Interruptible interruptible;
  CheckReport<Family> report{.seed = request.seed};
  Run<Family> run(request);
  const WorkerBoard<Family>* failed = run.wait();
  run.add_to(report);
  report.differs = failed != nullptr;
  if (failed) report.failing = {failed->run, failed->length};
  report.interrupted = Interruptible::interrupted();
  if (request.ran) request.ran(report);
  if (failed && request.shrink) report.failure = FailureShrinking<Family>(request, *failed, run.progress()).run();
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

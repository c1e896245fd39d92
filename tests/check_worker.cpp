#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_worker.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <utility>

namespace refmm {

namespace {

using Clock = std::chrono::steady_clock;

/// What `generate` returns; the time that it takes is added to the time of generating.
template <class Family, class Generate>
auto timed(WorkerBoard<Family>& board, const Generate& generate) {
  const auto begin = Clock::now();
  auto generated = generate();
  board.generating += static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - begin).count());
  return generated;
}

/// True if model and subject agreed to the end of the session.
template <class Family>
bool run_session(typename Checking<Family>::Session session, const Demands& demands, Subject<Family>& subject,
                 WorkerBoard<Family>& board) {
  board.boot = Checking<Family>::boot_of(session);
  board.length = 0;
  ++board.beats;
  typename Checking<Family>::Caller caller(std::move(session));
  Lockstep<Family> lockstep(board.boot, subject, demands);
  lockstep.count(board.coverage);
  SessionLabels<Family> labels;
  while (lockstep.agree() && !lockstep.ended()) {
    const auto command = timed(board, [&] { return caller.next(lockstep.state()); });
    if (!command) break;
    board.commands_of_run[board.length++] = *command;
    ++board.commands;
    ++board.beats;
    if (!lockstep.step(*command)) break;
    if (!subject.takes_part()) ++board.not_compared;
    lockstep.count(board.coverage);
    labels.note(lockstep.carried());
    caller.answered(*command, lockstep.result());
  }
  if (lockstep.agree()) labels.count(board.labels);
  return lockstep.agree();
}

}  // namespace

template <class Family>
void work(const WorkerTask<Family>& task, WorkersCommon& common, WorkerBoard<Family>& board) {
  const auto subject = task.subject();
  for (std::uint64_t run = task.first; run < common.end && Clock::now() < task.deadline; run += task.stride) {
    auto session = timed(board, [&] { return Checking<Family>::draw_session(task.seed, run); });
    if (task.boot) task.boot(Checking<Family>::boot_of(session));
    board.run = run;
    if (!run_session(std::move(session), task.demands, *subject, board)) {
      board.failed = true;
      common.no_run_from(run);
      return;
    }
    leave(*subject);
    ++board.runs;
  }
}

template void work(const WorkerTask<BuddyFamily>&, WorkersCommon&, WorkerBoard<BuddyFamily>&);
template void work(const WorkerTask<SlabFamily>&, WorkersCommon&, WorkerBoard<SlabFamily>&);
template void work(const WorkerTask<KernelMapFamily>&, WorkersCommon&, WorkerBoard<KernelMapFamily>&);
template void work(const WorkerTask<VmaFamily>&, WorkersCommon&, WorkerBoard<VmaFamily>&);
template void work(const WorkerTask<FaultFamily>&, WorkersCommon&, WorkerBoard<FaultFamily>&);
template void work(const WorkerTask<MallocFamily>&, WorkersCommon&, WorkerBoard<MallocFamily>&);

}  // namespace refmm

#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_worker.hpp>

namespace refmm {

namespace {

using Clock = std::chrono::steady_clock;

/// What `generate` returns; the time that it takes is added to the time of generating.
template <class Generate>
auto timed(WorkerBoard& board, const Generate& generate) {
  const auto begin = Clock::now();
  auto generated = generate();
  board.generating += static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - begin).count());
  return generated;
}

/// True if model and subject agreed to the end of the session.
bool run_session(const slab::Session& session, SlabSubject& subject, WorkerBoard& board) {
  board.machine = session.machine;
  board.length = 0;
  ++board.beats;
  slab::Caller caller(session);
  Lockstep lockstep(session.machine, subject);
  lockstep.count(board.coverage);
  while (lockstep.agree() && !lockstep.ended()) {
    const auto command = timed(board, [&] { return caller.next(lockstep.state()); });
    if (!command) return true;
    board.commands_of_run[board.length++] = *command;
    ++board.commands;
    ++board.beats;
    if (!lockstep.step(*command)) break;
    lockstep.count(board.coverage);
    caller.answered(*command, lockstep.result());
  }
  return lockstep.agree();
}

}  // namespace

void work(const WorkerTask& task, WorkersCommon& common, WorkerBoard& board) {
  const auto subject = task.subject();
  for (std::uint64_t run = task.first; run < common.end && Clock::now() < task.deadline; run += task.stride) {
    const slab::Session session = timed(board, [&] { return slab::draw_session(task.seed, run); });
    board.run = run;
    if (!run_session(session, *subject, board)) {
      board.failed = true;
      common.no_run_from(run);
      return;
    }
    ++board.runs;
  }
}

}  // namespace refmm

// One process of a check: its share of the runs.
#pragma once

#include <refmm/tests/check_coverage.hpp>
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/check_trial.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

namespace refmm {

/// What all processes share.
struct WorkersCommon {
  std::atomic<std::uint64_t> end;  // no run from this number on is begun

  void no_run_from(std::uint64_t run) {
    std::uint64_t now = end;
    while (run < now && !end.compare_exchange_weak(now, run)) {
    }
  }
};

/// What a process tells its parent, as it goes: it may not come to its end. The parent reads the coverage while it is
/// being counted, for the progress; what it reports it reads at the end.
template <class Family>
struct WorkerBoard {
  std::atomic<std::uint64_t> beats;         // changes as long as the process gets on
  std::atomic<std::uint64_t> runs;          // done
  std::atomic<std::uint64_t> commands;      // run
  std::atomic<std::uint64_t> not_compared;  // of these: the subject took no part
  std::atomic<std::uint64_t>
      passed_over;                        // runs, counted by the parent: a model does not come back from a command
  std::atomic<std::uint64_t> generating;  // nanoseconds of drawing sessions and turning them into commands
  std::atomic<bool> failed;               // the run below
  Coverage coverage;
  LabelCounts labels;  // of runs that have ended
  // The run under way: its commands so far, the one under way included.
  std::atomic<std::uint64_t> run;
  SharedBoot<Family> boot;
  std::atomic<std::uint32_t> length;
  std::array<typename Family::Command, Checking<Family>::Caller::most_commands> commands_of_run;
};

template <class Family>
struct WorkerTask {
  MakeSubject<Family> subject;
  std::function<void(typename Family::Boot&)> boot;  // changes what a session boots; may be empty
  Demands demands;
  std::uint64_t seed;
  std::uint64_t first, stride;  // runs first, first + stride, ...
  std::chrono::steady_clock::time_point deadline;
};

/// Runs until a run fails, the deadline has passed, or the end is reached.
template <class Family>
void work(const WorkerTask<Family>& task, WorkersCommon& common, WorkerBoard<Family>& board);

}  // namespace refmm

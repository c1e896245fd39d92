// The random check of a family: random sessions on the model and on a subject side by side, in several processes, until
// the time or the number of runs is up or the two differ. What differs is shrunk and written as a transcript.
//
// A run is the session that its number and the seed determine, whatever the number of processes, and of several runs
// that fail it is the first that counts: the same seed gives the same counterexample on every machine that comes as far.
#pragma once

#include <refmm/tests/check_counterexample.hpp>
#include <refmm/tests/check_coverage.hpp>
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/shrink.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace refmm {

struct CheckProgress {
  std::string_view doing;                         // "running", "shrinking", "explaining"
  std::uint64_t runs, commands;                   // so far
  std::size_t clauses, clauses_of;                // exercised so far, of all
  std::chrono::milliseconds elapsed;              // since the check began
  std::optional<std::chrono::milliseconds> left;  // of the time, or estimated from the runs; none while shrinking
  std::size_t length;                             // while shrinking: commands of the best script so far
};

template <class Family>
struct CheckReport {
  std::uint64_t seed;
  std::uint64_t runs = 0;
  std::uint64_t passed_over = 0;  // runs that are not among them: a model does not come back from a command
  std::uint64_t commands = 0;
  std::uint64_t not_compared = 0;  // of the commands: the subject took no part in them (Subject::takes_part)
  std::chrono::duration<double> elapsed{};        // running, without the shrinking
  std::chrono::system_clock::time_point ended{};  // the running
  double commands_per_second = 0;                 // all processes together
  // The same commands, drawn by RapidCheck and turned into what is called in the state at hand, but not run; all processes
  // together.
  double generated_per_second = 0;
  Coverage coverage{};
  LabelCounts labels{};  // of the runs that agreed
  bool differs = false;  // a run failed, the first of them:
  struct Failing {
    std::uint64_t run;     // its number, from 0
    std::size_t commands;  // how many it had when it failed
  };
  std::optional<Failing> failing{};
  bool interrupted = false;  // by SIGINT or SIGTERM
  // Of the same, if any, when it has been shrunk.
  struct Failure {
    std::uint64_t run;     // its number, from 0
    std::size_t commands;  // how many it had when it failed
    shrink::Shrunk<Family> shrunk;
    std::chrono::duration<double> shrinking{}, explaining{};
    Counterexample<Family> counterexample;
  };
  std::optional<Failure> failure{};
};

/// A run that failed, while it is being shrunk.
template <class Family>
struct UnderWay {
  std::uint64_t run;                   // its number, from 0
  std::size_t commands;                // how many it had when it failed
  const Counterexample<Family>& best;  // so far: at first the run as it is
};

template <class Family>
struct CheckRequest {
  MakeSubject<Family> subject = Checking<Family>::make_implementation;
  std::string replay{Checking<Family>::replay_options};  // how `refmm run` is told to take that subject
  std::function<void(typename Family::Boot&)> boot{};    // changes what a session boots
  Demands demands{};
  // Of a script that fails, the clause to cite where it is not the one that the model's decision suggests; else nullptr.
  std::function<const Clause*(const shrink::Script<Family>&)> cite{};
  std::uint64_t seed = 1;
  unsigned jobs = 1;                                // processes
  std::optional<std::chrono::milliseconds> time{};  // no new run begins after this long
  std::optional<std::uint64_t> runs{};              // at most this many, those of other shards included
  // Of all runs 0, 1, ... only first_run, first_run + stride, ...: others have the rest.
  std::uint64_t first_run = 0, stride = 1;
  std::chrono::milliseconds patience{10'000};     // a subject that takes longer over one command hangs
  bool shrink = true;                             // a run that fails; without it there is no CheckReport::failure
  std::chrono::milliseconds shrink_time{60'000};  // shrinking stops after this long
  bool explain = true;                            // find out what of the counterexample matters
  std::function<void(const CheckProgress&)> progress{};  // called several times a second
  std::function<void(const CheckReport<Family>&)>
      ran{};  // called when no run is under way any more, before a failing one is shrunk
  // Called before the shrinking of a failing run begins, and about once a second during it if there is something simpler: so that
  // what there is can be kept, should the check be killed.
  std::function<void(const UnderWay<Family>&)> keep{};
};

/// Runs the check. Needs a time or a number of runs, or throws std::invalid_argument. Writes nothing. SIGINT or SIGTERM
/// end it early, with what there is so far.
template <class Family>
CheckReport<Family> check(const CheckRequest<Family>& request);

}  // namespace refmm

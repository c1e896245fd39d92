// The museum of mistakes: each mutant of the implementation, what it takes to find it, and the transcript that shows it.
#pragma once

#include <refmm/tests/check.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace refmm {

/// A run in which a mutant was noticed, with one seed.
struct Catch {
  std::uint64_t seed;
  std::uint64_t runs;    // that it took, the one that failed included
  std::size_t commands;  // of that run, when it failed
  double seconds;        // until it failed
};

/// Such a run, shrunk.
template <class Family>
struct Shown {
  std::uint64_t seed;
  std::uint64_t tries;
  double seconds;  // of shrinking
  Counterexample<Family> counterexample;
};

template <class Family>
struct Exhibit {
  Mutant mutant;
  std::size_t seeds;                 // with which it was looked for
  std::vector<Catch> catches;        // with those that found it, in their order
  std::vector<Shown<Family>> shown;  // of the first of these, as many as were to be shrunk
  bool interrupted = false;

  bool always_found() const { return catches.size() == seeds; }
  /// The one whose transcript most of them share, the earliest of equals; there must be one.
  const Shown<Family>& most_common() const;
  /// How many have that transcript.
  std::size_t alike() const;
};

/// What it takes to find: the least, the middle and the most of some numbers, of which there must be one.
template <class Number>
struct Spread {
  Number least, median, most;
};
template <class Number>
Spread<Number> spread_of(std::vector<Number> numbers) {
  std::ranges::sort(numbers);
  return {numbers.front(), numbers[numbers.size() / 2], numbers.back()};
}

struct MuseumRequest {
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::size_t most_shown = std::numeric_limits<std::size_t>::max();  // only the first so many catches are shrunk
  std::uint64_t most_runs = 20'000;                                  // a check gives up after these
  unsigned jobs = 1;
  std::chrono::milliseconds shrink_time{60'000};  // shrinking of each stops after this long
  bool explain = false;                           // find out what of each counterexample matters
  std::function<void(const CheckProgress&)> progress{};
};

/// Looks for one mutant, with each of the seeds. Stops early at an interrupt.
template <class Family>
Exhibit<Family> exhibit(const Mutant& mutant, const MuseumRequest& request);

/// Likewise for a defect of 2.4.0, which goes by the name of its clause.
template <HasDefects Family>
Exhibit<Family> exhibit(const Defect<Family>& defect, const MuseumRequest& request);

/// The options of `refmm run` that replay on the implementation of a family with a mutant.
template <class Family>
std::string replay_options(std::string_view mutant) {
  return std::string(Checking<Family>::replay_options) + " --mutant " + std::string(mutant);
}

}  // namespace refmm

// The museum of mistakes: each mutant of the implementation, what it takes to find it, and the transcript that shows it.
#pragma once

#include <refmm/tests/check.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace refmm {

/// A mutant that a check with one seed found.
template <class Family>
struct Catch {
  std::uint64_t seed;
  std::uint64_t runs;    // that it took, the one that failed included
  std::size_t commands;  // of that run, when it failed
  std::uint64_t tries;   // of shrinking
  double seconds;        // of shrinking
  Counterexample<Family> counterexample;
};

template <class Family>
struct Exhibit {
  Mutant mutant;
  std::size_t seeds;                   // with which it was looked for
  std::vector<Catch<Family>> catches;  // with those that found it, in their order

  bool always_found() const { return catches.size() == seeds; }
  /// The runs that it took to find it, in the middle of the catches; 0 without any.
  std::uint64_t median_runs() const;
  /// The catch whose transcript most of them share, the earliest of equals; there must be one.
  const Catch<Family>& most_common() const;
  /// How many catches have that transcript.
  std::size_t alike() const;
};

struct MuseumRequest {
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::uint64_t most_runs = 20'000;  // a check gives up after these
  unsigned jobs = 1;
  std::chrono::milliseconds shrink_time{60'000};  // shrinking of each catch stops after this long
  bool explain = false;                           // find out what of each counterexample matters
  std::function<void(const CheckProgress&)> progress{};
};

/// Looks for one mutant, with each of the seeds. Stops early at an interrupt.
template <class Family>
Exhibit<Family> exhibit(const Mutant& mutant, const MuseumRequest& request);

/// The options of `refmm run` that replay on the implementation of a family with a mutant.
template <class Family>
std::string replay_options(std::string_view mutant) {
  return std::string(Checking<Family>::replay_options) + " --mutant " + std::string(mutant);
}

}  // namespace refmm

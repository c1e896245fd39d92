// How many of the mutants of impl/ the random check kills.
#pragma once

#include <refmm/tests/mutation_equivalent.hpp>
#include <refmm/tests/mutation_list.hpp>
#include <refmm/tests/mutation_trial.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace refmm::mutation {

struct Request {
  std::uint64_t seed = 1;              // of the sessions
  unsigned jobs = 1;                   // processes
  double effort = 1;                   // times the sessions of a full trial
  double survey = 1;                   // the part of them that is looked at for what leads where
  std::vector<std::uint32_t> numbers;  // the mutations that are tried
  std::function<void(std::size_t done, std::size_t of)> progress{};
};

enum class Class : std::uint8_t { means_nothing, not_reached, survived, killed };

/// What became of one mutation.
struct Score {
  std::uint32_t number;
  Class what;
  Fate fate;            // of one that was killed
  std::uint8_t family;  // that killed it: an index of trial_families()
  std::uint32_t runs;   // it took from the first that leads to the mutation
};

/// Tries them. Throws std::runtime_error if the implementation fails without a mutation.
std::vector<Score> scores(const Request& request);

/// Some of `numbers`, the same for a seed: `count` of them, or all if there are fewer.
std::vector<std::uint32_t> sampled(std::vector<std::uint32_t> numbers, std::size_t count, std::uint64_t seed);

/// A table by file, and the survivors that are not listed as equivalent.
std::string report(const std::vector<Score>& scores, const Matched& matched);
std::string report_in_json(const std::vector<Score>& scores, const Matched& matched);

}  // namespace refmm::mutation

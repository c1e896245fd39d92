// A mutation on trial: random sessions on the model and on the implementation with the mutation, side by side, as the random check
// of a family runs them (tests/check.hpp), in a process of its own.
#pragma once

#include <refmm/tests/mutation_site.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace refmm::mutation {

enum class Fate : std::uint8_t {
  unknown,
  survived,  // all sessions
  // Killed: as the kinds of tests/check_finding.hpp.
  result,
  effects,
  state,
  law,
  crash,
  hang,
};
std::string_view name_of(Fate fate);

/// What a family's sessions lead to, without a mutation.
struct Survey {
  static constexpr std::uint32_t never = 0xffffffff;
  std::array<std::uint32_t, most_mutants> first_run;  // the first that leads to it, or never
  std::array<bool, most_mutants> means_nothing;       // the types there have no such operation
};

struct Verdict {
  Fate fate = Fate::unknown;
  std::uint32_t runs = 0;  // from the first that leads to the mutation
};

/// A family whose random sessions can be run on the implementation with mutations.
struct TrialFamily {
  std::string_view name;
  std::span<const std::string_view> files;  // its files begin so: impl/buddy
  std::uint32_t runs;                       // of a full trial
  /// Runs sessions without a mutation. What kills the implementation then, if anything does.
  Fate (*survey)(std::uint64_t seed, std::uint32_t runs, Survey& survey);
  /// Runs sessions from `first` on with mutation `number`, to the first that kills it.
  Verdict (*trial)(std::uint64_t seed, std::uint32_t first, std::uint32_t runs, std::uint32_t number);
};

/// All of them; those with the cheaper sessions first.
std::span<const TrialFamily> trial_families();

}  // namespace refmm::mutation

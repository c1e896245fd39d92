// Touches of first lines in a simulated cache.
#pragma once

#include <refmm/tests/set_associative_cache.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace refmm::colouring {

/// In which order objects are touched, each once a round.
enum class Turns {
  random,  // another one each round
  fixed,   // slab by slab
};
inline constexpr std::array turn_names{"random", "fixed"};

/// Of 100 touches, those of a first round left out, in which everything misses.
struct Misses {
  double capacity = 0, conflict = 0;
  double all() const { return capacity + conflict; }
};

/// Touches each address once a round. At least one round.
inline Misses misses(const CacheShape& shape, std::vector<std::uint64_t> addresses, Turns turns, unsigned rounds,
                     std::uint64_t seed) {
  std::mt19937_64 random(seed);
  ClassifiedCache cache(shape);
  std::size_t capacity = 0, conflict = 0;
  for (unsigned round = 0; round <= rounds; ++round) {
    if (turns == Turns::random) std::ranges::shuffle(addresses, random);
    for (const std::uint64_t address : addresses) {
      const Touch touch = cache.touch(address);
      if (round == 0) continue;
      capacity += touch == Touch::capacity || touch == Touch::compulsory ? 1 : 0;
      conflict += touch == Touch::conflict ? 1 : 0;
    }
  }
  const double share = 100 / (static_cast<double>(addresses.size()) * rounds);
  return {share * static_cast<double>(capacity), share * static_cast<double>(conflict)};
}

/// A bar of a character for each 2 of 100: `#` for conflicts, `.` for the others.
inline std::string bar(const Misses& misses) {
  const auto length = [](double share) { return static_cast<std::size_t>(share / 2 + 0.5); };
  const std::size_t conflicts = length(misses.conflict);
  return std::string(conflicts, '#') + std::string(std::max(length(misses.all()), conflicts) - conflicts, '.');
}

}  // namespace refmm::colouring

// Programs for the symbolic engine, explored to the end, and what came of them.
#pragma once

#include <refmm/proofs/symbolic/world.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace refmm::symbolic {

struct Explored {
  Statistics statistics{};
  std::optional<Assignment> counterexample{};
  std::string misstep{};
  std::string undecided{};

  /// True if no input meets the assumptions: then nothing was shown.
  bool vacuous() const { return statistics.paths == 0 && misstep.empty() && undecided.empty(); }
  bool proved() const { return statistics.paths > 0 && !counterexample && misstep.empty() && undecided.empty(); }
  /// The value of a word of the counterexample.
  std::uint32_t value(const std::string& name) const { return counterexample.value().at(name).at(0); }
};

/// Runs `program`, which takes a SymbolicWorld and returns its claim, on all paths, or until the claim fails on one.
Explored explore(auto program, const Limits& limits = {}) {
  Explored explored;
  Exploration exploration(limits);
  try {
    exploration.run([&] {
      SymbolicWorld world;
      const Bool claim = program(world);
      Exploration::current().confirm();
      explored.counterexample = world.counterexample(claim);
      return !explored.counterexample;
    });
  } catch (const Misstep& misstep) {
    explored.misstep = misstep.what();
  } catch (const Undecided& undecided) {
    explored.undecided = undecided.what();
  }
  explored.statistics = exploration.statistics();
  return explored;
}

/// The number of feasible paths of a program without a claim.
std::uint64_t paths_of(auto program) {
  return explore([&](SymbolicWorld& world) {
           program(world);
           return Bool(true);
         })
      .statistics.paths;
}

}  // namespace refmm::symbolic

// The museum of mistakes: every mutant of the implementations and of the models, every defect of 2.4.0, and what finds each of them.
#pragma once

#include <refmm/spec/record.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::museum {

/// One way in which a mistake is found.
struct Found {
  REFMM_RECORD(Found, (std::string, by),             // law, refinement, crash, hang; steps; Z3
               (std::string, what),                  // the law, the field that differs, the theorem
               (std::string, clause),                // that is violated; empty where none is
               (std::uint64_t, seeds),               // with which it was looked for; 0 where nothing is random
               (std::vector<std::uint64_t>, tests),  // that it took, of each seed that found it
               (std::vector<double>, seconds),       // likewise
               (std::vector<std::uint64_t>,
                lengths),  // commands of the transcript of each seed that was shrunk; inputs
               (std::vector<double>, shrinking),  // seconds, likewise
               (std::uint64_t, alike),            // how many have the transcript that most have
               (std::string, transcript));        // that one; steps; inputs
};

struct Mistake {
  REFMM_RECORD(Mistake, (std::string, name), (std::string, description), (std::vector<Found>, found));
};

struct Request {
  std::string area = "all";             // whose mistakes
  std::string name{};                   // the only one; empty for all of them
  std::uint64_t seed = 1;               // the first
  std::uint64_t seeds = 20;             // how many
  std::uint64_t shown = 1;              // how many catches of each mistake are shrunk
  std::optional<std::uint64_t> runs{};  // after which a search gives up
  unsigned jobs = 1;
  std::function<void(const std::string& doing)> progress{};

  /// True of a mistake that is asked for, by its name.
  bool is_about(std::string_view mistake) const;
};

using Show = std::function<void(const Mistake&)>;

/// By mutant of the models: how a theorem fails on it.
using FoundByTheorems = std::map<std::string, Found, std::less<>>;
FoundByTheorems found_by_theorems(const Request& request);

/// Shows the mistakes of all families that random sessions look for, bottom up: mutants, then defects. Returns false if it was
/// interrupted.
bool show_found_by_sessions(const Request& request, const Show& show);

/// Shows the mutants of the tree of areas, which random steps look for.
void show_found_by_steps(const Request& request, const Show& show);

/// The names of the mistakes that can be looked for, of all these kinds.
std::vector<std::string> names();

// ---- For people ----------------------------------------------------------------------------------------------------------

/// The line above the table.
std::string head();

/// The lines of a mistake, one for each way in which it is found.
std::string rows(const Mistake& mistake);

/// What all of it comes to: how many are found, by what, how long that takes, how long the transcripts are.
std::string summary(const std::vector<Mistake>& mistakes);

}  // namespace refmm::museum

// What theorems find: with a mutant of the model on, a law does not hold of it for every input.
#include <refmm/proofs/proof_processes.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/tools/museum.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace refmm::museum {

namespace {

Found found_by(const Theorem& theorem, const KilledMutant& killed, double seconds) {
  const auto& inputs = killed.counterexample.inputs;
  return {.by = "Z3",
          .what = std::string(theorem.name),
          .clause = std::string(theorem.clause->name),
          .seeds = 0,
          .tests = {},
          .seconds = {seconds},
          .lengths = {inputs.size()},
          .shrinking = {},
          .alike = 0,
          .transcript = in_words(inputs)};
}

}  // namespace

FoundByTheorems found_by_theorems(const Request& request) {
  std::vector<const Theorem*> theorems;
  for (const Theorem& theorem : all_theorems()) {
    if (std::ranges::any_of(theorem.fails_on, [&](std::string_view mutant) { return request.is_about(mutant); }))
      theorems.push_back(&theorem);
  }
  FoundByTheorems all;
  prove_all(
      theorems, {.jobs = request.jobs},
      [&](std::size_t done) {
        if (request.progress) request.progress(fmt::format("{} of {} theorems", done, theorems.size()));
      },
      [&](const Theorem& theorem, const Proof& proof) {
        for (const KilledMutant& killed : proof.killed)
          if (request.is_about(killed.name))
            all.try_emplace(killed.name, found_by(theorem, killed, proof.seconds));
      });
  return all;
}

}  // namespace refmm::museum

// Proofs: what becomes of a theorem.
//
// It is proved if its claim follows on every path of the model; if some input meets its assumptions, every clause that it is
// about decides on some path; and if it fails on each of its mutants, with inputs on which the mutant,
// run on built-in words, breaks the law too. Anything else has a verdict of its own.
#pragma once

#include <refmm/proofs/obligations.hpp>
#include <refmm/proofs/symbolic/exploration.hpp>
#include <refmm/proofs/symbolic/world.hpp>
#include <refmm/proofs/theorem.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace refmm {

enum class Verdict {
  proved,
  refuted,          // there is a counterexample
  vacuous,          // no input meets the assumptions
  unreached,        // a clause that the theorem is about decides on no path
  unknown,          // Z3 could not decide within its resource limit, or there are too many paths
  survived_mutant,  // a mutant of the model does what the law says, or breaks it on no input that can be replayed
  failed,           // the prover itself failed
};

inline constexpr std::size_t verdicts = 7;

/// "proved", "unreached clause", ...
std::string_view name_of(Verdict verdict);

struct Counterexample {
  symbolic::Assignment inputs;
  std::string misstep;    // what the model did that it must not do, if that is the trouble, not the claim
  bool replayed = false;  // the model, run on these inputs, breaks the law
};

/// A mutant that the law does not hold of, and the inputs that show it.
struct KilledMutant {
  std::string name;
  Counterexample counterexample;
};

struct Proof {
  Verdict verdict = Verdict::failed;
  std::string reason;             // of a verdict other than proved: the clause, the mutant, what Z3 said
  Counterexample counterexample;  // of a refutation
  std::vector<KilledMutant> killed;
  symbolic::Statistics statistics;  // of the theorem and its mutants together
  double seconds = 0;
};

struct ProofOptions {
  symbolic::Limits limits{};
  std::string mutant{};                // of the model, to be on; then the claim alone is looked at. Empty for none
  Obligations* obligations = nullptr;  // where to write what is proved, if anywhere
};

Proof prove(const Theorem& theorem, const ProofOptions& options = {});

/// The inputs as people read them: `num = 4, slabs.inuse = [4, 2, 0]`. Of a map, what was read of it: `words = [4, 1024, 8, 0x804b008]` is
/// 1024 at 4 and 0x804b008 at 8.
std::string in_words(const symbolic::Assignment& inputs);

}  // namespace refmm

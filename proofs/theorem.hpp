// Theorems: laws, claimed of the model for every input.
//
// A theorem is a law run in the symbolic world over all paths of the model. So that it is worth believing it also says which
// clauses of the operation its paths must reach, and on which mutants of the model it must fail (proofs/proof.hpp).
#pragma once

#include <refmm/proofs/symbolic/world.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/law.hpp>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

struct Theorem {
  std::string_view name;           // of the law
  ClauseRef clause;                // that the law states
  std::string_view scope;          // what "every input" means, or the bound
  std::vector<ClauseRef> reaches;  // each decides on some path, or the theorem is not about all it should be
  std::vector<std::string_view> fails_on;  // mutants of the model, at least one

  /// The law of the model, in the prover's world and on given inputs. The mutant that is switched on is on in both.
  std::function<symbolic::Bool(symbolic::SymbolicWorld&)> claim;
  std::function<bool(ExampleWorld&)> example;
};

/// `law`, claimed of `subject`.
template <class Claim>
Theorem theorem(const Law<Claim>& law, auto subject, std::string_view scope, std::vector<ClauseRef> reaches,
                std::vector<std::string_view> fails_on) {
  return {law.name,
          law.clause,
          scope,
          std::move(reaches),
          std::move(fails_on),
          [&law, subject](symbolic::SymbolicWorld& world) { return symbolic::Bool(law.claim(world, subject)); },
          [&law, subject](ExampleWorld& world) { return bool(law.claim(world, subject)); }};
}

/// The theorems of all areas, bottom up, in the order of their files.
const std::vector<Theorem>& all_theorems();

/// The theorem of this name, or nullptr.
const Theorem* find_theorem(std::string_view name);

/// The first part of the name of a theorem's clause: "slab".
std::string_view area_of(const Theorem& theorem);

}  // namespace refmm

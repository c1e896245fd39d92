// The laws that a random check holds a command to, and which clauses it exercises by that.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/slab_transition.hpp>
#include <refmm/tests/check_coverage.hpp>

#include <optional>
#include <string_view>

namespace refmm {

struct BrokenLaw {
  const Clause* clause;
  std::string_view name;
};

/// The first law that a command breaks: a conjunct of the invariant in the state it leads to, a step law, or, of a new
/// cache, a law of geometry.
std::optional<BrokenLaw> broken_law(const slab::Transition& transition);

/// Notes the clauses whose laws claimed something of a lawful command that `because` decided. They are more than those in
/// `because`: some decide nothing by themselves and are only kept.
void note_laws(Coverage& coverage, const slab::Transition& transition, const Because& because);

/// Notes the clauses that the invariant claims of every state.
void note_invariant(Coverage& coverage);

}  // namespace refmm

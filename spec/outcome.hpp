// What a step of the model returns: the next state, what the caller sees, and why.
#pragma once

#include <refmm/spec/clause.hpp>

#include <concepts>
#include <utility>
#include <vector>

namespace refmm {

/// The outcome of one command. `effects` are what the operation did to the layer below, in order; `because`
/// are the clauses that decided, in the order in which they applied.
template <class State, class Result, class Effect>
struct Outcome {
  State state;
  Result result;
  std::vector<Effect> effects;
  Because because;
};

/// A decision that is not a whole step: a value and the clauses that decided it.
template <class Value>
struct Decision {
  Value value;
  Because because;
};

/// Adds `clause` to what decided, if `condition` holds: for clauses that change nothing else. Over symbolic words the path does
/// not split; the first path that has an input of which the condition is true tells of the clause.
constexpr void note(Because& because, std::same_as<bool> auto condition, ClauseRef clause) {
  if (condition) because.push_back(clause);
}

}  // namespace refmm

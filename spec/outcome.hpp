// What a step of the model returns: the next state, what the caller sees, and why.
#pragma once

#include <refmm/spec/clause.hpp>

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

}  // namespace refmm

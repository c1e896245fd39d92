// Laws: what holds, as generic functions over a world and a subject.
//
//   inline constexpr Law kmalloc_class_fits{
//       "slab.kmalloc.smallest", "the_general_cache_of_a_request_is_the_smallest_that_fits",
//       [](auto& world, auto subject) { ... return truth; }};
//
// The world supplies the inputs (spec/world.hpp), the subject the functions under test, so that one law is an
// example, a property and a theorem, and holds the model to account as well as the implementation.
#pragma once

#include <refmm/spec/clause.hpp>

#include <string_view>

namespace refmm {

template <class Claim>
struct Law {
  ClauseRef clause;       // the clause it states
  std::string_view name;  // a statement of what holds, in snake_case; never reused
  Claim claim;            // (world&, subject) -> Truth
};

template <class Claim>
Law(ClauseRef, std::string_view, Claim) -> Law<Claim>;

/// A law about one command: what must hold of a transition (the state before, the command, what came of it). It is an
/// example to the compiler and is checked after every command of a random run, of the model and of the implementation;
/// its form, whole states, is not one for the prover.
template <class Transition>
struct StepLaw {
  ClauseRef clause;
  std::string_view name;
  bool (*holds)(const Transition&);
};

/// One conjunct of the invariant of a family: a statement about a single state.
template <class State>
struct Conjunct {
  ClauseRef clause;
  std::string_view name;
  bool (*holds)(const State&);
};

}  // namespace refmm

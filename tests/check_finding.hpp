// What a random check finds to be wrong.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/difference.hpp>

#include <string_view>

namespace refmm {

/// What was found to be wrong with a command, or with the boot.
struct Finding {
  enum class Kind {
    result,   // the subject answered something else
    effects,  // it did something else to the layer below
    state,    // it is in another state
    law,      // both agree, and break a law: the model is wrong as well
    crash,    // the subject did not survive the command
    hang,     // it did not come back from it
  };
  Kind kind;
  Difference difference;        // what the model has, what the subject has; the path names what differs
  const Clause* clause;         // the clause that is violated
  const Clause* law{};          // the clause of the law that the subject breaks, where there is one
  std::string_view sentence{};  // and what the law says
  Because because{};            // the clauses that decided what the model did
};

/// A law that does not hold.
struct BrokenLaw {
  const Clause* clause;
  std::string_view name;
};

}  // namespace refmm

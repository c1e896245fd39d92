// What is tied to a clause, as it stands on its page below the prose: laws and theorems in the words of the code, tests, recordings,
// mistakes.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/book_definitions.hpp>

#include <string>

namespace refmm::book {

/// A piece of a page in MyST, folded up behind a line that says how much there is.
std::string evidence(const Clause& clause, const Definitions& definitions);

}  // namespace refmm::book

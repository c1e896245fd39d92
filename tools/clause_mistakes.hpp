// Mistakes, and which clause each of them breaks: mutants of the models and of the implementations, and the defects of 2.4.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// A mistake that is found, as something that is wrong with a clause.
struct FoundMistake {
  std::string mistake;  // the name of a mutant, or of a defect
  std::string by;    // Z3; law: one that random sessions break; refinement, crash, hang, as the museum calls them
  std::string what;  // the theorem, the law, the field that differs
  std::string clause;  // that is broken
  friend bool operator==(const FoundMistake&, const FoundMistake&) = default;
};

/// What theorems find, what defects break, and what random sessions have found of other mutants (clause_mistakes.txt, written by
/// clause-mistakes).
const std::vector<FoundMistake>& all_found_mistakes();

/// The lines of clause_mistakes.txt: fields between tabs, in the order of FoundMistake; comments begin with `#`. Throws
/// std::invalid_argument with the number of a line that is none.
std::vector<FoundMistake> read_found_mistakes(std::string_view text);

}  // namespace refmm

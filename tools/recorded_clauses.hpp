// Which recordings and which examples of the book exercise which clauses. Found when refmm is built (index_recordings.cpp), so that `refmm clause` need not
// replay them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace refmm {

/// A recording in which a clause decided outcomes of the model.
struct RecordedClause {
  std::string_view clause;
  std::string_view file;  // relative to the folder of the project
  std::uint32_t times;    // how many outcomes
};

/// All pairs of a clause and a recording that exercises it; of one clause the shortest recording first.
std::span<const RecordedClause> recorded_clauses();

/// An example of the book in which a clause decided outcomes of the model.
struct ExampledClause {
  std::string_view clause;
  std::string_view file;  // of the book, relative to the folder of the project
  std::uint32_t line;     // of the first line of the example
  std::uint32_t times;    // how many outcomes
};

/// All pairs of a clause and an example that exercises it, in the order of the book.
std::span<const ExampledClause> exampled_clauses();

}  // namespace refmm

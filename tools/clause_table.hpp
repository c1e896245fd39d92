// The table of clauses: what holds each of them up, and where nothing does, why.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace refmm {

/// What there is of one kind for a clause, or why there is nothing: exactly one of the two is not empty.
struct ClauseCell {
  REFMM_RECORD(ClauseCell, (std::vector<std::string>, entries),  // names of laws, recordings, mistakes; each once
               (std::string, summary),                           // in a few words, with their number in front
               (std::string, reason));                           // why there are none
};

struct ClauseRow {
  REFMM_RECORD(ClauseRow, (std::string, clause), (std::string, kind), (ClauseCell, laws),  // that state it
               (ClauseCell, examples),    // of these, those that the compiler holds to examples
               (ClauseCell, sampled),     // those that are held to inputs that are made up, or to random sessions
               (ClauseCell, proved),      // those that Z3 proves, and of what
               (ClauseCell, recordings),  // of 2.4.0 in which it decides
               (ClauseCell, mistakes));   // that break it and are found; of a defect, what finds it
};

/// The row of a clause.
ClauseRow row_of(const Clause& clause);

/// The titles of the columns, that of the clause first.
const std::vector<std::string>& titles_of_columns();

/// The cells of a row as they are shown, the name of the clause first.
std::vector<std::string> shown(const ClauseRow& row);

/// The rows in columns, under their titles. For a terminal of so many columns, which is not as wide, the cells of each row stand below
/// the name of its clause.
std::string to_text(const std::vector<ClauseRow>& rows, std::optional<std::size_t> columns);

}  // namespace refmm

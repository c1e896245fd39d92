// What the tests of the book look at: all clauses of the tables, all entries of the chapters.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/book.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace refmm {

inline std::vector<Clause> all_clauses() {
  std::vector<Clause> clauses;
  for (const auto& table : clause_tables) clauses.insert(clauses.end(), table.begin(), table.end());
  return clauses;
}

inline std::vector<book::Entry> all_entries() {
  std::vector<book::Entry> entries;
  for (const book::Chapter& chapter : book::chapters())
    std::ranges::move(book::entries(chapter), std::back_inserter(entries));
  return entries;
}

}  // namespace refmm

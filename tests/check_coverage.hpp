// Clause coverage: how often a run exercised each clause.
//
// A clause is exercised when it decided an outcome (it stands in `because`), or when a law or a conjunct of the
// invariant that states it was checked on something that it claims something of.
#pragma once

#include <refmm/spec/clause.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace refmm {

/// Clauses of all areas.
constexpr std::size_t count_clauses() {
  std::size_t count = 0;
  for (const auto& table : clause_tables) count += table.size();
  return count;
}

/// Where a clause stands among the clauses of all areas.
constexpr std::size_t clause_number(const Clause& clause) {
  std::size_t before = 0;
  for (const auto& table : clause_tables) {
    if (&clause >= table.data() && &clause < table.data() + table.size())
      return before + static_cast<std::size_t>(&clause - table.data());
    before += table.size();
  }
  return before;
}

/// Hits of every clause. A plain value: workers keep it in memory that they share with the runner.
class Coverage {
 public:
  void note(ClauseRef clause) { ++hits_[clause_number(*clause)]; }
  void note(const Because& because) {
    for (const ClauseRef clause : because) note(clause);
  }
  void add(const Coverage& other) {
    for (std::size_t i = 0; i < hits_.size(); ++i) hits_[i] += other.hits_[i];
  }
  std::uint64_t hits(const Clause& clause) const { return hits_[clause_number(clause)]; }

 private:
  std::array<std::uint64_t, count_clauses()> hits_{};
};

/// The clauses that runs of an area are to exercise: all but those that promise nothing.
inline std::vector<const Clause*> clauses_to_exercise(std::string_view area) {
  std::vector<const Clause*> clauses;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      if (area_of(clause.name) == area && clause.kind != ClauseKind::unspecified) clauses.push_back(&clause);
    }
  }
  return clauses;
}

}  // namespace refmm

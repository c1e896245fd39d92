// Clauses: the numbered sentences of the book, as symbols of the program.
//
// A clause is named `area.operation.case`, a defect `defect.area.name`; a name is never reused. Code names a clause by writing its name
// where a ClauseRef is expected: the compiler looks it up in the tables below, and an unknown name does not
// compile. The prose of a clause stands in spec/book/AREA.md under the same name; `refmm clause` and a test
// hold the two together.
#pragma once

#include <refmm/spec/buddy_clauses.hpp>
#include <refmm/spec/clause_entry.hpp>
#include <refmm/spec/fault_clauses.hpp>
#include <refmm/spec/kernel_map_clauses.hpp>
#include <refmm/spec/malloc_clauses.hpp>
#include <refmm/spec/paging_clauses.hpp>
#include <refmm/spec/process_clauses.hpp>
#include <refmm/spec/since_clauses.hpp>
#include <refmm/spec/slab_clauses.hpp>
#include <refmm/spec/vma_clauses.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace refmm {

/// The tables of all areas, bottom up.
inline constexpr std::array clause_tables{
    std::span<const Clause>(buddy::clauses),   std::span<const Clause>(slab::clauses),
    std::span<const Clause>(paging::clauses),  std::span<const Clause>(kernel_map::clauses),
    std::span<const Clause>(vma::clauses),     std::span<const Clause>(fault::clauses),
    std::span<const Clause>(process::clauses), std::span<const Clause>(malloc::clauses),
    std::span<const Clause>(since::clauses)};

/// The area that a clause of this name belongs to: `vma` of `vma.munmap.hole`, and of `defect.vma.tree_keys`.
constexpr std::string_view area_of(std::string_view name) {
  constexpr std::string_view defect = "defect.";
  if (name.starts_with(defect)) name.remove_prefix(defect.size());
  return name.substr(0, name.find('.'));
}

/// A reference to a clause that exists.
class ClauseRef {
 public:
  /// Looks `name` up while compiling; an unknown name is a compile error here.
  consteval ClauseRef(const char* name) : clause_(&find(name)) {}
  constexpr const Clause& operator*() const { return *clause_; }
  constexpr const Clause* operator->() const { return clause_; }
  friend constexpr bool operator==(ClauseRef, ClauseRef) = default;

 private:
  // The compiler does this thousands of times, and a call costs it more than a loop: it looks into the table of the area only, and
  // compares names from behind, as they begin alike.
  static consteval const Clause& find(std::string_view name) {
    const std::string_view area = area_of(name);
    for (const auto& table : clause_tables) {
      const Clause* const entries = table.data();
      if (area_of(entries->name) != area) continue;
      for (std::size_t i = 0; i < table.size(); ++i) {
        if (is_called(entries[i].name, name.data(), name.size())) return entries[i];
      }
    }
    throw "no clause of this name: see spec/*_clauses.hpp";
  }
  static consteval bool is_called(std::string_view entry, const char* name, std::size_t size) {
    if (entry.size() != size) return false;
    const char* const characters = entry.data();
    while (size != 0 && characters[size - 1] == name[size - 1]) --size;
    return size == 0;
  }
  const Clause* clause_;
};

/// The clauses that decided an outcome, in the order in which they applied.
using Because = std::vector<ClauseRef>;

/// The clause called `name`, or nullptr: for names that people type.
constexpr const Clause* find_clause(std::string_view name) {
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      if (clause.name == name) return &clause;
    }
  }
  return nullptr;
}

}  // namespace refmm

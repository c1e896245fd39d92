// Clauses: the numbered sentences of the book, as symbols of the program.
//
// A clause is named `area.operation.case`, a defect `defect.area.name`; a name is never reused. Code names a clause by writing its name
// where a ClauseRef is expected: the compiler looks it up in the tables below, and an unknown name does not
// compile. The prose of a clause stands in spec/book/AREA.md under the same name; `refmm clause` and a test
// hold the two together.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace refmm {

enum class ClauseKind {
  must,         // the only allowed behaviour
  may,          // free within a stated set
  unspecified,  // nothing is promised, for the reason given
  defect,       // what 2.4.0 does against a law; the corrected profile differs
};

struct Clause {
  std::string_view name;
  ClauseKind kind;
  std::string_view source;         // the file and function of 2.4.0, "mm/slab.c:kmem_cache_grow"
  std::string_view without_law{};  // why no law states it, where none does
};

}  // namespace refmm

#include <refmm/spec/buddy_clauses.hpp>
#include <refmm/spec/fault_clauses.hpp>
#include <refmm/spec/kernel_map_clauses.hpp>
#include <refmm/spec/malloc_clauses.hpp>
#include <refmm/spec/paging_clauses.hpp>
#include <refmm/spec/process_clauses.hpp>
#include <refmm/spec/slab_clauses.hpp>
#include <refmm/spec/vma_clauses.hpp>

namespace refmm {

/// The tables of all areas, bottom up.
inline constexpr std::array clause_tables{
    std::span<const Clause>(buddy::clauses),   std::span<const Clause>(slab::clauses),
    std::span<const Clause>(paging::clauses),  std::span<const Clause>(kernel_map::clauses),
    std::span<const Clause>(vma::clauses),     std::span<const Clause>(fault::clauses),
    std::span<const Clause>(process::clauses), std::span<const Clause>(malloc::clauses)};

/// A reference to a clause that exists.
class ClauseRef {
 public:
  /// Looks `name` up while compiling; an unknown name is a compile error here.
  consteval ClauseRef(const char* name) : clause_(&find(name)) {}
  constexpr const Clause& operator*() const { return *clause_; }
  constexpr const Clause* operator->() const { return clause_; }
  friend constexpr bool operator==(ClauseRef, ClauseRef) = default;

 private:
  static consteval const Clause& find(std::string_view name) {
    for (const auto& table : clause_tables) {
      for (const Clause& clause : table) {
        if (clause.name == name) return clause;
      }
    }
    throw "no clause of this name: see spec/*_clauses.hpp";
  }
  const Clause* clause_;
};

/// The clauses that decided an outcome, in the order in which they applied.
using Because = std::vector<ClauseRef>;

/// The area that a clause of this name belongs to: `vma` of `vma.munmap.hole`, and of `defect.vma.tree_keys`.
constexpr std::string_view area_of(std::string_view name) {
  constexpr std::string_view defect = "defect.";
  if (name.starts_with(defect)) name.remove_prefix(defect.size());
  return name.substr(0, name.find('.'));
}

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

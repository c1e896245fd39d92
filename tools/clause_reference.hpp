// Clauses that a text names: `[slab.grow.colour]`, or several at once with a wildcard, `[slab.grow.*]`.
#pragma once

#include <refmm/spec/clause.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// Names of clauses that stand in brackets.
struct ClauseReference {
  std::string name;    // without the brackets; a `*` stands for any characters
  std::uint32_t line;  // from 1
};

/// The references of a text to clauses of the areas that there are, in the order of the text.
std::vector<ClauseReference> references_of_prose(std::string_view text);

/// The same of a C++ source, where only comments refer to clauses: a subscript in code does not.
std::vector<ClauseReference> references_of_source(std::string_view text);

/// True if a reference called `name` means the clause called `clause`.
bool means(std::string_view name, std::string_view clause);

/// True if a reference called `name` means any clause.
bool means_any_clause(std::string_view name);

}  // namespace refmm

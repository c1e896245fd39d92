// Mutants that no test can kill, and why: tests/mutation_equivalent.txt.
//
//   impl/area_tree.hpp | if (empty()) nearby_ = {};
//   - empty() => true
//   - empty() => false (2)
//   The reason, in as many lines as it takes, up to a blank line.
//
// They are named by what stands there, and not by line numbers, which move. "(2)" is the second of several mutations that read the
// same; without a number all of them are meant. A statement that is deleted becomes "nothing". Lines with # are remarks.
#pragma once

#include <refmm/tests/mutation_list.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::mutation {

struct Equivalent {
  std::uint32_t line;  // of the list
  std::string file, text, mutation;
  std::optional<unsigned> which;  // from 1 on
  std::string reason;
};

/// Throws InputError with the line where the list is not as above.
std::vector<Equivalent> read_equivalents(std::string_view text, const std::string& name);

/// "empty() => true"
std::string in_words(const Mutation& mutation);

struct Matched {
  std::map<std::uint32_t, const Equivalent*> reasons;  // of the mutations that are listed, by number
  std::vector<const Equivalent*> unmatched;            // entries that no mutation is meant by
};
Matched match(std::span<const Mutation> mutations, const std::vector<Equivalent>& equivalents);

}  // namespace refmm::mutation

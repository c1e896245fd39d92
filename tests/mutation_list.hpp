// The mutations of impl/, as tests/mutate.py lists them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace refmm::mutation {

struct Mutation {
  std::uint32_t number;  // from 1 on, in the order of the list
  std::string_view file;
  std::uint32_t line, column;  // from 1 on
  std::string_view kind;       // "operator", "constant", "condition", "statement"
  std::string_view before;     // what is written there
  std::string_view after;      // what stands in its place; empty for nothing
  std::string_view text;       // the line, without the blanks around it
};

/// All of them; the number of each is its place and one.
std::span<const Mutation> mutations();

}  // namespace refmm::mutation

// What strace prints in front of a line: the process (-f), the time (-t, -r), the instruction pointer (-i), the number of the call
// (-n).
//
//   [pid  4711] 08:55:05.391052 [00007f3f4aafead7] brk(NULL) = 0x57da0000
//   4711       0.000293 [  45] brk(NULL) = 0x57c17000
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace refmm::strace {

struct Head {
  std::uint32_t pid = 0;              // 0 where no process is given
  std::string_view time{};            // as it is printed; empty if it is not
  std::size_t digits_of_pointer = 0;  // 8 in a program of 32 bits, 16 in one of 64; 0 without -i
  std::size_t body = 0;               // how long all of it is: where the call begins
};

Head read_head(std::string_view line);

/// The digits that `text` begins with, as a number; 0 if there are none, or too many.
std::uint32_t leading_number(std::string_view text);

}  // namespace refmm::strace

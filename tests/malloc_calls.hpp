// What a program does with malloc and its like, to see whether they keep their promises: run in a process of its own that has the
// user's heap in place of malloc.
#pragma once

#include <array>
#include <ostream>
#include <string_view>

namespace refmm {

struct CallsOfMalloc {
  std::string_view name;
  void (*run)();                 // prints what is not as promised on standard error, and exits with 1
  std::string_view ends_with{};  // what the message of the heap says, of those that misuse it: then it aborts

  friend void PrintTo(const CallsOfMalloc& calls, std::ostream* out) { *out << calls.name; }
};

/// Promises that are kept, and misuse that is noticed.
extern const std::array<CallsOfMalloc, 9> calls_of_malloc;
extern const std::array<CallsOfMalloc, 10> misuse_of_malloc;

}  // namespace refmm

// A mistake that an implementation can be told to make.
#pragma once

#include <ostream>
#include <string_view>

namespace refmm {

struct Mutant {
  std::string_view name;     // as spec/mutant.hpp switches it on
  std::string_view mistake;  // what it does wrong, in a few words
};

/// For GoogleTest, which would print the bytes of the views, other ones in every run.
inline void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.mistake; }

}  // namespace refmm

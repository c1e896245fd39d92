// A mistake that an implementation can be told to make.
#pragma once

#include <string_view>

namespace refmm {

struct Mutant {
  std::string_view name;     // as spec/mutant.hpp switches it on
  std::string_view mistake;  // what it does wrong, in a few words
};

}  // namespace refmm

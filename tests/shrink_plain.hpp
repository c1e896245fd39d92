// A machine that plain sessions are tried on (tests/shrink_least.hpp).
#pragma once

#include <cstddef>

namespace refmm::shrink {

template <class Family>
struct PlainBoot {
  typename Family::Boot boot;
  std::size_t longest;  // commands of a session on it
};

}  // namespace refmm::shrink

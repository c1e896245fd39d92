// The only file that includes the C++ interface of Z3.
//
// z3::expr converts to bool by whether it exists, so `expr << 2` would be the int 4 and `if (a == b)` always taken.
// The shifts are deleted here; that no z3::expr leaves the engine takes care of the rest.
#pragma once

#include <z3++.h>

namespace z3 {
expr operator<<(const expr&, int) = delete;
expr operator>>(const expr&, int) = delete;
}  // namespace z3

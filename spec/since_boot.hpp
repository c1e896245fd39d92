// Where a transcript of a later era puts what it does not speak of.
#pragma once

#include <cstdint>

namespace refmm::since {

/// Bytes between the end of the program's code and the heap. 2.4.0 lets the break go down so far ([since.brk.lowest]).
inline constexpr std::uint32_t code_below_heap = 0x10000;

}  // namespace refmm::since

// The range of numbers around one with which something holds, found by trying some of them.
#pragma once

#include <cstdint>
#include <functional>

namespace refmm {

/// first, first + step, ..., last.
struct NumberRange {
  std::int64_t first, last;
  std::int64_t step = 1;
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// Bytes of a page: where a number must be a multiple of it, its neighbours are a page away.
inline constexpr std::int64_t page_step = 4096;

/// The widest range around `value`, with which it holds, in steps of `step`, in which it holds wherever it was tried: at both ends, not
/// one step beyond them (unless that is out of `domain`), and at some twenty numbers in between, near and far. The same numbers are
/// always tried.
NumberRange range_around(std::int64_t value, const NumberRange& domain, std::int64_t step,
                         const std::function<bool(std::int64_t)>& holds);

}  // namespace refmm

// Bisection, read and proved through a function that also exists for symbolic words.
//
// What bisection finds is fixed by two facts about it, and the symbolic form (proofs/symbolic/search.hpp) is a fresh word of
// which exactly these are known: a proof then needs no path for each number that could be found.
#pragma once

#include <concepts>

namespace refmm {

/// By bisection, a number up to `limit` that fits while the next does not, or the limit if it fits. If whatever is larger
/// than something that does not fit does not fit either, it is the largest that fits. 0 must fit. `fits` owns what it
/// captures: its symbolic form is asked when the caller has returned.
template <std::unsigned_integral W>
constexpr W largest_fitting(W limit, auto fits) {
  W fitting = 0;
  W too_large = limit + 1;
  while (too_large - fitting > 1) {
    const W middle = fitting + (too_large - fitting) / 2;
    (fits(middle) ? fitting : too_large) = middle;
  }
  return fitting;
}

}  // namespace refmm

// Connectives that do not branch.
//
// `if`, `&&`, `||` and `!` on a symbolic truth split the path. Where a law wants one formula instead of
// two paths it says `both`, `either`, `implies`, `negation`; where the model wants a value that depends on
// a condition without taking sides it says `select`. On bool they are what their names say; the symbolic
// engine adds its own overloads, found by argument-dependent lookup.
#pragma once

#include <concepts>

namespace refmm {

constexpr bool both(std::same_as<bool> auto a, std::same_as<bool> auto b) { return a && b; }
constexpr bool either(std::same_as<bool> auto a, std::same_as<bool> auto b) { return a || b; }
constexpr bool implies(std::same_as<bool> auto a, std::same_as<bool> auto b) { return !a || b; }
constexpr bool negation(std::same_as<bool> auto a) { return !a; }

/// Both or neither.
constexpr auto equivalent(const auto& a, const auto& b) { return both(implies(a, b), implies(b, a)); }

/// All of them.
constexpr auto all(const auto& first, const auto& second, const auto&... others) {
  if constexpr (sizeof...(others) == 0) {
    return both(first, second);
  } else {
    return both(first, all(second, others...));
  }
}

/// `when_true` if `condition`, else `when_false`; both are evaluated.
template <class T>
constexpr T select(std::same_as<bool> auto condition, T when_true, T when_false) {
  return condition ? when_true : when_false;
}

}  // namespace refmm

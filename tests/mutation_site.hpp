// What tests/mutate.py writes into its copy of impl/: every mutation has a number, and one of them is on in this process.
//
// All mutants are one build. An operator keeps its place, and with it its operands, by another that stands before it:
//
//   a + b        a + Instead<At<7>, Minus>{} + b
//
// Both bind alike and from left to right, so the first takes the left operand, and the second has both.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace refmm::mutation {

inline constexpr std::size_t most_mutants = 1 << 14;

/// The mutation that is on; 0 for none.
inline std::uint32_t active = 0;

/// What is known of each mutation: bits.
inline constexpr std::uint8_t was_reached = 1, is_meaningless = 2;
inline std::array<std::uint8_t, most_mutants> seen{};

/// The place of mutation `number` and of those that follow it there.
template <std::uint32_t number>
struct At {
  static_assert(number < most_mutants, "most_mutants of tests/mutation_site.hpp is too small");

  /// Never constant: what is initialized where the compiler tries for a constant would be one without the mutation.
  static bool on() {
    seen[number] |= was_reached;
    return active == number;
  }
  /// The types at hand have no such operation.
  static void means_nothing() { seen[number] |= is_meaningless; }
};

/// The same in a constexpr function, where constants are computed without mutations.
template <std::uint32_t number>
struct ConstexprAt {
  static constexpr bool on() { return !std::is_constant_evaluated() && At<number>::on(); }
  static constexpr void means_nothing() {
    if (!std::is_constant_evaluated()) At<number>::means_nothing();
  }
};

/// An operand, and what shall be done with it.
template <class Operand, class Place, class Operation>
struct Begun {
  Operand&& operand;
};

/// Stands before an operator: at `Place` it may become `Operation`.
template <class Place, class Operation>
struct Instead {};

/// The mutated operation if it is on, or else the one that was written. One that the types do not have, or not with a result of
/// this type, is none.
template <class Place, class Operation, class Written, class Left, class Right>
constexpr decltype(auto) either(const Written& written, Left& left, Right& right) {
  using Result = decltype(written(left, right));
  if constexpr (requires {
                  { Operation{}(left, right) } -> std::same_as<Result>;
                }) {
    if (Place::on()) return static_cast<Result>(Operation{}(left, right));
  } else {
    Place::means_nothing();
  }
  return written(left, right);
}

// NOLINTBEGIN(bugprone-macro-parentheses): operators have none.
#define REFMM_BINARY_OPERATION(name, sign)                                                          \
  struct name {                                                                                     \
    template <class Left, class Right>                                                              \
    constexpr auto operator()(Left& left, Right& right) const -> decltype(left sign right) {        \
      return left sign right;                                                                       \
    }                                                                                               \
  };                                                                                                \
  template <class Left, class Place, class Operation>                                               \
  constexpr Begun<Left, Place, Operation> operator sign(Left&& left, Instead<Place, Operation>&&) { \
    return {std::forward<Left>(left)};                                                              \
  }                                                                                                 \
  template <class Left, class Place, class Operation, class Right>                                  \
  constexpr auto operator sign(Begun<Left, Place, Operation> begun, Right&& right)                  \
      ->decltype(begun.operand sign right) {                                                        \
    return either<Place, Operation>(name{}, begun.operand, right);                                  \
  }

REFMM_BINARY_OPERATION(Less, <)
REFMM_BINARY_OPERATION(LessEqual, <=)
REFMM_BINARY_OPERATION(Greater, >)
REFMM_BINARY_OPERATION(GreaterEqual, >=)
REFMM_BINARY_OPERATION(Equal, ==)
REFMM_BINARY_OPERATION(NotEqual, !=)
REFMM_BINARY_OPERATION(Plus, +)
REFMM_BINARY_OPERATION(Minus, -)
REFMM_BINARY_OPERATION(Times, *)
REFMM_BINARY_OPERATION(Over, /)
REFMM_BINARY_OPERATION(Modulo, %)
REFMM_BINARY_OPERATION(ShiftLeft, <<)
REFMM_BINARY_OPERATION(ShiftRight, >>)
REFMM_BINARY_OPERATION(And, &)
REFMM_BINARY_OPERATION(Or, |)
REFMM_BINARY_OPERATION(Xor, ^)

// Assignments bind from right to left: the second takes the right operand.
#define REFMM_ASSIGNMENT(name, sign)                                                                   \
  struct name {                                                                                        \
    template <class Left, class Right>                                                                 \
    constexpr auto operator()(Left& left, Right& right) const -> decltype(left sign right) {           \
      return left sign right;                                                                          \
    }                                                                                                  \
  };                                                                                                   \
  template <class Place, class Operation, class Right>                                                 \
  constexpr Begun<Right, Place, Operation> operator sign(Instead<Place, Operation>&&, Right&& right) { \
    return {std::forward<Right>(right)};                                                               \
  }                                                                                                    \
  template <class Left, class Place, class Operation, class Right>                                     \
  constexpr Left& operator sign(Left& left, Begun<Right, Place, Operation> begun) {                    \
    either<Place, Operation>(name{}, left, begun.operand);                                             \
    return left;                                                                                       \
  }

REFMM_ASSIGNMENT(PlusAssign, +=)
REFMM_ASSIGNMENT(MinusAssign, -=)
REFMM_ASSIGNMENT(TimesAssign, *=)
REFMM_ASSIGNMENT(OverAssign, /=)
REFMM_ASSIGNMENT(ShiftLeftAssign, <<=)
REFMM_ASSIGNMENT(ShiftRightAssign, >>=)
REFMM_ASSIGNMENT(AndAssign, &=)
REFMM_ASSIGNMENT(OrAssign, |=)
REFMM_ASSIGNMENT(XorAssign, ^=)
// NOLINTEND(bugprone-macro-parentheses)

/// A number, or another: one less, or one in place of none.
template <class Place, class T>
constexpr T constant(T value) {
  if (!Place::on()) return value;
  return value == T{} ? static_cast<T>(1) : static_cast<T>(value - 1);
}

/// A condition, or what stands in place of its value.
template <class Place, bool instead, class Condition>
constexpr bool condition(Condition&& condition) {
  const bool holds = static_cast<bool>(std::forward<Condition>(condition));
  return Place::on() ? instead : holds;
}

}  // namespace refmm::mutation

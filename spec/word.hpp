// The words that the model computes with.
//
// A model function is a template over its word type. For runs and tests the word is a built-in unsigned
// integer; for proofs it is refmm::symbolic::BasicWord, which stands for all values at once. Arithmetic
// wraps, as in the kernel; comparison is unsigned.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace refmm {

/// What may stand in an `if`: bool, or a symbolic truth that decides itself when it is asked.
template <class T>
concept Truth = requires(const T& truth) { static_cast<bool>(truth); };

/// The built-in integer that a word type stands for, and its width in bits.
template <class W>
struct WordTraits;

template <std::unsigned_integral W>
struct WordTraits<W> {
  using native = W;
  static constexpr unsigned bits = std::numeric_limits<W>::digits;
};

template <class W>
using Native = typename WordTraits<std::remove_cv_t<W>>::native;

/// An unsigned machine word: built-in or symbolic. Division by zero is an error of the model, in proofs
/// a finding.
template <class W>
concept Word = std::copyable<W> && std::convertible_to<Native<W>, W> && requires(W a, W b) {
  { a + b } -> std::same_as<W>;
  { a - b } -> std::same_as<W>;
  { a* b } -> std::same_as<W>;
  { a / b } -> std::same_as<W>;
  { a % b } -> std::same_as<W>;
  { a& b } -> std::same_as<W>;
  { a | b } -> std::same_as<W>;
  { a ^ b } -> std::same_as<W>;
  { ~a } -> std::same_as<W>;
  { a << b } -> std::same_as<W>;
  { a >> b } -> std::same_as<W>;
  { a == b } -> Truth;
  { a != b } -> Truth;
  { a < b } -> Truth;
  { a <= b } -> Truth;
  { a > b } -> Truth;
  { a >= b } -> Truth;
};

static_assert(Word<std::uint32_t> && Word<std::uint64_t>);

}  // namespace refmm

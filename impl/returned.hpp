// What a call returns: a value, or why it was refused, of the refusals of its family.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

template <class T, class Refusal>
class [[nodiscard]] ReturnedOr {
 public:
  constexpr ReturnedOr(T value) : value_(value) {}
  constexpr ReturnedOr(Refusal refusal) : refusal_(refusal) {}

  /// True if it was not refused.
  constexpr explicit operator bool() const { return !refusal_; }

  constexpr T operator*() const { return value_; }
  constexpr Refusal refusal() const { return *refusal_; }

 private:
  T value_{};
  std::optional<Refusal> refusal_;
};

/// Of a call that returns no value.
template <class Refusal>
class [[nodiscard]] ReturnedOr<void, Refusal> {
 public:
  constexpr ReturnedOr() = default;
  constexpr ReturnedOr(Refusal refusal) : refusal_(refusal) {}
  constexpr ReturnedOr(std::optional<Refusal> refusal) : refusal_(refusal) {}

  constexpr explicit operator bool() const { return !refusal_; }
  constexpr Refusal refusal() const { return *refusal_; }

 private:
  std::optional<Refusal> refusal_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

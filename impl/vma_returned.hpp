// What a call returns: a value, or why it was refused.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/spec/vma_refusal.hpp>

#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

template <class T>
class [[nodiscard]] Returned {
 public:
  constexpr Returned(T value) : value_(value) {}
  constexpr Returned(vma::Refusal refusal) : refusal_(refusal) {}

  /// True if it was not refused.
  constexpr explicit operator bool() const { return !refusal_; }

  constexpr T operator*() const { return value_; }
  constexpr vma::Refusal refusal() const { return *refusal_; }

 private:
  T value_{};
  std::optional<vma::Refusal> refusal_;
};

/// Of a call that returns no value.
template <>
class [[nodiscard]] Returned<void> {
 public:
  constexpr Returned() = default;
  constexpr Returned(vma::Refusal refusal) : refusal_(refusal) {}
  constexpr Returned(std::optional<vma::Refusal> refusal) : refusal_(refusal) {}

  constexpr explicit operator bool() const { return !refusal_; }
  constexpr vma::Refusal refusal() const { return *refusal_; }

 private:
  std::optional<vma::Refusal> refusal_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

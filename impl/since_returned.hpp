// What a call on an address space of a later era returns: a value, or why it was refused. Part of impl/since.hpp.
#pragma once

#include <refmm/impl/vma_returned.hpp>
#include <refmm/spec/since.hpp>
#include <refmm/spec/since_refusal.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>

namespace refmm::impl::inline REFMM_BUILD {

/// As 2.4.0 refuses it, as later kernels do, or by an address that is taken for an error.
using EraRefusal = std::variant<vma::Refusal, since::Refusal, since::TakenForError<std::uint64_t>>;

/// Of a call that returns no value.
struct Done {};

template <class T>
class [[nodiscard]] EraReturned {
 public:
  EraReturned(T value) : value_(value) {}
  EraReturned(vma::Refusal refusal) : refusal_(refusal) {}
  EraReturned(since::Refusal refusal) : refusal_(refusal) {}
  EraReturned(EraRefusal refusal) : refusal_(refusal) {}

  /// What the code of 2.4.0 returned.
  EraReturned(const Returned<T>& returned)
    requires(!std::is_same_v<T, Done>)
      : value_(*returned) {
    if (!returned) refusal_ = returned.refusal();
  }
  EraReturned(const Returned<void>& returned)
    requires std::is_same_v<T, Done>
  {
    if (!returned) refusal_ = returned.refusal();
  }

  /// True if it was not refused.
  explicit operator bool() const { return !refusal_; }

  T operator*() const { return value_; }
  EraRefusal refusal() const { return *refusal_; }

 private:
  T value_{};
  std::optional<EraRefusal> refusal_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

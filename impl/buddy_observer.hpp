// Somebody to tell what changes in the lists and bit maps of a zone.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <concepts>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// Called when the thing happens, in its order. `Word` is the type of frame numbers.
///
/// - `unlink(order, pfn)`, `link(order, pfn)`: a block leaves its list, is put in front of it.
/// - `flip(order, bit)`: a bit of the map of an order changes.
/// - `sees_each_step`: whether boot has to give its frames to the lists one by one for somebody to see; if not, it gives whole
///   blocks, which comes to the same.
template <class O>
concept BuddyObserver =
    std::unsigned_integral<typename O::Word> && requires(O& observer, std::uint32_t order, typename O::Word word) {
      { O::sees_each_step } -> std::convertible_to<bool>;
      observer.unlink(order, word);
      observer.link(order, word);
      observer.flip(order, word);
    };

/// Nobody: it costs nothing.
template <std::unsigned_integral FrameWord>
struct UnobservedZone {
  using Word = FrameWord;
  static constexpr bool sees_each_step = false;
  void unlink(std::uint32_t, Word) {}
  void link(std::uint32_t, Word) {}
  void flip(std::uint32_t, Word) {}
};

static_assert(BuddyObserver<UnobservedZone<std::uint32_t>>);
static_assert(BuddyObserver<UnobservedZone<std::uint64_t>>);

}  // namespace refmm::impl::inline REFMM_BUILD

// Arithmetic of pages and flags, as all chapters above the page allocator use it.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/word.hpp>

#include <bit>
#include <concepts>
#include <cstdint>

namespace refmm::model::inline REFMM_BUILD {

/// Bits of an address below the page frame number. 2.4.0: PAGE_SHIFT.
template <std::unsigned_integral N>
constexpr unsigned page_shift(const BasicMachine<N>& machine) {
  return static_cast<unsigned>(std::countr_zero(machine.page_size));
}

/// Bytes up to a multiple of the page size; what is too near the end of the address space becomes 0. 2.4.0: PAGE_ALIGN.
template <Word W>
constexpr W page_align(const MachineOf<W>& machine, W bytes) {
  const W up = machine.page_size - 1;
  return (mutant("vma.page_align.rounds_down") ? bytes : bytes + up) & ~up;
}

template <Word W>
constexpr auto is_page_aligned(const MachineOf<W>& machine, W address) {
  return (address & W(machine.page_size - 1)) == W(0u);
}

/// Whole pages in a number of bytes.
template <Word W>
constexpr W pages_in(const MachineOf<W>& machine, W bytes) {
  return bytes >> W(page_shift(machine));
}

/// Pages from one whole number of pages to another that is not below it. The kernel shifts the difference; the difference of
/// the shifted is the same, and lets a sum of such numbers be reasoned about.
template <Word W>
constexpr W pages_between(const MachineOf<W>& machine, W from, W to) {
  return pages_in<W>(machine, to) - pages_in<W>(machine, from);
}

/// Bytes in a number of pages; wraps as the kernel's does.
template <Word W>
constexpr W bytes_in(const MachineOf<W>& machine, W pages) {
  return pages << W(page_shift(machine));
}

/// A truth as one that the path has decided.
constexpr bool is_true(const Truth auto& truth) { return static_cast<bool>(truth); }

/// True if one of the bits of `flag` is set.
template <Word W>
constexpr bool has(W flags, std::uint32_t flag) {
  return is_true((flags & W(flag)) != W(0u));
}

/// Flags with more of them, or with fewer.
template <Word W>
constexpr W flags_set(W flags, std::uint32_t more) {
  return flags | W(more);
}
template <Word W>
constexpr W flags_cleared(W flags, std::uint32_t fewer) {
  return flags & ~W(fewer);
}

}  // namespace refmm::model::inline REFMM_BUILD

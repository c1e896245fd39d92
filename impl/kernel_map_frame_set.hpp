// A set of page frames: the lowest one at or above a number is found in a few steps, however many there are.
#pragma once

#include <refmm/impl/paging_entries.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// Bits of bits: a bit of a level says whether the word of 64 bits below it has any.
class FrameSet {
 public:
  /// Frames below `frames` can be in it; all of them are if `full`.
  void reset(std::size_t frames, bool full) {
    for (std::vector<std::uint64_t>& level : levels_) {
      const std::size_t words = (frames + 63) / 64;
      level.assign(words, full ? ~std::uint64_t{0} : 0);
      if (full && frames % 64 != 0) level.back() = (std::uint64_t{1} << frames % 64) - 1;
      frames = words;
    }
  }

  bool contains(Pfn pfn) const { return (levels_.front()[pfn / 64] >> pfn % 64 & 1) != 0; }

  void insert(Pfn pfn) {
    if (contains(pfn)) return;
    for (std::vector<std::uint64_t>& level : levels_) {
      level[pfn / 64] |= std::uint64_t{1} << pfn % 64;
      pfn /= 64;
    }
  }

  void erase(Pfn pfn) {
    if (!contains(pfn)) return;
    for (std::vector<std::uint64_t>& level : levels_) {
      if ((level[pfn / 64] &= ~(std::uint64_t{1} << pfn % 64)) != 0) return;
      pfn /= 64;
    }
  }

  /// The lowest frame in it that is not below `first`: up the levels until a word has a bit above, then down by the lowest ones.
  std::optional<Pfn> lowest_from(Pfn first) const {
    for (std::size_t level = 0; level < levels_.size(); ++level, first = first / 64 + 1) {
      if (first / 64 >= levels_[level].size()) return std::nullopt;
      const std::uint64_t above = levels_[level][first / 64] >> first % 64;
      if (above == 0) continue;
      Pfn found = first + static_cast<Pfn>(std::countr_zero(above));
      for (; level != 0; --level)
        found = found * 64 + static_cast<Pfn>(std::countr_zero(levels_[level - 1][found]));
      return found;
    }
    return std::nullopt;
  }

 private:
  std::array<std::vector<std::uint64_t>, 4> levels_;  // 2^24 frames
};

}  // namespace refmm::impl::inline REFMM_BUILD

// A boot of the page allocator as processes can share it.
#pragma once

#include <refmm/spec/buddy.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>

namespace refmm::buddy {

/// A Boot that owns no memory: with so many reserved ranges at most.
class SharedBoot {
 public:
  static constexpr std::size_t most_ranges = 16;

  SharedBoot() = default;
  /// Throws std::length_error for a boot with more ranges.
  SharedBoot(const Boot<std::uint32_t>& boot)
      : kernel_(boot.kernel),
        zone_start_(boot.zone_start),
        zone_pages_(boot.zone_pages),
        free_(boot.free),
        bootmap_(boot.bootmap),
        ranges_(boot.reserved.size()) {
    if (ranges_ > most_ranges) throw std::length_error("a boot that is checked has 16 reserved ranges at most");
    std::ranges::copy(boot.reserved, reserved_.begin());
  }

  operator Boot<std::uint32_t>() const {
    return {kernel_, zone_start_, zone_pages_,
            free_,   bootmap_,    {reserved_.begin(), reserved_.begin() + static_cast<std::ptrdiff_t>(ranges_)}};
  }

 private:
  Kernel kernel_{};
  std::uint32_t zone_start_ = 0;
  std::uint32_t zone_pages_ = 0;
  AtBoot free_{};
  std::optional<std::uint32_t> bootmap_{};
  std::size_t ranges_ = 0;
  std::array<FrameRange<std::uint32_t>, most_ranges> reserved_{};
};

}  // namespace refmm::buddy

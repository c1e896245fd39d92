// A boot of a machine that runs processes as processes of the check can share it.
#pragma once

#include <refmm/spec/process.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace refmm::process {

/// A Boot that owns no memory: with so many files at most.
class SharedBoot {
 public:
  static constexpr std::size_t most_files = 16;

  SharedBoot() = default;
  /// Throws std::length_error for a boot with more files.
  SharedBoot(const Boot<std::uint32_t>& boot)
      : kernel_(boot.kernel),
        ram_pages_(boot.ram_pages),
        swap_pages_(boot.swap_pages),
        page_cluster_(boot.page_cluster),
        files_(boot.files.size()),
        overcommit_(boot.overcommit),
        survive_(boot.survive) {
    if (files_ > most_files) throw std::length_error("a machine that is checked has 16 files at most");
    std::ranges::copy(boot.files, sizes_.begin());
  }

  operator Boot<std::uint32_t>() const {
    return {kernel_,
            ram_pages_,
            swap_pages_,
            page_cluster_,
            {sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(files_)},
            overcommit_,
            survive_};
  }

 private:
  fault::Kernel kernel_{};
  std::uint32_t ram_pages_ = 0, swap_pages_ = 0, page_cluster_ = 0;
  std::size_t files_ = 0;
  std::array<std::uint32_t, most_files> sizes_{};
  bool overcommit_ = false, survive_ = false;
};

}  // namespace refmm::process

// A program's own bookkeeping of anonymous memory: for each page that is mapped, what may be done with it.
#pragma once

#include <cerrno>
#include <cstdint>
#include <map>

class PageMap {
 public:
  using Pages = std::map<std::uint32_t, std::uint32_t>;  // protection, by address

  /// `lost` bytes at the end of what is to be unmapped are forgotten: a mistake to be found.
  explicit PageMap(std::uint32_t lost = 0) : lost_(lost) {}

  // Each returns 0 or an errno, as the calls of Linux 2.4.0 do.
  int mmap_fixed(std::uint32_t addr, std::uint32_t len, std::uint32_t prot) {
    if (len == 0) return 0;
    if (addr % page != 0) return EINVAL;
    for (std::uint32_t at = addr; at < addr + len; at += page) pages_[at] = prot;
    return 0;
  }
  int munmap(std::uint32_t addr, std::uint32_t len) {
    if (addr % page != 0 || len == 0) return EINVAL;
    for (std::uint32_t at = addr; at < addr + len - lost_; at += page) pages_.erase(at);
    return 0;
  }
  int mprotect(std::uint32_t addr, std::uint32_t len, std::uint32_t prot) {
    if (addr % page != 0) return EINVAL;
    for (std::uint32_t at = addr; at < addr + len; at += page) {
      const auto found = pages_.find(at);
      if (found == pages_.end()) return EFAULT;
      found->second = prot;
    }
    return 0;
  }

  const Pages& pages() const { return pages_; }

 private:
  static constexpr std::uint32_t page = 4096;
  Pages pages_;
  std::uint32_t lost_;
};

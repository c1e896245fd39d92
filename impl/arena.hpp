// An address space of 4 GB of its own, so that 32-bit addresses can be real ones.
#pragma once

#include <refmm/impl/host_memory.hpp>
#include <refmm/spec/mutant.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace refmm::impl::inline REFMM_BUILD {

/// Reserves 4 GB that start at a multiple of 4 GB. Memory is used only where it is written to.
class Arena {
 public:
  static constexpr std::size_t size = std::size_t{1} << 32;

  /// Throws std::system_error if the host has no such address range.
  Arena() {
    constexpr std::size_t reserved = 2 * size + slack;
    void* const range = host::map(reserved, host::without_reserve);
    if (range == nullptr)
      throw std::system_error(errno, std::generic_category(), "cannot reserve 4 GB of address space for an arena");
    const auto start = reinterpret_cast<std::uintptr_t>(range);
    const auto aligned = (start + size - 1) & ~(size - 1);
    base_ = reinterpret_cast<std::byte*>(aligned);
    if (aligned != start) host::unmap(range, aligned - start);
    host::unmap(base_ + size + slack, start + reserved - (aligned + size + slack));
  }
  ~Arena() { host::unmap(base_, size + slack); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::byte* at(std::uint32_t address) const { return base_ + address; }
  static std::uint32_t address_of(const void* place) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place));
  }

  /// Gives the memory behind `from` back to the host; it reads as zeros afterwards.
  void discard(std::uint32_t from, std::size_t bytes) const { host::advise(base_ + from, bytes, host::dont_need); }

 private:
  /// What a descriptor at the very last address may reach beyond it.
  static constexpr std::size_t slack = 4096;

  std::byte* base_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

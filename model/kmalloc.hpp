// kmalloc: which general cache serves a request.
//
// There are thirteen sizes of general caches, each a power of two, each with a twin for memory that ISA DMA can reach.
// Follows cache_sizes and kmem_find_general_cachep in mm/slab.c.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/slab.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace refmm::model::inline REFMM_BUILD {

/// The nominal sizes, in bytes; on machines with long cache lines the objects may be larger.
inline constexpr std::array<std::uint32_t, 13> general_sizes{32,   64,   128,   256,   512,   1024,  2048,
                                                             4096, 8192, 16384, 32768, 65536, 131072};

/// The nominal size of the general cache for `size` bytes: the smallest that holds them, whatever the size of
/// its objects. None above 131072. [slab.kmalloc.smallest], [slab.kmalloc.null.too_large]
template <Word W>
constexpr Decision<std::optional<std::uint32_t>> general_size(W size) {
  for (const std::uint32_t nominal : general_sizes) {
    if (mutant("slab.general_size.strictly_larger") ? bool(size < nominal) : bool(size <= nominal)) {
      return {nominal, {"slab.kmalloc.smallest"}};
    }
  }
  return {std::nullopt, {"slab.kmalloc.null.too_large"}};
}

/// `size-32` or `size-32(DMA)`.
constexpr Name general_name(std::uint32_t nominal, bool dma) {
  std::array<char, Name::capacity> text{};
  std::size_t length = 0;
  const auto write = [&](std::string_view part) {
    for (const char c : part) text[length++] = c;
  };
  write("size-");
  std::uint32_t place = 100000;
  while (place > nominal) place /= 10;
  for (; place != 0; place /= 10) text[length++] = static_cast<char>('0' + nominal / place % 10);
  if (dma) write("(DMA)");
  return std::string_view(text.data(), length);
}

}  // namespace refmm::model::inline REFMM_BUILD

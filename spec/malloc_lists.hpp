// The lists of free chunks as one sees them in static data: how many there are, where their heads stand, and of which sizes they are.
// For what is shown of a heap; the arithmetic that allocators do is the model's and the implementation's.
#pragma once

#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/word.hpp>

#include <concepts>
#include <cstdint>

namespace refmm::malloc {

/// Lists of one size each, from 0 on; those of the sizes 0 and one alignment stay empty, as no chunk is so small.
inline constexpr std::uint32_t lists_of_one_size = 64;

/// Lists in all: behind those of one size there is one for each power of two that a size can reach.
template <std::unsigned_integral W>
constexpr std::uint32_t number_of_lists() {
  std::uint32_t lists = lists_of_one_size;
  for (W first = W{lists_of_one_size} * chunk_alignment<W>; first != 0; first = first << 1) ++lists;
  return lists;
}

/// Bytes of static data that the heads take.
template <std::unsigned_integral W>
constexpr W bytes_of_lists() {
  return (W{number_of_lists<W>()} + 1) * chunk_alignment<W>;
}

/// Where the head of a list stands, as the chunk that it passes for.
template <std::unsigned_integral W>
constexpr W head_of_list(W bins, std::uint32_t list) {
  return bins + W{list} * chunk_alignment<W>;
}

/// The smallest and the largest size of the chunks on a list, in bytes.
template <std::unsigned_integral W>
struct Sizes {
  W first, last;
  friend bool operator==(const Sizes&, const Sizes&) = default;
};
template <std::unsigned_integral W>
constexpr Sizes<W> sizes_of_list(std::uint32_t list) {
  constexpr W align = chunk_alignment<W>;
  if (list < lists_of_one_size) return {W{list} * align, W{list} * align};
  const W first = (W{lists_of_one_size} * align) << (list - lists_of_one_size);
  return {first, first + (first - align)};
}

}  // namespace refmm::malloc

// The arithmetic of the user's heap: sizes of chunks, lists by size, what is mapped, grown, trimmed and aligned.
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/word.hpp>

#include <bit>
#include <cstdint>

namespace refmm::model::inline REFMM_BUILD {

/// Up to a multiple of a power of two; wraps.
template <Word W>
constexpr W rounded_up(W bytes, W power_of_two) {
  return (bytes + power_of_two - 1u) & ~(power_of_two - 1u);
}

/// Requests above this have no chunk: half of the address space less what a chunk, its alignment and its page add.
template <Word W>
constexpr Native<W> largest_request(const MachineOf<W>& machine) {
  return (~Native<W>{0} >> 1) - 2 * machine.page_size;
}

/// The size of the chunk for a block of `bytes`, which must not be above the largest request. The word of prev_size behind the
/// chunk is part of the block while it is in use. [malloc.size.chunk]
template <Word W>
constexpr W chunk_size(W bytes) {
  const W with_tag = mutant("malloc.size.forgets_tag") ? bytes : bytes + malloc::word_bytes<W>;
  const W size = rounded_up<W>(with_tag, malloc::chunk_alignment<W>);
  const W smallest = malloc::smallest_chunk<W>;
  if (mutant("malloc.size.one_word_more")) return size + malloc::chunk_alignment<W>;
  return !mutant("malloc.size.no_smallest") && size < smallest ? smallest : size;
}

/// Bytes of the block of a chunk of the heap, and of one with a mapping of its own, behind which no chunk stands. [malloc.usable_size]
template <Word W>
constexpr W bytes_of_block(W size) {
  return size - malloc::word_bytes<W>;
}
template <Word W>
constexpr W bytes_of_mapped_block(W size) {
  return size -
         (mutant("malloc.size.mapped_block_has_word_behind") ? malloc::word_bytes<W> : 2 * malloc::word_bytes<W>);
}

/// Bytes to map for a chunk of `size` that begins `leader` bytes behind the beginning of its mapping. [malloc.mapped.size]
template <Word W>
constexpr W bytes_to_map(const MachineOf<W>& machine, W leader, W size) {
  const W word_behind = mutant("malloc.size.maps_no_word_behind") ? 0u : malloc::word_bytes<W>;
  if (mutant("malloc.size.maps_page_more")) return page_align<W>(machine, size + W(machine.page_size));
  if (mutant("malloc.size.maps_without_leader")) leader = 0u;
  return page_align<W>(machine, leader + size + word_behind);
}

// ---- Lists by size ------------------------------------------------------------------------------------------------

/// Chunks below this size have lists of one size each.
template <Word W>
inline constexpr Native<W> first_large_size = 64 * malloc::chunk_alignment<W>;

/// Lists that there are. The lists 0 and 1 would be of sizes that no chunk has.
template <Word W>
inline constexpr std::uint32_t number_of_bins =
    64 + std::uint32_t{WordTraits<W>::bits} - static_cast<std::uint32_t>(std::countr_zero(first_large_size<W>));

/// The list that chunks of a size are on: of one size, or of the sizes from a power of two to below the next. [malloc.bins.by_size]
template <Word W>
constexpr W bin_of(W size) {
  const W unit =
      mutant("malloc.bins.two_sizes_a_list") ? 2 * malloc::chunk_alignment<W> : malloc::chunk_alignment<W>;
  if (size < first_large_size<W>) return size / unit;
  W bin = mutant("malloc.bins.large_ones_first") ? 1u : 64u;
  for (W rest = size / W(2 * first_large_size<W>); rest != 0u; rest = rest >> W(1u)) bin = bin + 1u;
  return bin;
}

/// The head of a list: as much of a chunk as its links, which overlap with the next head's tag.
template <Word W>
constexpr W head_of_bin(W bins, W bin) {
  const Native<W> apart = mutant("malloc.bins.heads_overlap") ? malloc::word_bytes<W> : malloc::chunk_alignment<W>;
  return bins + (bin << W(static_cast<Native<W>>(std::countr_zero(apart))));
}

/// Bytes of static data that the heads take.
template <Word W>
inline constexpr Native<W> bytes_of_bins = (number_of_bins<W> + 1) * malloc::chunk_alignment<W>;

// ---- The end of the heap --------------------------------------------------------------------------------------------

/// Where the break must be for a top of `needed` bytes at `top`: a page boundary; below `top` if there is none. [malloc.grow.to_page]
template <Word W>
constexpr W break_for_top(const MachineOf<W>& machine, W top, W needed) {
  return page_align<W>(machine, top + needed + (mutant("malloc.grow.page_more") ? machine.page_size : 0u));
}

/// Bytes that can be given back of a top of `size` that ends at a page boundary: whole pages, so that `pad` and the smallest chunk
/// stay, and one byte more at least. [malloc.trim.whole_pages]
template <Word W>
constexpr W bytes_to_trim(const MachineOf<W>& machine, W size, W pad) {
  const W smallest = mutant("malloc.trim.leaves_no_chunk") ? 0u : malloc::smallest_chunk<W>;
  if (size < smallest) return 0u;
  if (size - smallest <= pad) return 0u;
  const W spare = size - smallest - pad - 1u;
  const W whole = spare - spare % W(machine.page_size);
  return mutant("malloc.trim.keeps_a_page") && whole != 0u ? whole - W(machine.page_size) : whole;
}

// ---- Products -------------------------------------------------------------------------------------------------------

/// True if a word cannot hold count * size. [malloc.calloc.wraps]
template <Word W>
constexpr bool product_wraps(W count, W size) {
  if (size == 0u) return false;
  if (mutant("malloc.calloc.believes_product")) return false;
  return is_true(count > ~W(0u) / size);
}

// ---- Alignment ------------------------------------------------------------------------------------------------------

/// Up to a power of two, at most the largest of the machine.
template <Word W>
constexpr W power_of_two_from(W alignment) {
  W power = malloc::chunk_alignment<W>;
  while (power < alignment && power << W(1u) != 0u) power = power << W(1u);
  return mutant("malloc.memalign.power_below") ? power >> W(1u) : power;
}

/// The first aligned block in a chunk of the heap, so that what lies in front of it is nothing or a chunk. [malloc.memalign.leader]
template <Word W>
constexpr W aligned_block(W block, W alignment) {
  const W aligned =
      rounded_up<W>(block, alignment) - (mutant("malloc.memalign.one_short") ? malloc::chunk_alignment<W> : 0u);
  if (aligned == block) return block;
  const W smallest = malloc::smallest_chunk<W>;
  return !mutant("malloc.memalign.leader_of_any_size") && aligned - block < smallest ? aligned + alignment
                                                                                     : aligned;
}

}  // namespace refmm::model::inline REFMM_BUILD

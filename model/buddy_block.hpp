// Blocks of frames: where they stand, what they are split into, and with what they merge.
//
// All is said of positions, `pfn - zone_start`, as in the kernel: a zone may begin anywhere. A block of order k has 2^k frames
// and begins at a multiple of 2^k. The functions here follow expand and __free_pages_ok in mm/page_alloc.c and
// free_all_bootmem_core in mm/bootmem.c, and are proved for zones of every size (proofs/buddy.cpp).
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>

namespace refmm::model::inline REFMM_BUILD {

/// Frames in a block.
template <Word W>
constexpr W frames_of(std::uint32_t order) {
  return W(Native<W>{1} << order);
}

/// True if a block of this order may begin there. [buddy.free.bug.misaligned]
template <Word W>
constexpr auto is_aligned(W position, std::uint32_t order) {
  if (mutant("buddy.block.aligned_to_half")) return (position & ((frames_of<W>(order) >> W(1u)) - 1u)) == W(0u);
  return (position & (frames_of<W>(order) - 1u)) == W(0u);
}

/// The first frame of the block of this order that holds `position`.
template <Word W>
constexpr W block_around(W position, std::uint32_t order) {
  return position & ~(frames_of<W>(order) - 1u);
}

/// The block that this one can merge with. [buddy.free.partner]
template <Word W>
constexpr W partner_of(W position, std::uint32_t order) {
  if (mutant("buddy.partner.always_behind")) return position + frames_of<W>(order);
  return position ^ frames_of<W>(order);
}

/// Which bit of the map of `order` belongs to a block and its partner. [buddy.map.pair]
template <Word W>
constexpr W bit_of(W position, std::uint32_t order) {
  if (mutant("buddy.bit.one_for_each_block")) return position >> W(order);
  return position >> W(order + 1);
}

/// Where the block begins that a block and its partner become.
template <Word W>
constexpr W merged_with_partner(W position, std::uint32_t order) {
  if (mutant("buddy.merge.begins_at_released_block")) return position;
  return block_around(position, order + 1);
}

/// The upper of the two blocks of `half_order` that a block is split into. [buddy.alloc.upper_half]
template <Word W>
constexpr W upper_half(W position, std::uint32_t half_order) {
  if (mutant("buddy.half.begins_too_early")) return position + frames_of<W>(half_order) - 1u;
  return position + frames_of<W>(half_order);
}

/// True if the frame is none of the zone. 2.4.0: BAD_RANGE.
template <Word W>
constexpr auto is_outside(W zone_pages, W position) {
  if (mutant("buddy.zone.one_frame_more")) return position > zone_pages;
  return position >= zone_pages;
}

/// True if all frames of the block are of the zone, however near its end is to that of the words.
template <Word W>
constexpr auto lies_inside(W zone_pages, W position, std::uint32_t order) {
  if (mutant("buddy.zone.adds_first")) return position + frames_of<W>(order) <= zone_pages;
  return both(position < zone_pages, frames_of<W>(order) <= zone_pages - position);
}

// ---- Boot -----------------------------------------------------------------------------------------------------------

/// Frames that the boot-time bit map of `end` bits takes, and that are kept out while others are given to the lists.
template <Word W>
constexpr W frames_of_bootmap(W page_size, W end) {
  return ((end + 7u) / W(8u) + (page_size - 1u)) / page_size;
}

/// Frames that are given to the lists as those of the bit map; all of them where [defect.buddy.bootmap_last_frame] is mended.
template <Word W>
constexpr W frames_of_bootmap_released(W page_size, W end, bool corrected) {
  if (corrected) return frames_of_bootmap(page_size, end);
  return (end / W(8u) + (page_size - 1u)) / page_size;
}

}  // namespace refmm::model::inline REFMM_BUILD

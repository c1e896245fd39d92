// The bits of the page allocator: one a pair of blocks, one a frame that is free, one a frame that is held.
//
// Source: free_area_struct.map of 2.4.0, which has one bit a pair of blocks and a bit map for each order. Here the bits of 64
// frames stand together in half a cache line. Those of pairs are numbered as the nodes of a binary heap: of 64 frames the pair
// of order 5 is 1, those of order 4 are 2 and 3, and the pair that a frame is in at order k is (64 + its number) >> (k + 1), so
// that the 63 pairs fill a word and a merge goes from a bit to its half. The pairs of larger blocks stand likewise in one word
// for each of the largest blocks and its partner.
//
// 2.4.0 has no bits for single frames. They answer at once, for blocks of up to 64 frames by one look at a word, what the
// corrected kernel asks of a release: is any of it free already, is any of it held by itself.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

class FrameMaps {
 public:
  /// Orders of blocks that the bits have room for.
  static constexpr std::uint32_t most_orders = 12;

  /// All bits 0. `orders` is at least 1 and at most most_orders.
  FrameMaps(std::uint32_t frames, std::uint32_t orders)
      : orders_(orders), leaves_((std::size_t{frames} + leaf_frames - 1) / leaf_frames) {}

  // ---- Pairs -----------------------------------------------------------------------------------------------------------------

  /// Changes the bit of the pair that the block at `position` is in. Returns what it is then. 2.4.0: test_and_change_bit, but that
  /// returns what it was.
  bool flip(std::uint32_t order, std::uint32_t position) {
    const Place place = place_of(order, position);
    return ((*place.word ^= place.bit) & place.bit) != 0;
  }

  /// The bit of the pair that the block at `position` is in. [buddy.map.pair]
  bool pair(std::uint32_t order, std::uint32_t position) const {
    const Place place = const_cast<FrameMaps*>(this)->place_of(order, position);
    return (*place.word & place.bit) != 0;
  }

  // ---- Free frames -----------------------------------------------------------------------------------------------------------

  bool is_any_free(std::uint32_t order, std::uint32_t position) const {
    std::uint64_t found = 0;
    for_block(*this, order, position, [&](const Leaf& leaf, std::uint64_t block) { found |= leaf.free & block; });
    return found != 0;
  }
  void become_free(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [](Leaf& leaf, std::uint64_t block) { leaf.free |= block; });
  }
  void become_used(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [](Leaf& leaf, std::uint64_t block) { leaf.free &= ~block; });
  }

  // ---- Frames with references ------------------------------------------------------------------------------------------------

  void hold(std::uint32_t position) { leaf_of(position).held |= bit_of(position); }
  void let_go(std::uint32_t position) { leaf_of(position).held &= ~bit_of(position); }
  void let_go_of_all(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [](Leaf& leaf, std::uint64_t block) { leaf.held &= ~block; });
  }

  /// Whether any frame of the block is held but for the first.
  bool is_another_held(std::uint32_t order, std::uint32_t position) const {
    std::uint64_t found = 0;
    std::uint64_t not_looked_at = bit_of(position);
    for_block(*this, order, position, [&](const Leaf& leaf, std::uint64_t block) {
      found |= leaf.held & block & ~not_looked_at;
      not_looked_at = mutant("buddy.impl.free.held_in_first_64_frames") ? ~std::uint64_t{0} : 0;
    });
    return found != 0;
  }

 private:
  static constexpr std::uint32_t leaf_shift = 6;
  static constexpr std::uint32_t leaf_frames = 1u << leaf_shift;

  struct alignas(32) Leaf {
    std::uint64_t free;
    std::uint64_t held;
    std::uint64_t pairs;        // of blocks of up to 32 frames
    std::uint64_t outer_pairs;  // of larger ones; only of the first leaf of a group
  };

  struct Place {
    std::uint64_t* word;
    std::uint64_t bit;
  };

  static std::uint64_t bit_of(std::uint32_t position) { return std::uint64_t{1} << (position % leaf_frames); }

  Leaf& leaf_of(std::uint32_t position) { return leaves_[position >> leaf_shift]; }

  Place place_of(std::uint32_t order, std::uint32_t position) {
    if (order < leaf_shift) [[likely]] {
      const std::uint32_t node = (leaf_frames | (position % leaf_frames)) >> (order + 1);
      return {&leaf_of(position).pairs, std::uint64_t{1} << node};
    }
    const std::uint32_t group = 1u << orders_;
    const std::uint32_t node = (group | (position & (group - 1))) >> (order + 1);
    return {&leaf_of(position & ~(group - 1)).outer_pairs, std::uint64_t{1} << node};
  }

  /// Calls `change` with each leaf of a block that begins at a multiple of its size, and with the bits of it there.
  template <class Maps, class Change>
  static void for_block(Maps& maps, std::uint32_t order, std::uint32_t position, Change change) {
    auto* leaf = &maps.leaves_[position >> leaf_shift];
    if (order < leaf_shift) [[likely]] {
      const std::uint64_t ones = (std::uint64_t{1} << (1u << order)) - 1;
      return change(*leaf, ones << (position % leaf_frames));
    }
    for (const auto* const end = leaf + (std::size_t{1} << (order - leaf_shift)); leaf != end; ++leaf)
      change(*leaf, ~std::uint64_t{0});
  }

  std::uint32_t orders_;
  std::vector<Leaf> leaves_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

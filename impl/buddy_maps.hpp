// The bits of the page allocator: one a pair of blocks, one a frame that is free, one a frame that is held: that has
// references, or is reserved.
//
// Source: free_area_struct.map of 2.4.0, which has one bit a pair of blocks and a bit map for each order. Here the bits of 64
// frames stand together in half a cache line. Those of pairs are numbered as the nodes of a binary heap: of 64 frames the pair
// of order 5 is 1, those of order 4 are 2 and 3, and so on to the 32 pairs of order 0, which fill a word. Going up from a pair
// halves its number, and all pairs that a frame is in are one mask: splitting changes one word, once. The pairs of larger blocks
// are numbered likewise in a second word for 64 times 64 frames.
//
// 2.4.0 has no bits for single frames. They answer at once, for blocks of up to 64 frames by one look at a word, what the
// corrected kernel asks of a release: is any of it free already, is any of it held by itself.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// The pairs of 64 frames, or of 64 blocks of 64 frames, in one word. Only the last six bits of a place count.
namespace pairs {

/// Orders that there are pairs of: the largest pair is all 64.
inline constexpr std::uint32_t orders = 6;
inline constexpr std::uint32_t places = 1u << orders;

constexpr std::uint64_t bit(std::uint32_t place) { return std::uint64_t{1} << (place % places); }

/// The number of the pair that a place is in.
constexpr std::uint32_t node_of(std::uint32_t order, std::uint32_t place) {
  return (places | (place % places)) >> (order + 1);
}

/// All pairs that each place is in.
inline constexpr auto paths = [] {
  std::array<std::uint64_t, places> all{};
  for (std::uint32_t place = 0; place < places; ++place) {
    for (std::uint32_t order = 0; order < orders; ++order) all[place] |= bit(node_of(order, place));
  }
  return all;
}();

/// All pairs of each order and of those above it.
inline constexpr auto from_order = [] {
  std::array<std::uint64_t, orders + 1> all{};
  for (std::uint32_t order = 0; order < orders; ++order) {
    for (std::uint32_t node = 1; node < places >> order; ++node) all[order] |= bit(node);
  }
  return all;
}();

/// The pairs that a place is in, of some orders.
constexpr std::uint64_t path(std::uint32_t place, std::uint32_t lowest, std::uint32_t highest) {
  return paths[place % places] & (from_order[lowest] ^ from_order[highest + 1]);
}

}  // namespace pairs

class FrameMaps {
 public:
  /// Two words have the pairs of all orders.
  static constexpr std::uint32_t most_orders = 2 * pairs::orders;

  /// Nothing is free, and every frame held.
  explicit FrameMaps(std::uint32_t frames)
      : leaves_((std::size_t{frames} + leaf_frames - 1) / leaf_frames, Leaf{0, ~std::uint64_t{0}, 0, 0}) {}

  // ---- Pairs -----------------------------------------------------------------------------------------------------------------

  /// The bit of the pair that a block is in. [buddy.map.pair]
  bool pair(std::uint32_t order, std::uint32_t position) const {
    const bool is_outer = order >= pairs::orders;
    const std::uint32_t node =
        pairs::node_of(is_outer ? order - pairs::orders : order, is_outer ? position / leaf_frames : position);
    const std::uint64_t word = is_outer ? outer_of(position).outer_pairs : leaf_of(position).pairs;
    return (word >> node & 1) != 0;
  }

  /// Changes the bits of the pairs that the frame is in, of the orders `from` down to `to`: a block was taken out of a block.
  void flip_path(std::uint32_t from, std::uint32_t to, std::uint32_t position) {
    if (from == to && to < pairs::orders) {
      leaf_of(position).pairs ^= pairs::bit(pairs::node_of(to, position));
      return;
    }
    if (to < pairs::orders)
      leaf_of(position).pairs ^= pairs::path(position, to, from < pairs::orders ? from : pairs::orders - 1);
    if (from >= pairs::orders) [[unlikely]]
      outer_of(position).outer_pairs ^=
          pairs::path(position / leaf_frames, to < pairs::orders ? 0 : to - pairs::orders, from - pairs::orders);
  }

  /// Changes the bits of the pairs that the block is in, from its order on, up to the first that becomes 1, but none of order
  /// `largest`. Calls `merge(order)` for each that becomes 0, `stay(order)` for that which becomes 1. 2.4.0: test_and_change_bit.
  template <class Merge, class Stay>
  void climb(std::uint32_t order, std::uint32_t largest, std::uint32_t position, Merge merge, Stay stay) {
    if (order < pairs::orders) {
      const std::uint32_t end = largest < pairs::orders ? largest : pairs::orders;
      if (climb(leaf_of(position).pairs, position, order, end, 0, merge, stay)) return;
      order = end;
    }
    if (order < largest) [[unlikely]]
      climb(outer_of(position).outer_pairs, position / leaf_frames, order - pairs::orders, largest - pairs::orders,
            pairs::orders, merge, stay);
  }

  // ---- Single frames ---------------------------------------------------------------------------------------------------------

  /// Whether any frame of the block is free.
  bool is_any_free(std::uint32_t order, std::uint32_t position) const {
    std::uint64_t found = 0;
    for_block(*this, order, position, [&](const Leaf& leaf, std::uint64_t block) { found |= leaf.free & block; });
    return found != 0;
  }

  /// Whether any frame of the block is held but for the first.
  bool is_another_held(std::uint32_t order, std::uint32_t position) const {
    std::uint64_t found = 0, not_looked_at = pairs::bit(position);
    for_block(*this, order, position, [&](const Leaf& leaf, std::uint64_t block) {
      found |= leaf.held & block & ~not_looked_at;
      not_looked_at = mutant("buddy.impl.free.held_in_first_64_frames") ? ~std::uint64_t{0} : 0;
    });
    return found != 0;
  }

  void become_free(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [](Leaf& leaf, std::uint64_t block) { leaf.free |= block; });
  }
  /// Of a block that is taken: only its first frame is held from now on.
  void become_used(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [first = pairs::bit(position)](Leaf& leaf, std::uint64_t block) mutable {
      leaf.free &= ~block;
      leaf.held = (leaf.held & ~block) | first;
      first = 0;
    });
  }

  void hold(std::uint32_t position) { leaf_of(position).held |= pairs::bit(position); }
  void let_go(std::uint32_t position) { leaf_of(position).held &= ~pairs::bit(position); }
  void let_go_of_all(std::uint32_t order, std::uint32_t position) {
    for_block(*this, order, position, [](Leaf& leaf, std::uint64_t block) { leaf.held &= ~block; });
  }

 private:
  static constexpr std::uint32_t leaf_frames = pairs::places;

  struct alignas(32) Leaf {
    std::uint64_t free;
    std::uint64_t held;
    std::uint64_t pairs;        // of blocks of up to 32 frames
    std::uint64_t outer_pairs;  // of larger ones; only of the first of 64 leaves
  };

  const Leaf& leaf_of(std::uint32_t position) const { return leaves_[position / leaf_frames]; }
  Leaf& leaf_of(std::uint32_t position) { return leaves_[position / leaf_frames]; }
  const Leaf& outer_of(std::uint32_t position) const {
    return leaf_of(position & ~(leaf_frames * leaf_frames - 1));
  }
  Leaf& outer_of(std::uint32_t position) { return leaf_of(position & ~(leaf_frames * leaf_frames - 1)); }

  /// In one word, whose orders count from `base` on. True if a bit became 1.
  template <class Merge, class Stay>
  static bool climb(std::uint64_t& word, std::uint32_t place, std::uint32_t order, std::uint32_t end,
                    std::uint32_t base, Merge& merge, Stay& stay) {
    std::uint64_t bits = word;
    for (; order != end; ++order) {
      const std::uint32_t node = pairs::node_of(order, place);
      bits ^= pairs::bit(node);
      if ((bits >> node & 1) != 0) {
        word = bits;
        stay(base + order);
        return true;
      }
      merge(base + order);
    }
    word = bits;
    return false;
  }

  /// Calls `change` with each leaf of a block that begins at a multiple of its size, and with the bits of it there.
  template <class Maps, class Change>
  static void for_block(Maps& maps, std::uint32_t order, std::uint32_t position, Change change) {
    auto* leaf = &maps.leaves_[position / leaf_frames];
    if (order < pairs::orders) [[likely]] {
      const std::uint64_t ones = (std::uint64_t{1} << (1u << order)) - 1;
      return change(*leaf, ones << (position % leaf_frames));
    }
    for (const auto* const end = leaf + (std::size_t{1} << (order - pairs::orders)); leaf != end; ++leaf)
      change(*leaf, ~std::uint64_t{0});
  }

  std::vector<Leaf> leaves_;
};

}  // namespace refmm::impl::inline REFMM_BUILD

// Questions about the state of a zone, and its canonical form.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/logic.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::buddy {

/// Frames in a block of this order.
constexpr std::uint32_t frames_in_block(std::uint32_t order) { return std::uint32_t{1} << order; }

/// Where a frame stands in its zone, and which frame stands there.
template <Word W>
constexpr W position_of(const State<W>& state, W pfn) {
  return pfn - state.zone_start;
}
template <Word W>
constexpr W pfn_of(const State<W>& state, W position) {
  return state.zone_start + position;
}

/// True if the frame is one of the zone.
template <Word W>
constexpr bool is_in_zone(const State<W>& state, W pfn) {
  return position_of(state, pfn) < state.zone_pages;
}

/// What the kernel keeps of a frame of the zone.
template <Word W>
constexpr const Page& page_of(const State<W>& state, W pfn) {
  return state.pages.at(static_cast<std::size_t>(position_of(state, pfn)));
}

/// The first frame of the block that this one would merge with.
template <Word W>
constexpr W partner_of(const State<W>& state, W pfn, std::uint32_t order) {
  return pfn_of(state, position_of(state, pfn) ^ W{frames_in_block(order)});
}

/// The number of the bit that says of a block and its partner whether one of the two is free.
template <Word W>
constexpr W bit_number_of(const State<W>& state, W pfn, std::uint32_t order) {
  return position_of(state, pfn) >> W{order + 1};
}

template <Word W>
constexpr bool is_bit_set(const FreeArea<W>& area, W bit) {
  return std::ranges::binary_search(area.map, bit);
}

/// True if a block of this order that begins at `pfn` is on its list.
template <Word W>
constexpr bool is_on_list(const State<W>& state, W pfn, std::uint32_t order) {
  const auto& list = state.free_area.at(order).free_list;
  return std::ranges::find(list, pfn) != list.end();
}

/// The order of a free block that holds the frame, the smallest if there are several; nothing if the frame is not free.
template <Word W>
constexpr std::optional<std::uint32_t> order_of_free_block(const State<W>& state, W pfn) {
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    const W position = position_of(state, pfn);
    if (is_on_list(state, pfn_of(state, position - position % frames_in_block(order)), order)) return order;
  }
  return std::nullopt;
}

template <Word W>
constexpr bool is_free(const State<W>& state, W pfn) {
  return order_of_free_block(state, pfn).has_value();
}

/// Frames on the lists, each as often as it is there: what free_pages counts.
template <Word W>
constexpr std::uint64_t frames_on_lists(const State<W>& state) {
  std::uint64_t frames = 0;
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order)
    frames += std::uint64_t{state.free_area[order].free_list.size()} << order;
  return frames;
}

/// Below which numbers of free frames the choice of a zone looks further. 2.4.0: pages_min, pages_low, pages_high.
template <Word W>
struct WaterMarks {
  REFMM_RECORD(WaterMarks, (W, min), (W, low), (W, high));
};

/// The water marks of a zone of this size. [buddy.init.water_marks] 2.4.0: free_area_init_core.
template <Word W>
constexpr WaterMarks<W> water_marks(W zone_pages) {
  const W share = zone_pages / W(128u);
  const W min = select(share < W(10u), W(10u), select(W(255u) < share, W(255u), share));
  return {min, min * W(2u), min * W(3u)};
}

/// True if a list never comes back to its head. Only a list that misuse has damaged can do that: what its free area shows is
/// then the blocks up to the first one that comes again.
template <Word W>
constexpr bool never_ends(const State<W>& state, std::uint32_t order) {
  if (state.damaged.empty()) return false;
  const auto& list = state.free_area.at(order).free_list;
  const auto head = static_cast<std::size_t>(state.zone_pages) + order;
  const auto last = list.empty() ? head : static_cast<std::size_t>(position_of(state, list.back()));
  return state.damaged.at(last).next != head;
}

/// The state without what only shows once lists are damaged: of two states with the same canonical form nothing that can be
/// seen goes on differently while they are not.
template <Word W>
constexpr State<W> canonical(State<W> state) {
  state.left_behind.clear();
  return state;
}

}  // namespace refmm::buddy

// The zone under way: the lists and maps of the model, as the algorithms of buddy_merge.hpp read and change them.
//
// Each change of a list or of a map is an effect. A list is a stack from which partners are taken wherever they are.
#pragma once

#include <refmm/model/buddy_block.hpp>
#include <refmm/model/buddy_damage.hpp>
#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// A zone that a call is about to change, and what it has done to lists and maps so far.
template <Word W>
struct ZoneUnderWay {
  buddy::State<W> state;
  std::vector<buddy::Effect<W>> effects;
};

// ---- Bit maps -------------------------------------------------------------------------------------------------------

template <Word W>
constexpr bool is_bit_set(const ZoneUnderWay<W>& zone, std::uint32_t order, W bit) {
  return buddy::is_bit_set(zone.state.free_area[order], bit);
}

template <Word W>
constexpr ZoneUnderWay<W> flipped(ZoneUnderWay<W> zone, std::uint32_t order, W bit) {
  zone.effects.push_back(buddy::Flip<W>{order, bit});
  std::vector<W>& map = zone.state.free_area[order].map;
  const auto place = std::ranges::lower_bound(map, bit);
  if (place != map.end() && *place == bit) {
    map.erase(place);
  } else {
    map.insert(place, bit);
  }
  return zone;
}

// ---- Lists ----------------------------------------------------------------------------------------------------------

/// The zone with a block in front of the list of its order. [buddy.free.front] 2.4.0: memlist_add_head.
template <Word W>
constexpr ZoneUnderWay<W> linked(ZoneUnderWay<W> zone, std::uint32_t order, W position) {
  const W pfn = buddy::pfn_of(zone.state, position);
  zone.effects.push_back(buddy::Link<W>{order, pfn});
  if (is_damaged_by_link(zone.state, pfn)) {
    zone.state = list_add(with_links(std::move(zone.state)), order, position);
    return zone;
  }
  std::vector<W>& list = zone.state.free_area[order].free_list;
  list.insert(list.begin(), pfn);
  return zone;
}

/// The zone with a block taken out of its list, wherever it is. 2.4.0: memlist_del.
template <Word W>
constexpr ZoneUnderWay<W> unlinked(ZoneUnderWay<W> zone, std::uint32_t order, W position) {
  const W pfn = buddy::pfn_of(zone.state, position);
  zone.effects.push_back(buddy::Unlink<W>{order, pfn});
  const auto list_order = list_that_holds(zone.state, pfn, order);
  if (is_damaged(zone.state) || !list_order) {
    zone.state = list_del(with_links(std::move(zone.state)), position);
    return zone;
  }
  std::vector<W>& list = zone.state.free_area[*list_order].free_list;
  const auto place = std::ranges::find(list, pfn);
  zone.state = leaving_behind(std::move(zone.state), *list_order, static_cast<std::size_t>(place - list.begin()));
  list.erase(place);
  return zone;
}

template <Word W>
constexpr bool has_block(const ZoneUnderWay<W>& zone, std::uint32_t order) {
  return !zone.state.free_area[order].free_list.empty() || leads_out_of_zone(zone.state, order);
}

/// The position of the first block of a list that has one.
template <Word W>
constexpr W first_block(const ZoneUnderWay<W>& zone, std::uint32_t order) {
  return buddy::position_of(zone.state, zone.state.free_area[order].free_list.front());
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

/// True if a block on the list begins within the block of `frames_order` at `position`.
template <Word W>
constexpr bool has_block_within(const ZoneUnderWay<W>& zone, std::uint32_t order, W position,
                                std::uint32_t frames_order) {
  return std::ranges::any_of(zone.state.free_area[order].free_list, [&](W pfn) {
    return buddy::position_of(zone.state, pfn) - position < frames_of<W>(frames_order);
  });
}

/// True if a frame of the block but for the first is held by somebody: it has references, or is reserved.
template <Word W>
constexpr bool holds_another_frame(const ZoneUnderWay<W>& zone, W position, std::uint32_t order) {
  const std::vector<buddy::Page>& pages = zone.state.pages;
  const W end = std::min<W>(position + frames_of<W>(order), zone.state.zone_pages);
  for (W frame = position + 1; frame < end; ++frame) {
    if (pages[frame].count > 0 || (pages[frame].flags & buddy::PG_reserved) != 0) return true;
  }
  return false;
}

}  // namespace refmm::model::inline REFMM_BUILD

// Zones of any size: the free areas as functions.
//
// What a zone of lists and bit maps is to the model, tables are to the laws: for each order, whether a block is on the list, by its
// position, and whether a bit of the map is 1, by its number. The functions at the end are those that the algorithms of
// model/buddy_merge.hpp ask of a zone. Where the tables of a world are functions (spec/map.hpp), the zone has any number of frames.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::buddy {

template <class Table>
struct AreaTables {
  Table free_list;  // by position: 1 where a block is on the list, else 0
  Table map;        // by number: the bit
};

template <class Table, Word W>
struct ZoneTables {
  std::vector<AreaTables<Table>> free_area;  // by order
  std::vector<std::optional<W>> first;       // of each list, where there is a block that is known to be the first
  Table counts;                              // of references, by position
  W frames_on_lists;                         // more than there were at first: each block counts once on a list
};

/// Frames in a block.
template <Word W>
constexpr W frames_in(std::uint32_t order) {
  return W(Native<W>{1} << order);
}

template <class Table, Word W>
constexpr auto is_on_list(const ZoneTables<Table, W>& zone, std::uint32_t order, const W& position) {
  return lookup(zone.free_area[order].free_list, position) != W(0u);
}

// ---- What the algorithms ask of a zone --------------------------------------------------------------------------------

template <class Table, Word W>
constexpr auto is_bit_set(const ZoneTables<Table, W>& zone, std::uint32_t order, const W& bit) {
  return lookup(zone.free_area[order].map, bit) != W(0u);
}

template <class Table, Word W>
constexpr ZoneTables<Table, W> flipped(ZoneTables<Table, W> zone, std::uint32_t order, const W& bit) {
  Table& map = zone.free_area[order].map;
  const W before = lookup(map, bit);
  map = updated(map, bit, W(1u) - before);
  return zone;
}

template <class Table, Word W>
constexpr ZoneTables<Table, W> linked(ZoneTables<Table, W> zone, std::uint32_t order, const W& position) {
  zone.frames_on_lists =
      zone.frames_on_lists + select(is_on_list(zone, order, position), W(0u), frames_in<W>(order));
  zone.free_area[order].free_list = updated(zone.free_area[order].free_list, position, W(1u));
  zone.first[order] = position;
  return zone;
}

template <class Table, Word W>
constexpr ZoneTables<Table, W> unlinked(ZoneTables<Table, W> zone, std::uint32_t order, const W& position) {
  zone.frames_on_lists =
      zone.frames_on_lists - select(is_on_list(zone, order, position), frames_in<W>(order), W(0u));
  zone.free_area[order].free_list = updated(zone.free_area[order].free_list, position, W(0u));
  return zone;
}

template <class Table, Word W>
constexpr bool has_block(const ZoneTables<Table, W>& zone, std::uint32_t order) {
  return zone.first[order].has_value();
}

template <class Table, Word W>
constexpr W first_block(const ZoneTables<Table, W>& zone, std::uint32_t order) {
  return *zone.first[order];
}

template <class Table, Word W>
constexpr auto has_block_within(const ZoneTables<Table, W>& zone, std::uint32_t order, const W& position,
                                std::uint32_t frames_order) {
  auto found = is_on_list(zone, order, position);
  for (std::uint32_t block = 1; block < (1u << (frames_order - order)); ++block)
    found = either(found, is_on_list(zone, order, position + W(block << order)));
  return found;
}

/// True if a frame with this count is in use: a count is signed.
template <Word W>
constexpr auto is_held(const W& count) {
  return both(count != W(0u), (count >> W(WordTraits<W>::bits - 1)) == W(0u));
}

template <class Table, Word W>
constexpr auto holds_another_frame(const ZoneTables<Table, W>& zone, const W& position, std::uint32_t order) {
  auto found = W(1u) == W(0u);
  for (std::uint32_t frame = 1; frame < (1u << order); ++frame)
    found = either(found, is_held<W>(lookup(zone.counts, position + W(frame))));
  return found;
}

}  // namespace refmm::buddy

// Zones of any size: the free areas as functions.
//
// What a zone of lists and bit maps is to the model, tables are to the laws: for each order, whether a block is on the list, by its
// position, and whether a bit of the map is 1, by its number. The functions at the end are those that the algorithms of
// model/buddy_merge.hpp ask of a zone. Where the tables of a world are functions (spec/map.hpp), the zone has any number of frames.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/word.hpp>

#include <concepts>
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

/// What a search through the frames of one block comes to. Where words are built in, it is made. Of a zone of any size it is drawn,
/// and what is known of it is assumed (searched, in spec/buddy_law_inputs.hpp).
template <Word W>
struct Searches {
  W position;            // of the block
  std::uint32_t order;   // of it
  std::vector<W> found;  // by order of the list: 1 if a block on it begins in the block, or has it, else 0
  W held;                // 1 if a frame but for the first has references
  W elsewhere;           // what any other search comes to
};

template <class Table, Word W>
struct ZoneTables {
  std::vector<AreaTables<Table>> free_area;  // by order
  std::vector<std::optional<W>> first;       // of each list, where there is a block that is known to be the first
  Table counts;                              // of references, by position
  W frames_on_lists;                         // more than there were at first: each block counts once on a list
  std::optional<Searches<W>> searches;       // of a zone of any size, if there are any
};

/// Frames in a block.
template <Word W>
constexpr W frames_in(std::uint32_t order) {
  return W(Native<W>{1} << order);
}

/// Where the block of this order begins that has the frame.
template <Word W>
constexpr W block_with(const W& frame, std::uint32_t order) {
  return frame & W(~((1u << order) - 1));
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
  map = updated(map, bit, select(before == W(0u), W(1u), W(0u)));
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

/// What the search is known to have come to, if it was of `position`.
template <Word W>
constexpr auto answer(const Searches<W>& searches, const W& known, const W& asked, const W& position) {
  return select(asked == position, known, searches.elsewhere) != W(0u);
}

template <class Table, Word W>
constexpr auto has_block_within(const ZoneTables<Table, W>& zone, std::uint32_t order, const W& position,
                                std::uint32_t frames_order) {
  if constexpr (std::unsigned_integral<W>) {
    bool found = false;
    for (std::uint32_t block = 0; !found && block < (1u << (frames_order - order)); ++block)
      found = is_on_list(zone, order, position + (block << order));
    return found;
  } else {
    const Searches<W>& searches = zone.searches.value();
    const W first = order <= searches.order ? searches.position : block_with(searches.position, order);
    return answer(searches, searches.found[order], position, first);
  }
}

/// True if a frame with this count is in use: a count is signed.
template <Word W>
constexpr auto is_held(const W& count) {
  return both(count != W(0u), (count >> W(WordTraits<W>::bits - 1)) == W(0u));
}

template <class Table, Word W>
constexpr auto holds_another_frame(const ZoneTables<Table, W>& zone, const W& position, std::uint32_t order) {
  if constexpr (std::unsigned_integral<W>) {
    bool held = false;
    for (std::uint32_t frame = 1; !held && frame < (1u << order); ++frame)
      held = is_held<W>(lookup(zone.counts, position + frame));
    return held;
  } else {
    const Searches<W>& searches = zone.searches.value();
    return answer(searches, searches.held, position, searches.position);
  }
}

}  // namespace refmm::buddy

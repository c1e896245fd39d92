// What the laws of the page allocator start from and what they claim of a zone, said once.
//
// A zone is drawn as tables (spec/buddy_tables.hpp): for each order any set of blocks, where blocks may stand, and the bits that
// these make. What cannot be drawn so is assumed of the one frame or pair that a law speaks of: a frame is in at most one free
// block, and two partners are not both free. Both are claimed of any frame and any pair afterwards; together with the empty zone,
// where they hold, that is the induction over calls.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_tables.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/map.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace refmm::buddy {

template <class World>
using WordOf = typename std::remove_cvref_t<World>::word_type;
template <class World>
using TableOf = decltype(std::declval<World&>().map(""));

/// Names of the lists of a zone as inputs.
inline constexpr std::array<std::string_view, orders> list_names{"list_0", "list_1", "list_2", "list_3", "list_4",
                                                                 "list_5", "list_6", "list_7", "list_8", "list_9"};

/// Claims that hold of everything, and of nothing.
template <Word W>
constexpr auto always() {
  return W(0u) == W(0u);
}
template <Word W>
constexpr auto never() {
  return W(1u) == W(0u);
}

/// Names of what searches find, as inputs: whether, and where.
inline constexpr std::array<std::string_view, orders> found_names{
    "found_0", "found_1", "found_2", "found_3", "found_4", "found_5", "found_6", "found_7", "found_8", "found_9"};
inline constexpr std::array<std::string_view, orders> there_names{
    "there_0", "there_1", "there_2", "there_3", "there_4", "there_5", "there_6", "there_7", "there_8", "there_9"};

// ---- Blocks ---------------------------------------------------------------------------------------------------------

/// True if a block of this order may begin there.
template <Word W>
constexpr auto begins_block(const W& position, std::uint32_t order) {
  return (position & W((1u << order) - 1)) == W(0u);
}

/// True if the zone has all frames of a block; the block is aligned, and so does not end behind the last word.
template <Word W>
constexpr auto zone_has_block(const W& zone_pages, const W& position, std::uint32_t order) {
  return (position | W((1u << order) - 1)) < zone_pages;
}

/// True if the frame is one of 2^order frames from `position` on.
template <Word W>
constexpr auto has_frame(const W& position, std::uint32_t order, const W& frame) {
  return frame - position < frames_in<W>(order);
}

/// True if the frame is one of the block, which must be aligned.
template <Word W>
constexpr auto block_has_frame(const W& position, std::uint32_t order, const W& frame) {
  return block_with(frame, order) == position;
}

/// True if a block of this order may stand there in a zone.
template <Word W>
constexpr auto may_stand(const W& zone_pages, const W& position, std::uint32_t order) {
  return both(begins_block(position, order), zone_has_block(zone_pages, position, order));
}

/// Frames in any zone: any number but none, of which twice as many can be counted.
template <class World>
constexpr auto any_zone_pages(World& world) {
  return world.word("zone_pages", 1, 0x7fffffff);
}

/// Any order; each is a case of its own.
constexpr std::uint32_t any_order(auto& world, std::string_view name = "order") {
  return world.choose(name, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

/// Orders that have partners.
constexpr std::uint32_t any_order_below_largest(auto& world) {
  return world.choose("order", {0, 1, 2, 3, 4, 5, 6, 7, 8});
}

/// Any place where a block of the order may begin, in a zone or not: the number of the block is what is drawn.
template <class World>
constexpr auto any_beginning(World& world, std::uint32_t order, std::string_view name = "block") {
  using W = WordOf<World>;
  return W(world.word(name, 0, ~0u >> order) << W(order));
}

/// Any block that may stand in the zone.
template <class World, Word W>
constexpr W any_block(World& world, const W& zone_pages, std::uint32_t order) {
  const W position = any_beginning(world, order);
  world.assume(zone_has_block(zone_pages, position, order));
  return position;
}

/// Any frame of the zone.
template <class World, Word W>
constexpr W any_frame(World& world, const W& zone_pages, std::string_view name = "frame") {
  const W frame = world.word(name);
  world.assume(frame < zone_pages);
  return frame;
}

// ---- Zones ----------------------------------------------------------------------------------------------------------

/// A list of any blocks that may stand there.
template <class World, Word W>
constexpr auto any_list(World& world, const W& zone_pages, std::uint32_t order) {
  using Table = TableOf<World>;
  const Table any = world.map(list_names[order]);
  if constexpr (std::unsigned_integral<W>) {
    Table list;
    for (const auto& [position, value] : any.written) {
      if ((value & 1u) != 0 && may_stand<W>(zone_pages, position, order)) list = updated(list, position, 1u);
    }
    return list;
  } else {
    return Table{[=](const W& position) {
      return select(may_stand(zone_pages, position, order), lookup(any, position) & W(1u), W(0u));
    }};
  }
}

/// A list of no block.
template <class World>
constexpr auto empty_list(World&) {
  using W = WordOf<World>;
  if constexpr (std::unsigned_integral<W>) {
    return TableOf<World>{};
  } else {
    return TableOf<World>{[](const W&) { return W(0u); }};
  }
}

/// [buddy.map.pair]: the bits of an order that fit its list.
template <Word W, class Table>
constexpr Table bits_of(const Table& list, std::uint32_t order) {
  if constexpr (std::unsigned_integral<W>) {
    Table map;
    for (const auto& [position, one] : list.written) {
      const W bit = position >> (order + 1);
      map = updated(map, bit, lookup(map, bit) ^ 1u);
    }
    return map;
  } else {
    return Table{[=](const W& bit) {
      const W lower = bit << W(order + 1);
      return select(lookup(list, lower) == lookup(list, lower + W(1u << order)), W(0u), W(1u));
    }};
  }
}

/// The list without the blocks that have a frame in common with one block.
template <Word W, class Table>
constexpr Table list_without(const Table& list, std::uint32_t list_order, const W& position, std::uint32_t order) {
  // Of two aligned blocks with a frame in common the larger has all of the other.
  const auto overlaps = [=](const W& block) {
    return list_order < order ? block_has_frame(position, order, block)
                              : block_has_frame(block, list_order, position);
  };
  if constexpr (std::unsigned_integral<W>) {
    Table rest;
    for (const auto& [block, one] : list.written) {
      if (!overlaps(block)) rest = updated(rest, block, one);
    }
    return rest;
  } else {
    return Table{[=](const W& block) { return select(overlaps(block), W(0u), lookup(list, block)); }};
  }
}

/// A zone with these lists and the bits that fit them (of the largest order all 0: they say nothing), and any references.
template <class World>
constexpr auto zone_of(World& world, auto list_of_order) {
  using W = WordOf<World>;
  ZoneTables<TableOf<World>, W> zone{{}, {}, world.map("counts"), 0u, {}};
  for (std::uint32_t order = 0; order < orders; ++order) {
    auto list = list_of_order(order);
    auto map = order == largest_order ? empty_list(world) : bits_of<W>(list, order);
    zone.free_area.push_back({std::move(list), std::move(map)});
    zone.first.push_back(std::nullopt);
  }
  return zone;
}

/// Any zone. The lists of the orders from `empty_from` to below `empty_to` are empty.
template <class World, Word W>
constexpr auto any_zone(World& world, const W& zone_pages, std::uint32_t empty_from = 0,
                        std::uint32_t empty_to = 0) {
  return zone_of(world, [&](std::uint32_t order) {
    return empty_from <= order && order < empty_to ? empty_list(world) : any_list(world, zone_pages, order);
  });
}

/// Any zone in which no frame of a block is free.
template <class World, Word W>
constexpr auto any_zone_without(World& world, const W& zone_pages, const W& position, std::uint32_t order) {
  return zone_of(world, [&](std::uint32_t list) {
    return list_without<W>(any_list(world, zone_pages, list), list, position, order);
  });
}

/// The zone with what searches through the frames of a block come to: what they find is there, and they find what begins at
/// or has references at `frame`, any frame of the block. Nothing more is known of them, so that what is proved is proved of them; where they find nothing, nothing is where
/// they say.
template <class World, class Table, Word W>
constexpr auto searched(World& world, ZoneTables<Table, W> zone, const W& position, std::uint32_t order,
                        const W& frame) {
  if constexpr (!std::unsigned_integral<W>) {
    Searches<W> searches{position, order, {}, world.word("held", 0, 1), world.word("elsewhere", 0, 1)};
    for (std::uint32_t list = 0; list < orders; ++list) {
      const W found = world.word(found_names[list], 0, 1), there = world.word(there_names[list]);
      const auto meets = [=](const W& block) {
        return list < order ? block_has_frame(position, order, block) : block == block_with(position, list);
      };
      world.assume(equivalent(found != W(0u), both(meets(there), is_on_list(zone, list, there))));
      const W block = block_with(frame, list);
      world.assume(implies(both(meets(block), is_on_list(zone, list, block)), found != W(0u)));
      searches.found.push_back(found);
    }
    const auto is_other_that_is_held = [&](const W& other) {
      return all(block_has_frame(position, order, other), other != position,
                 is_held<W>(lookup(zone.counts, other)));
    };
    world.assume(equivalent(searches.held != W(0u), is_other_that_is_held(world.word("holder"))));
    world.assume(implies(is_other_that_is_held(frame), searches.held != W(0u)));
    zone.searches = searches;
  }
  return zone;
}

/// True if the frame is in a free block.
template <class Table, Word W>
constexpr auto is_free(const ZoneTables<Table, W>& zone, const W& frame) {
  auto free = never<W>();
  for (std::uint32_t order = 0; order < orders; ++order)
    free = either(free, is_on_list(zone, order, block_with(frame, order)));
  return free;
}

/// [buddy.blocks.disjoint], of one frame.
template <class Table, Word W>
constexpr auto is_in_one_block_at_most(const ZoneTables<Table, W>& zone, const W& frame) {
  auto free = never<W>(), twice = never<W>();
  for (std::uint32_t order = 0; order < orders; ++order) {
    const auto here = is_on_list(zone, order, block_with(frame, order));
    twice = either(twice, both(free, here));
    free = either(free, here);
  }
  return negation(twice);
}

/// [buddy.blocks.no_two_partners], of the pair of the order that has the frame.
template <class Table, Word W>
constexpr auto partners_are_not_both_free(const ZoneTables<Table, W>& zone, const W& frame, std::uint32_t order) {
  const W lower = block_with(frame, order + 1);
  return negation(both(is_on_list(zone, order, lower), is_on_list(zone, order, lower | W(1u << order))));
}

/// [buddy.map.pair] and [buddy.blocks.no_two_partners], likewise.
template <class Table, Word W>
constexpr auto pair_fits(const ZoneTables<Table, W>& zone, const W& frame, std::uint32_t order) {
  const W lower = block_with(frame, order + 1);
  const auto one = is_on_list(zone, order, lower), other = is_on_list(zone, order, lower | W(1u << order));
  const auto bit = is_bit_set(zone, order, frame >> W(order + 1));
  return both(equivalent(bit, either(one, other)), negation(both(one, other)));
}

/// True if the block is the first on its list.
template <class Table, Word W>
constexpr auto is_first(const ZoneTables<Table, W>& zone, std::uint32_t order, const W& position) {
  return zone.first[order] ? *zone.first[order] == position : never<W>();
}

/// [buddy.blocks.aligned] and [buddy.blocks.inside_zone], of whatever begins at `position`.
template <class Table, Word W>
constexpr auto blocks_may_stand(const ZoneTables<Table, W>& zone, const W& zone_pages, const W& position) {
  auto lawful = W(0u) == W(0u);
  for (std::uint32_t order = 0; order < orders; ++order)
    lawful = both(lawful, implies(is_on_list(zone, order, position), may_stand(zone_pages, position, order)));
  return lawful;
}

/// True if lists and maps (but that of the largest order) say the same of a position in both.
template <class Table, Word W>
constexpr auto say_the_same(const ZoneTables<Table, W>& one, const ZoneTables<Table, W>& other,
                            const W& position) {
  auto same = W(0u) == W(0u);
  for (std::uint32_t order = 0; order < orders; ++order) {
    same = both(same, equivalent(is_on_list(one, order, position), is_on_list(other, order, position)));
    if (order == largest_order) break;
    same = both(same, equivalent(is_bit_set(one, order, position), is_bit_set(other, order, position)));
  }
  return same;
}

}  // namespace refmm::buddy

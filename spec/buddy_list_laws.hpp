// Laws about lists and maps as wholes, for zones of every size with any blocks on their lists: how they begin, taking a block, and the
// list of one order. Giving blocks back is in spec/buddy_merge_laws.hpp.
//
// That lists and maps are lawful after any number of calls is an induction: the_lists_begin_lawful is its base; its step are the
// laws of taking and of giving back, each claiming of any frame and any pair afterwards what is assumed of it before. A turn of
// splitting and a turn of merging have the same laws by themselves, so that nothing rests on the number of orders.
#pragma once

#include <refmm/spec/buddy_law_inputs.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/sequence.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace refmm::buddy {

// ---- Inputs ---------------------------------------------------------------------------------------------------------

/// A zone, and a block that a call is about.
template <class Zone, Word W>
struct ZoneAndBlock {
  Zone zone;
  W zone_pages;
  std::uint32_t order;
  W position;
};

/// Any zone and any block that may stand there, whatever is free.
template <class World>
constexpr auto any_zone_and_block(World& world, std::uint32_t order) {
  using W = WordOf<World>;
  const W zone_pages = any_zone_pages(world);
  auto zone = any_zone(world, zone_pages);
  const W position = any_block(world, zone_pages, order);
  return ZoneAndBlock<decltype(zone), W>{std::move(zone), zone_pages, order, position};
}

/// Any zone and any block of which no frame is free.
template <class World>
constexpr auto any_zone_around_a_block(World& world, std::uint32_t order) {
  using W = WordOf<World>;
  const W zone_pages = any_zone_pages(world);
  const W position = any_block(world, zone_pages, order);
  auto zone = any_zone_without(world, zone_pages, position, order);
  return ZoneAndBlock<decltype(zone), W>{std::move(zone), zone_pages, order, position};
}

/// Any zone of which the first block on the list of `from` is known, and the lists from `order` up to there are empty.
template <class World>
constexpr auto any_zone_with_a_block(World& world, std::uint32_t order, std::uint32_t from) {
  using W = WordOf<World>;
  const W zone_pages = any_zone_pages(world);
  auto zone = any_zone(world, zone_pages, order, from);
  const W position = any_block(world, zone_pages, from);
  world.assume(is_on_list(zone, from, position));
  zone.first[from] = position;
  return ZoneAndBlock<decltype(zone), W>{std::move(zone), zone_pages, order, position};
}

/// Any order to ask for and any order, not smaller, of the list that is the first with a block.
struct Asked {
  std::uint32_t order, from;
};
constexpr Asked any_request(auto& world) {
  const std::uint32_t order = any_order(world), from = any_order(world, "from");
  world.assume(order <= from);
  return {order, from};
}

/// The order of any pair: those of the largest order have no bit that says anything.
constexpr std::uint32_t any_order_of_a_pair(auto& world) {
  return world.choose("pair_order", {0, 1, 2, 3, 4, 5, 6, 7, 8});
}

// ---- The beginning --------------------------------------------------------------------------------------------------

inline constexpr Law the_lists_begin_lawful{
    "buddy.init.nothing_free", "a_zone_begins_with_no_block_on_any_list_and_no_bit_that_is_1",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto areas = subject.template nothing_free<W>();
      if (areas.size() != orders) return never<W>();
      const auto& area = areas[any_order(world)];
      return area.free_list.empty() && area.map.empty() ? always<W>() : never<W>();
    }};

// ---- Taking ---------------------------------------------------------------------------------------------------------

inline constexpr Law the_first_order_with_a_block_is_taken_from{
    "buddy.alloc.first_order_with_a_block",
    "the_first_order_not_below_the_one_asked_for_that_has_a_block_is_taken_from", [](auto& world, auto subject) {
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      return subject.order_to_take_from(before.zone, order, orders) == from;
    }};

inline constexpr Law a_frame_is_taken_exactly_if_it_is_of_the_block{
    "buddy.alloc.exactly",
    "the_frames_of_the_block_handed_out_were_free_and_are_not_and_all_others_are_as_they_were",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      const W frame = any_frame(world, before.zone_pages);
      world.assume(is_in_one_block_at_most(before.zone, frame));
      const auto after = subject.template take<W>(before.zone, order);
      const auto handed_out = block_has_frame(after.position, order, frame);
      return all(implies(handed_out, is_free(before.zone, frame)),
                 equivalent(is_free(after.zone, frame), both(is_free(before.zone, frame), negation(handed_out))),
                 is_in_one_block_at_most(after.zone, frame));
    }};

inline constexpr Law taking_keeps_the_maps{
    "buddy.map.pair",
    "after_a_block_is_taken_a_bit_is_1_exactly_if_one_block_of_the_pair_is_free_and_never_both_are",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      const W frame = any_frame(world, before.zone_pages);
      const std::uint32_t pair = any_order_of_a_pair(world);
      world.assume(partners_are_not_both_free(before.zone, frame, pair));
      return pair_fits(subject.template take<W>(before.zone, order).zone, frame, pair);
    }};

inline constexpr Law taking_leaves_lawful_blocks{
    "buddy.blocks.aligned", "after_a_block_is_taken_all_free_blocks_are_aligned_and_inside_the_zone_and_so_is_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      const auto after = subject.template take<W>(before.zone, order);
      return both(may_stand(before.zone_pages, after.position, order),
                  blocks_may_stand(after.zone, before.zone_pages, any_frame(world, before.zone_pages)));
    }};

inline constexpr Law the_uppermost_part_is_handed_out{
    "buddy.alloc.upper_half",
    "the_block_handed_out_is_the_uppermost_part_of_the_one_split_and_the_lower_halves_stay",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      const auto after = subject.template take<W>(before.zone, order);
      auto kept = after.position == before.position + W((1u << from) - (1u << order));
      W lower = before.position;
      for (std::uint32_t half = from; half-- > order;) {
        kept = all(kept, is_on_list(after.zone, half, lower), is_first(after.zone, half, lower));
        lower = lower + W(1u << half);
      }
      return both(kept, negation(is_on_list(after.zone, from, before.position)));
    }};

inline constexpr Law taking_is_counted{
    "buddy.account.free_pages", "a_block_that_is_taken_takes_exactly_its_frames_off_the_lists",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      const auto after = subject.template take<W>(before.zone, order);
      return before.zone.frames_on_lists - after.zone.frames_on_lists == W(1u << order);
    }};

// ---- Lists ----------------------------------------------------------------------------------------------------------

/// Any list of blocks, in any order, each once.
template <class World>
constexpr auto any_order_of_blocks(World& world) {
  using W = WordOf<World>;
  return world.words("free_list", DistinctBelow<W>{W(0x80000000u)});
}

inline constexpr Law lists_are_stacks{
    "buddy.free.front", "a_block_that_becomes_free_is_the_first_of_its_list_and_all_others_keep_their_order",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_order_of_blocks(world);
      const W place = world.position("place", before), block = world.word("block");
      const auto after = subject.put_in_front(before, block);
      return all(length(after) == length(before) + 1u, at(after, W(0u)) == block,
                 at(after, place + 1u) == at(before, place));
    }};

inline constexpr Law partners_leave_their_place{
    "buddy.free.partner", "a_block_is_taken_out_wherever_it_is_and_all_others_keep_their_order",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_order_of_blocks(world);
      const W place = world.position("place", before), other = world.position("other", before);
      world.assume(place != other);
      const auto after = subject.taken_out(before, place);
      return both(length(after) + 1u == length(before),
                  at(after, select(other < place, other, other - 1u)) == at(before, other));
    }};

inline constexpr Law a_list_takes_back_its_first_block{
    "buddy.alloc.front", "the_first_block_taken_out_and_put_back_leaves_the_list_as_it_was",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_order_of_blocks(world);
      const W place = world.position("place", before);
      const W first = at(before, W(0u));
      const auto after = subject.put_in_front(subject.taken_out(before, W(0u)), first);
      return both(length(after) == length(before), at(after, place) == at(before, place));
    }};

/// The laws of this file.
inline constexpr std::tuple list_laws{the_lists_begin_lawful,
                                      the_first_order_with_a_block_is_taken_from,
                                      a_frame_is_taken_exactly_if_it_is_of_the_block,
                                      taking_keeps_the_maps,
                                      taking_leaves_lawful_blocks,
                                      the_uppermost_part_is_handed_out,
                                      taking_is_counted,
                                      lists_are_stacks,
                                      partners_leave_their_place,
                                      a_list_takes_back_its_first_block};

}  // namespace refmm::buddy

// Laws about giving blocks back, for zones of every size with any blocks on their lists: what is accepted, merging, what is left, and
// what a release after a taking restores.
//
// They are the other half of the step of the induction over calls that spec/buddy_list_laws.hpp begins.
#pragma once

#include <refmm/spec/buddy_law_inputs.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>

#include <cstdint>
#include <tuple>

namespace refmm::buddy {

// ---- Giving back ----------------------------------------------------------------------------------------------------

/// That a block of which some frame is in a free block of some order is refused.
template <class World>
constexpr auto is_refused_where_free(World& world, auto subject, std::uint32_t order) {
  using W = WordOf<World>;
  const auto before = any_zone_and_block(world, order);
  const std::uint32_t list = any_order(world, "list");
  const W frame = any_frame(world, before.zone_pages);
  world.assume(both(block_has_frame(before.position, order, frame),
                    is_on_list(before.zone, list, block_with(frame, list))));
  const auto zone = searched(world, before.zone, before.position, order, frame);
  const auto released = subject.released(zone, before.zone_pages, before.position, order);
  world.reached(released.because);
  return !released.value ? always<W>() : never<W>();
}

inline constexpr Law nothing_is_freed_that_is_free{
    "buddy.free.exactly", "no_release_is_accepted_of_a_block_with_a_frame_that_is_free_already",
    [](auto& world, auto subject) {
      return is_refused_where_free(world, subject, any_order_below_largest(world));
    }};

inline constexpr Law no_largest_block_is_freed_that_is_free{
    "buddy.free.exactly",
    "no_release_is_accepted_of_a_block_of_the_largest_order_with_a_frame_that_is_free_already",
    [](auto& world, auto subject) { return is_refused_where_free(world, subject, largest_order); }};

inline constexpr Law nothing_is_freed_that_the_zone_has_not{
    "buddy.blocks.inside_zone", "no_release_is_accepted_of_a_block_that_reaches_beyond_the_zone",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world);
      const W zone_pages = any_zone_pages(world), position = any_frame(world, zone_pages, "position");
      world.assume(both(begins_block(position, order), negation(zone_has_block(zone_pages, position, order))));
      const auto zone = searched(world, any_zone(world, zone_pages, 0, orders), position, order, position);
      world.assume(negation(holds_another_frame(zone, position, order)));
      const auto released = subject.released(zone, zone_pages, position, order);
      world.reached(released.because);
      return !released.value ? always<W>() : never<W>();
    }};

inline constexpr Law what_is_in_use_can_be_freed{
    "buddy.free.merges", "a_release_of_a_block_of_which_no_frame_is_free_is_accepted_and_ends_on_a_list",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto in_use = searched(world, before.zone, before.position, before.order, before.position);
      world.assume(negation(holds_another_frame(in_use, before.position, before.order)));
      const auto released = subject.released(in_use, before.zone_pages, before.position, before.order);
      world.reached(released.because);
      if (!released.value) return never<W>();
      const auto& [zone, position, order, step] = *released.value;
      return all(is_on_list(zone, order, position), is_first(zone, order, position),
                 block_has_frame(position, order, before.position), may_stand(before.zone_pages, position, order));
    }};

inline constexpr Law a_frame_is_freed_exactly_if_it_is_of_the_block{
    "buddy.free.exactly", "after_a_release_the_frames_of_the_block_are_free_and_all_others_are_as_they_were",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const W frame = any_frame(world, before.zone_pages);
      world.assume(is_in_one_block_at_most(before.zone, frame));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      return both(
          equivalent(is_free(after.zone, frame),
                     either(is_free(before.zone, frame), block_has_frame(before.position, before.order, frame))),
          is_in_one_block_at_most(after.zone, frame));
    }};

inline constexpr Law giving_back_keeps_the_maps{
    "buddy.map.pair", "after_a_release_a_bit_is_1_exactly_if_one_block_of_the_pair_is_free_and_never_both_are",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const W frame = any_frame(world, before.zone_pages);
      const std::uint32_t pair = any_order_of_a_pair(world);
      world.assume(partners_are_not_both_free(before.zone, frame, pair));
      return pair_fits(subject.given_back(before.zone, before.zone_pages, before.position, before.order).zone,
                       frame, pair);
    }};

inline constexpr Law giving_back_leaves_lawful_blocks{
    "buddy.blocks.aligned", "after_a_release_all_free_blocks_are_aligned_and_inside_the_zone",
    [](auto& world, auto subject) {
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      return blocks_may_stand(after.zone, before.zone_pages, any_frame(world, before.zone_pages));
    }};

inline constexpr Law giving_back_merges_as_far_as_possible{
    "buddy.free.merges", "the_block_that_a_release_ends_with_has_no_partner_that_is_free",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      if (after.order == largest_order) return always<W>();
      const W partner = after.position ^ W(1u << after.order);
      return negation(is_on_list(after.zone, after.order, partner));
    }};

inline constexpr Law partners_that_merge_are_in_the_zone{
    "buddy.free.bug.partner_outside", "no_release_of_what_is_in_use_looks_for_a_partner_outside_of_the_zone",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      return subject.found_partner_outside(after) ? never<W>() : always<W>();
    }};

inline constexpr Law giving_back_is_counted{
    "buddy.account.free_pages", "a_release_brings_exactly_the_frames_of_the_block_to_the_lists",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      return after.zone.frames_on_lists - before.zone.frames_on_lists == W(1u << before.order);
    }};

inline constexpr Law blocks_of_the_largest_order_leave_their_bit{
    "buddy.free.largest", "a_release_changes_no_bit_of_the_largest_order", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_zone_around_a_block(world, any_order(world));
      const auto after = subject.given_back(before.zone, before.zone_pages, before.position, before.order);
      const W bit = world.word("bit");
      return equivalent(is_bit_set(after.zone, largest_order, bit), is_bit_set(before.zone, largest_order, bit));
    }};

inline constexpr Law giving_back_restores_what_taking_changed{
    "buddy.free.restores", "a_block_that_is_taken_and_given_back_leaves_lists_and_maps_as_they_were",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto [order, from] = any_request(world);
      const auto before = any_zone_with_a_block(world, order, from);
      // Of the block that is taken the partner is not free: it would be one block with it.
      if (from != largest_order)
        world.assume(negation(is_on_list(before.zone, from, before.position ^ W(1u << from))));
      const auto taken = subject.template take<W>(before.zone, order);
      const auto after = subject.given_back(taken.zone, before.zone_pages, taken.position, order);
      const W position = any_frame(world, before.zone_pages, "here");
      return both(say_the_same(before.zone, after.zone, position), is_first(after.zone, from, before.position));
    }};

// ---- One turn -------------------------------------------------------------------------------------------------------

inline constexpr Law a_turn_of_splitting_keeps_the_maps{
    "buddy.map.pair", "a_turn_of_splitting_leaves_bits_that_fit_the_lists_and_frees_the_lower_half_only",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t half = any_order_below_largest(world);
      const auto before = any_zone_around_a_block(world, half + 1);
      const W frame = any_frame(world, before.zone_pages);
      const std::uint32_t pair = any_order_of_a_pair(world);
      world.assume(
          both(is_in_one_block_at_most(before.zone, frame), partners_are_not_both_free(before.zone, frame, pair)));
      const auto after = subject.split_once(before.zone, before.position, half);
      return all(pair_fits(after.zone, frame, pair), is_in_one_block_at_most(after.zone, frame),
                 equivalent(is_free(after.zone, frame),
                            either(is_free(before.zone, frame), block_has_frame(before.position, half, frame))),
                 after.position == before.position + W(1u << half));
    }};

inline constexpr Law a_turn_of_merging_keeps_the_maps{
    "buddy.map.pair",
    "a_turn_of_merging_leaves_bits_that_fit_the_lists_and_in_hand_what_is_not_free_of_twice_as_many_frames",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order_below_largest(world);
      const auto before = any_zone_around_a_block(world, order);
      const W frame = any_frame(world, before.zone_pages);
      const std::uint32_t pair = any_order_of_a_pair(world);
      world.assume(
          both(is_in_one_block_at_most(before.zone, frame), partners_are_not_both_free(before.zone, frame, pair)));
      const auto after = subject.merge_once(before.zone, before.zone_pages, before.position, order);
      const auto free_before = is_free(before.zone, frame), free_after = is_free(after.zone, frame);
      const auto in_hand = block_has_frame(after.position, after.order, frame);
      const auto lawful = both(pair_fits(after.zone, frame, pair), is_in_one_block_at_most(after.zone, frame));
      if (after.order == order) {
        return both(lawful,
                    equivalent(free_after, either(free_before, block_has_frame(before.position, order, frame))));
      }
      return all(lawful, may_stand(before.zone_pages, after.position, order + 1),
                 implies(in_hand, negation(free_after)),
                 equivalent(either(free_after, in_hand),
                            either(free_before, block_has_frame(before.position, order, frame))));
    }};

// ---- Counted releases -----------------------------------------------------------------------------------------------

inline constexpr Law counts_never_pass_nothing{
    "buddy.count.not_negative", "a_counted_release_that_is_accepted_leaves_a_count_that_is_not_negative",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W count = world.word("count", 0, 0x7fffffff);
      const auto after = subject.put_page(count);
      return !after ? count == W(0u) : both(*after == count - 1u, (*after >> W(31u)) == W(0u));
    }};

inline constexpr Law nothing_is_freed_that_others_hold{
    "buddy.free.exactly", "no_release_is_accepted_of_a_block_of_which_another_frame_has_references",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world);
      const W zone_pages = any_zone_pages(world), position = any_block(world, zone_pages, order);
      const W frame = any_frame(world, zone_pages);
      const auto zone = searched(world, any_zone(world, zone_pages, 0, orders), position, order, frame);
      world.assume(
          all(block_has_frame(position, order, frame), frame != position, is_held<W>(lookup(zone.counts, frame))));
      const auto released = subject.released(zone, zone_pages, position, order);
      world.reached(released.because);
      return !released.value ? always<W>() : never<W>();
    }};

/// The laws of this file.
inline constexpr std::tuple merge_laws{nothing_is_freed_that_is_free,
                                       no_largest_block_is_freed_that_is_free,
                                       nothing_is_freed_that_the_zone_has_not,
                                       what_is_in_use_can_be_freed,
                                       a_frame_is_freed_exactly_if_it_is_of_the_block,
                                       giving_back_keeps_the_maps,
                                       giving_back_leaves_lawful_blocks,
                                       giving_back_merges_as_far_as_possible,
                                       partners_that_merge_are_in_the_zone,
                                       giving_back_is_counted,
                                       blocks_of_the_largest_order_leave_their_bit,
                                       giving_back_restores_what_taking_changed,
                                       a_turn_of_splitting_keeps_the_maps,
                                       a_turn_of_merging_keeps_the_maps,
                                       counts_never_pass_nothing,
                                       nothing_is_freed_that_others_hold};

}  // namespace refmm::buddy

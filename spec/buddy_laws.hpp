// The laws of blocks, one block or pair at a time: for zones of every size, every position and every order.
#pragma once

#include <refmm/spec/buddy_law_inputs.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>

#include <cstdint>
#include <tuple>

namespace refmm::buddy {

// ---- Partners -------------------------------------------------------------------------------------------------------

inline constexpr Law the_partner_of_the_partner_is_the_block{
    "buddy.free.partner", "the_partner_of_a_block_is_another_block_and_has_it_as_its_partner",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order_below_largest(world);
      const W position = any_beginning(world, order), partner = subject.partner_of(position, order);
      return all(subject.partner_of(partner, order) == position, partner != position,
                 begins_block(partner, order));
    }};

inline constexpr Law partners_have_no_frame_in_common{
    "buddy.free.partner", "a_frame_is_in_the_block_that_merges_exactly_if_it_is_in_one_of_the_two",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order_below_largest(world);
      const W position = any_beginning(world, order), frame = world.word("frame");
      const W partner = subject.partner_of(position, order), merged = subject.merged_with_partner(position, order);
      const auto in_block = has_frame(position, order, frame), in_partner = has_frame(partner, order, frame);
      return all(begins_block(merged, order + 1), negation(both(in_block, in_partner)),
                 equivalent(has_frame(merged, order + 1, frame), either(in_block, in_partner)));
    }};

inline constexpr Law a_bit_belongs_to_a_pair{
    "buddy.map.pair", "two_blocks_have_the_same_bit_exactly_if_they_are_the_same_or_partners",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order_below_largest(world);
      const W one = any_beginning(world, order), other = any_beginning(world, order, "other");
      const auto same_bit = subject.bit_of(one, order) == subject.bit_of(other, order);
      return equivalent(same_bit, either(one == other, other == subject.partner_of(one, order)));
    }};

// ---- Blocks of a zone -----------------------------------------------------------------------------------------------

inline constexpr Law blocks_are_aligned_as_they_should{
    "buddy.free.bug.misaligned", "a_position_is_that_of_a_block_exactly_if_it_is_a_multiple_of_its_frames",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world);
      const W position = world.word("position");
      return equivalent(subject.is_aligned(position, order), begins_block(position, order));
    }};

inline constexpr Law blocks_of_one_order_do_not_overlap{
    "buddy.blocks.disjoint", "two_aligned_blocks_overlap_only_if_one_holds_all_of_the_other",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world), other_order = any_order(world, "other_order");
      const W one = world.word("position"), other = world.word("other"), frame = world.word("frame");
      world.assume(order <= other_order);
      world.assume(both(subject.is_aligned(one, order), subject.is_aligned(other, other_order)));
      const auto in_both = both(has_frame(one, order, frame), has_frame(other, other_order, frame));
      return implies(in_both, all(has_frame(other, other_order, one),
                                  has_frame(other, other_order, one + W((1u << order) - 1)),
                                  implies(one != other, W(order) != W(other_order))));
    }};

inline constexpr Law blocks_lie_inside_or_do_not{
    "buddy.blocks.inside_zone", "a_block_lies_in_the_zone_exactly_if_its_first_and_its_last_frame_do",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order(world);
      const W zone_pages = world.word("zone_pages"), position = any_beginning(world, order);
      // A block that is aligned ends where words do, or before.
      const W last = position + W((1u << order) - 1);
      return equivalent(subject.lies_inside(zone_pages, position, order),
                        both(position < zone_pages, last < zone_pages));
    }};

inline constexpr Law the_ragged_end_has_no_partner{
    "buddy.free.bug.partner_outside", "of_a_block_in_the_zone_the_partner_is_in_it_too_or_behind_its_end",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t order = any_order_below_largest(world);
      const W zone_pages = any_zone_pages(world), position = any_block(world, zone_pages, order);
      const W partner = subject.partner_of(position, order);
      const W merged = subject.merged_with_partner(position, order);
      // The merged block does not fit exactly if the partner is missing, all of it or its end; the lower one never is.
      return all(
          equivalent(zone_has_block(zone_pages, merged, order + 1), zone_has_block(zone_pages, partner, order)),
          implies(subject.is_outside(zone_pages, partner), position < partner),
          equivalent(subject.is_outside(zone_pages, partner), zone_pages <= partner));
    }};

// ---- Halves ---------------------------------------------------------------------------------------------------------

inline constexpr Law halves_are_the_block{
    "buddy.alloc.upper_half", "a_frame_of_a_block_is_in_exactly_one_half_and_the_halves_are_partners",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::uint32_t half = any_order_below_largest(world);
      const W position = any_beginning(world, half + 1), frame = world.word("frame");
      const W upper = subject.upper_half(position, half);
      const auto in_lower = has_frame(position, half, frame), in_upper = has_frame(upper, half, frame);
      return all(position < upper, subject.partner_of(position, half) == upper, negation(both(in_lower, in_upper)),
                 equivalent(has_frame(position, half + 1, frame), either(in_lower, in_upper)));
    }};

// ---- Boot and counts ------------------------------------------------------------------------------------------------

inline constexpr Law boot_releases_its_bit_map{
    "buddy.boot.bootmap", "boot_releases_as_many_frames_of_its_bit_map_as_it_kept_out_and_they_hold_all_bits",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W end = world.word("end", 1, 1u << 28), page_size = i386_2_4_0.page_size;
      const W kept = subject.frames_of_bootmap(page_size, end);
      return all(subject.frames_of_bootmap_released(page_size, end) == kept,
                 end <= kept * W(8 * i386_2_4_0.page_size), (kept - 1u) * W(8 * i386_2_4_0.page_size) < end);
    }};

inline constexpr Law water_marks_follow_the_size{
    "buddy.init.water_marks",
    "the_least_mark_is_a_128th_of_the_zone_but_10_at_least_and_255_at_most_and_the_others_are_two_and_three_times_"
    "that",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W zone_pages = world.word("zone_pages");
      const auto [min, low, high] = subject.water_marks(zone_pages);
      const auto is_share = both(min * W(128u) <= zone_pages, zone_pages - min * W(128u) < W(128u));
      return all(W(10u) <= min, min <= W(255u), low == min + min, high == low + min,
                 either(is_share, either(both(min == W(10u), zone_pages < W(1280u)),
                                         both(min == W(255u), W(255u * 128u) <= zone_pages))));
    }};

/// The laws of this file.
inline constexpr std::tuple block_laws{the_partner_of_the_partner_is_the_block,
                                       partners_have_no_frame_in_common,
                                       a_bit_belongs_to_a_pair,
                                       blocks_are_aligned_as_they_should,
                                       blocks_of_one_order_do_not_overlap,
                                       blocks_lie_inside_or_do_not,
                                       the_ragged_end_has_no_partner,
                                       halves_are_the_block,
                                       boot_releases_its_bit_map,
                                       water_marks_follow_the_size};

}  // namespace refmm::buddy

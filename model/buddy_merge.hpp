// Splitting and merging: the turns of the loops of the page allocator, and what a release is looked at for.
//
// The functions are templates over the zone: whatever has the functions below, found by argument-dependent lookup. That of the
// model is a zone of lists and maps; that of the proofs has functions in their place, and so is of every size
// (spec/buddy_tables.hpp). `order` is that of the list; positions are `pfn - zone_start`.
//
//   is_bit_set(zone, order, bit)                        whether a bit of a map is 1
//   flipped(zone, order, bit)                           the zone with a bit of a map changed
//   linked(zone, order, position)                       with a block put in front of a list
//   unlinked(zone, order, position)                     with a block taken out of a list, wherever it is
//   has_block(zone, order), first_block(zone, order)    whether there is a block on a list, and the first one
//   has_block_within(zone, order, position, frames_order)
//                                                       whether a block on the list begins in a block of `frames_order`
//   holds_another_frame(zone, position, order)          whether a frame of the block but for the first has references
#pragma once

#include <refmm/model/buddy_block.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/word.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A zone, and the block that is in hand: on no list.
template <class Zone, Word W>
struct WithBlock {
  Zone zone;
  W position;
};

// ---- Taking ---------------------------------------------------------------------------------------------------------

/// The order of the list that a block of `order` is taken from: the first that has one, `orders` if none has.
/// [buddy.alloc.first_order_with_a_block]
template <class Zone>
constexpr std::uint32_t order_to_take_from(const Zone& zone, std::uint32_t order, std::uint32_t orders) {
  if (mutant("buddy.alloc.passes_exact_order")) ++order;
  while (order < orders && !has_block(zone, order)) ++order;
  return order;
}

/// The zone without the first block of a list, which is in hand. The map of every order hears of it, that of the largest too.
/// 2.4.0: rmqueue.
template <Word W, class Zone>
constexpr WithBlock<Zone, W> take_first(Zone zone, std::uint32_t order) {
  const W position = first_block(zone, order);
  zone = unlinked(std::move(zone), order, position);
  if (!mutant("buddy.take.leaves_bit")) zone = flipped(std::move(zone), order, bit_of(position, order));
  return {std::move(zone), position};
}

/// One turn of splitting: the lower half of the block in hand goes on the list of `half_order`, the upper half stays in hand.
/// 2.4.0: expand.
template <class Zone, Word W>
constexpr WithBlock<Zone, W> split_once(Zone zone, W position, std::uint32_t half_order) {
  const W lower = mutant("buddy.split.keeps_upper_half") ? upper_half(position, half_order) : position;
  if (!mutant("buddy.split.forgets_lower_half")) zone = linked(std::move(zone), half_order, lower);
  if (!mutant("buddy.split.leaves_bit")) zone = flipped(std::move(zone), half_order, bit_of(lower, half_order));
  const W in_hand = mutant("buddy.split.keeps_upper_half") ? position : upper_half(position, half_order);
  return {std::move(zone), in_hand};
}

/// Splits the block in hand, of order `from`, until it is of order `to`.
template <class Zone, Word W>
constexpr WithBlock<Zone, W> split_down(Zone zone, W position, std::uint32_t from, std::uint32_t to) {
  WithBlock<Zone, W> now{std::move(zone), position};
  while (from > to) now = split_once(std::move(now.zone), now.position, --from);
  return now;
}

// ---- Giving back ----------------------------------------------------------------------------------------------------

enum class MergeStep {
  linked,           // the partner is in use, or there is no larger order: the block is on its list now
  merged,           // with its partner: the block in hand is of the next order
  partner_outside,  // the partner should be free but is none of the zone. [buddy.free.bug.partner_outside]
};

/// What one turn of merging left.
template <class Zone, Word W>
struct Merging {
  Zone zone;
  W position;           // of the block in hand, or that was linked
  std::uint32_t order;  // of it
  MergeStep step;
};

/// One turn of merging: the bit of the pair changes; if it is 0 now the partner was free, and the two are one block of the next
/// order. Blocks of the largest order have no partner, and leave their bit. 2.4.0: __free_pages_ok.
template <class Zone, Word W>
constexpr Merging<Zone, W> merge_once(Zone zone, W zone_pages, W position, std::uint32_t order,
                                      std::uint32_t largest) {
  if (order == largest) {
    if (mutant("buddy.merge.flips_largest")) zone = flipped(std::move(zone), order, bit_of(position, order));
    return {linked(std::move(zone), order, position), position, order, MergeStep::linked};
  }
  const W bit = bit_of(position, order), partner = partner_of(position, order);
  zone = flipped(std::move(zone), order, bit);
  if (is_bit_set(zone, order, bit)) {
    if (mutant("buddy.merge.forgets_to_link")) return {std::move(zone), position, order, MergeStep::linked};
    return {linked(std::move(zone), order, position), position, order, MergeStep::linked};
  }
  if (is_outside(zone_pages, partner)) return {std::move(zone), position, order, MergeStep::partner_outside};
  if (!mutant("buddy.merge.partner_stays_on_list")) zone = unlinked(std::move(zone), order, partner);
  return {std::move(zone), merged_with_partner(position, order), order + 1, MergeStep::merged};
}

/// Gives a block back: merges it with its partner, the two with theirs, and so on, and puts what comes of it on its list.
template <class Zone, Word W>
constexpr Merging<Zone, W> merge_up(Zone zone, W zone_pages, W position, std::uint32_t order,
                                    std::uint32_t largest) {
  Merging<Zone, W> now{std::move(zone), position, order, MergeStep::merged};
  while (now.step == MergeStep::merged)
    now = merge_once(std::move(now.zone), zone_pages, now.position, now.order, largest);
  return now;
}

// ---- What a release is looked at for, in the corrected kernel --------------------------------------------------------

/// True if a counted release would make the count less than nothing. [defect.buddy.count_underflow]
template <Word W>
constexpr auto has_no_reference(W count) {
  return either(count == W(0u), (count >> W(WordTraits<W>::bits - 1)) != W(0u));
}

/// The count after a counted release; nothing if the corrected kernel refuses it. [buddy.free.last_reference]
template <Word W>
constexpr std::optional<W> count_after_release(const buddy::Corrections& corrected, W count) {
  if (corrected.count_underflow && has_no_reference(count)) return std::nullopt;
  return count - 1u;
}

/// True if a frame of the block is on a list already: the block is part of a free one, or has free ones in it.
/// [defect.buddy.double_free], [defect.buddy.largest_double_free]
template <class Zone, Word W>
constexpr auto is_partly_free(const Zone& zone, W position, std::uint32_t order, std::uint32_t orders) {
  auto found = W(1u) == W(0u);
  for (std::uint32_t list = 0; list < orders; ++list) {
    if (mutant("buddy.free.looks_at_own_order_only") && list != order) continue;
    found = either(found, has_block_within(zone, list, block_around(position, list), std::max(list, order)));
  }
  return found;
}

/// True if a release gives back what is not held through the first frame: another frame has references of its own, or is
/// reserved. [defect.buddy.larger_order]
template <class Zone, Word W>
constexpr auto is_held_by_others(const Zone& zone, W position, std::uint32_t order) {
  return holds_another_frame(zone, position, order);
}

/// What the corrected kernel refuses of a release that 2.4.0 lets pass, whatever the count: a block that reaches beyond the zone or
/// into what others hold, and one that is free already, all of it or in part. As built it is found, and only told.
template <class Zone, Word W>
constexpr Decision<std::optional<buddy::Refusal>> misuse(const buddy::Corrections& corrected, const Zone& zone,
                                                         W zone_pages, W position, std::uint32_t order,
                                                         std::uint32_t largest) {
  using Found = Decision<std::optional<buddy::Refusal>>;
  Because because;
  if (either(negation(lies_inside(zone_pages, position, order)), is_held_by_others(zone, position, order))) {
    because.push_back("defect.buddy.larger_order");
    if (corrected.larger_order) return {buddy::Refusal::more_than_was_held, std::move(because)};
  }
  if (is_partly_free(zone, position, order, largest + 1)) {
    because.push_back(order == largest ? ClauseRef("defect.buddy.largest_double_free")
                                       : ClauseRef("defect.buddy.double_free"));
    if (order == largest ? corrected.largest_double_free : corrected.double_free)
      return {buddy::Refusal::free_already, std::move(because)};
  }
  return Found{std::nullopt, std::move(because)};
}

}  // namespace refmm::model::inline REFMM_BUILD

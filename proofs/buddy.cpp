// The theorems of the page allocator: each law of spec/buddy_laws.hpp and its neighbours, claimed of model/buddy*.hpp.
//
// Each line: the law; what "every input" means; the mutants of the model on which the theorem fails; the clauses that some path
// must reach. Zones have any number of frames and any blocks on their lists: lists and bit maps are functions of the position. What
// is assumed of any frame and any pair before a call is claimed of any frame and any pair after it, and so the step of an
// induction over calls is proved for all of them; the base is the zone with nothing free. Each of the corrections is a mutant, so
// that each defect of 2.4.0 is the counterexample of a theorem.
#include <refmm/model/buddy_subject.hpp>
#include <refmm/proofs/buddy.hpp>
#include <refmm/spec/buddy_call_laws.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/buddy_merge_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::buddy {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::BuddySubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view blocks = "every block of every order below the largest";
constexpr std::string_view all_blocks = "every block of every order";
constexpr std::string_view ends = "zones of every size, every block and order";
constexpr std::string_view maps = "every number of frames up to 2^28";
constexpr std::string_view takings = "zones of every size with any free blocks, every order and order taken from";
constexpr std::string_view releases = "zones of every size with any free blocks, every block of every order";
constexpr std::string_view turns = "zones of every size with any free blocks, every order below the largest";
constexpr std::string_view lists = "lists of every length";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- Blocks ---------------------------------------------------------------------------------------------------
      model(the_partner_of_the_partner_is_the_block, blocks, {"buddy.partner.always_behind"}),
      model(partners_have_no_frame_in_common, blocks,
            {"buddy.partner.always_behind", "buddy.merge.begins_at_released_block"}),
      model(a_bit_belongs_to_a_pair, blocks, {"buddy.bit.one_for_each_block"}),
      model(blocks_are_aligned_as_they_should, all_blocks, {"buddy.block.aligned_to_half"}),
      model(blocks_of_one_order_do_not_overlap, "every two blocks of every two orders",
            {"buddy.block.aligned_to_half"}),
      model(blocks_lie_inside_or_do_not, ends, {"buddy.zone.adds_first"}),
      model(the_ragged_end_has_no_partner, ends, {"buddy.zone.one_frame_more", "buddy.partner.always_behind"}),
      model(halves_are_the_block, blocks, {"buddy.half.begins_too_early"}),
      model(boot_releases_its_bit_map, maps, {"defect.buddy.bootmap_last_frame"}),

      model(water_marks_follow_the_size, "zones of every size", {"buddy.init.marks_without_least"}),

      // ---- Lists and maps: base and step of the induction over calls -------------------------------------------------
      model(the_lists_begin_lawful, "every order, of zones of every size", {"buddy.init.first_frame_is_free"}),
      model(the_first_order_with_a_block_is_taken_from, takings, {"buddy.alloc.passes_exact_order"}),
      model(a_frame_is_taken_exactly_if_it_is_of_the_block, takings, {"buddy.split.forgets_lower_half"}),
      model(taking_keeps_the_maps, takings, {"buddy.take.leaves_bit", "buddy.split.leaves_bit"}),
      model(taking_leaves_lawful_blocks, takings, {"buddy.half.begins_too_early"}),
      model(the_uppermost_part_is_handed_out, takings, {"buddy.split.keeps_upper_half"}),
      model(taking_is_counted, takings, {"buddy.split.forgets_lower_half"}),
      model(nothing_is_freed_that_is_free, releases,
            {"defect.buddy.double_free", "buddy.free.looks_at_own_order_only"}, {"defect.buddy.double_free"}),
      model(no_largest_block_is_freed_that_is_free, releases, {"defect.buddy.largest_double_free"},
            {"defect.buddy.largest_double_free"}),
      model(nothing_is_freed_that_the_zone_has_not, ends, {"defect.buddy.larger_order"},
            {"defect.buddy.larger_order"}),
      model(what_is_in_use_can_be_freed, releases, {"buddy.merge.forgets_to_link"}),
      model(a_frame_is_freed_exactly_if_it_is_of_the_block, releases,
            {"buddy.merge.forgets_to_link", "buddy.merge.partner_stays_on_list"}),
      model(giving_back_keeps_the_maps, releases, {"buddy.merge.partner_stays_on_list"}),
      model(giving_back_leaves_lawful_blocks, releases, {"buddy.merge.begins_at_released_block"}),
      model(giving_back_merges_as_far_as_possible, releases, {"buddy.bit.one_for_each_block"}),
      model(partners_that_merge_are_in_the_zone, releases, {"buddy.partner.always_behind"}),
      model(giving_back_is_counted, releases, {"buddy.merge.partner_stays_on_list"}),
      model(blocks_of_the_largest_order_leave_their_bit, releases, {"buddy.merge.flips_largest"}),
      model(giving_back_restores_what_taking_changed, takings, {"buddy.merge.forgets_to_link"}),

      // ---- One turn -------------------------------------------------------------------------------------------------
      model(a_turn_of_splitting_keeps_the_maps, turns, {"buddy.split.leaves_bit", "buddy.split.keeps_upper_half"}),
      model(a_turn_of_merging_keeps_the_maps, turns,
            {"buddy.merge.partner_stays_on_list", "buddy.merge.begins_at_released_block"}),

      // ---- Whole calls ----------------------------------------------------------------------------------------------
      model(sixteen_frames_are_freed_at_boot, "zones of up to sixteen frames",
            {"buddy.boot.begins_with_second_frame"}),
      model(reserved_frames_stay_at_boot, "zones of up to sixteen frames, any of the first eight reserved",
            {"buddy.boot.frees_reserved_frames"}),
      model(a_block_of_eight_frames_is_handed_out_with_one_reference, "eight frames, every order, every mark",
            {"buddy.alloc.counts_nothing", "buddy.alloc.ignores_lru_lists"},
            {"buddy.alloc.no_block", "buddy.alloc.first_order_with_a_block", "buddy.alloc.front",
             "buddy.alloc.upper_half", "buddy.alloc.count", "buddy.alloc.bug.on_lru_list"}),
      model(a_block_of_eight_frames_comes_back_with_its_last_reference,
            "eight frames, every place, order and mark, one reference or two",
            {"buddy.free.ignores_marks", "buddy.free.stays_dirty", "buddy.free.takes_misaligned_blocks",
             "buddy.free.takes_reserved_frames"},
            {"buddy.free.reserved", "buddy.free.still_held", "buddy.free.last_reference", "buddy.free.first_frame",
             "buddy.free.bug.locked", "buddy.free.bug.swap_cache", "buddy.free.bug.decr_after",
             "buddy.free.bug.active", "buddy.free.bug.inactive_dirty", "buddy.free.bug.inactive_clean",
             "buddy.free.bug.misaligned", "buddy.free.partner", "buddy.free.front", "defect.buddy.larger_order"}),

      // ---- Counted releases and lists -------------------------------------------------------------------------------
      model(counts_never_pass_nothing, "every count", {"defect.buddy.count_underflow"}),
      model(nothing_is_freed_that_others_hold, releases, {"defect.buddy.larger_order"}),
      model(lists_are_stacks, lists, {"buddy.list.new_block_last"}),
      model(partners_leave_their_place, lists, {"buddy.list.takes_the_last"}),
      model(a_list_takes_back_its_first_block, lists, {"buddy.list.new_block_last"}),
  };
  return all;
}

}  // namespace refmm::buddy

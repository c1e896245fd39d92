// Ways to break the laws about taking a block and about references.
#include <refmm/tests/buddy_step_laws_tamperings.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::buddy {
namespace {

/// Splits the block of 32 frames at 32, of which 62 and 63 come out.
Carried pair_taken() { return BuddyScript().alloc(1).last(); }

/// Free are single frames at 63 and 61, in this order.
Carried single_taken() { return BuddyScript().alloc(2).free_ok(61).free_ok(63).alloc(0).last(); }

Carried zone_used_up() { return BuddyScript(4).alloc(2).alloc(0).last(); }

Carried too_large() { return BuddyScript().alloc(10).last(); }

Carried taken_from_lru_list() { return BuddyScript().mark(63, PG_active).alloc(0).last(); }

}  // namespace

std::vector<Tampering> tamperings_of_taking() {
  return {
      {"orders_that_there_are_not_give_no_block", too_large, give_frame<0>},
      {"orders_that_there_are_not_give_no_block", too_large, [](Carried& made) { --made.after.free_pages; }},
      {"orders_that_there_are_not_give_no_block", too_large,
       [](Carried& made) {
         made.effects.push_back(Flip<std::uint32_t>{0, 0});
       }},
      {"orders_that_there_are_not_give_no_block", pair_taken, refuse<Refusal::order_too_large>},
      {"no_block_is_given_only_where_all_lists_are_too_small", zone_used_up, give_frame<3>},
      {"no_block_is_given_only_where_all_lists_are_too_small", zone_used_up,
       [](Carried& made) { page<0>(made).count = 2; }},
      {"no_block_is_given_only_where_all_lists_are_too_small", pair_taken, refuse<Refusal::no_block>},
      {"the_first_order_with_a_block_is_taken_from", single_taken,
       [](Carried& made) {
         made.effects.front() = Unlink<std::uint32_t>{5, BuddyScript::at(0)};
       }},
      {"the_first_order_with_a_block_is_taken_from", pair_taken, forget_effects},
      {"the_first_block_of_the_list_is_taken", single_taken,
       [](Carried& made) {
         made.effects.front() = Unlink<std::uint32_t>{0, BuddyScript::at(61)};
       }},
      {"the_first_block_of_the_list_is_taken", single_taken, [](Carried& made) { list<0>(made).clear(); }},
      {"the_first_block_of_the_list_is_taken", single_taken, undo},
      {"the_uppermost_part_is_handed_out_and_the_lower_halves_stay", pair_taken, give_frame<60>},
      {"the_uppermost_part_is_handed_out_and_the_lower_halves_stay", pair_taken,
       [](Carried& made) { list<1>(made).clear(); }},
      {"the_uppermost_part_is_handed_out_and_the_lower_halves_stay", pair_taken,
       [](Carried& made) { list<2>(made).front() = BuddyScript::at(60); }},
      {"the_uppermost_part_is_handed_out_and_the_lower_halves_stay", pair_taken,
       [](Carried& made) { list<0>(made).push_back(BuddyScript::at(62)); }},
      {"exactly_the_frames_of_the_block_are_taken", pair_taken, undo},
      {"exactly_the_frames_of_the_block_are_taken", pair_taken,
       [](Carried& made) { list<0>(made).push_back(BuddyScript::at(62)); }},
      {"exactly_the_frames_of_the_block_are_taken", pair_taken, [](Carried& made) { list<4>(made).clear(); }},
      {"exactly_the_frames_of_the_block_are_taken", single_taken, give_frame<60>},
      {"a_block_handed_out_has_one_reference", pair_taken, [](Carried& made) { page<62>(made).count = 0; }},
      {"a_block_handed_out_has_one_reference", pair_taken, [](Carried& made) { page<62>(made).count = 2; }},
      {"a_block_handed_out_has_one_reference", pair_taken, [](Carried& made) { page<63>(made).count = 1; }},
      {"a_block_handed_out_has_one_reference", pair_taken, [](Carried& made) { page<63>(made).age = 9; }},
      {"a_block_handed_out_has_one_reference", pair_taken,
       [](Carried& made) { page<62>(made).flags = PG_referenced; }},
      {"a_block_handed_out_has_one_reference", pair_taken, [](Carried& made) { page<61>(made).count = 1; }},
      {"no_frame_that_is_on_an_lru_list_is_handed_out", taken_from_lru_list, give_frame<63>},
      {"no_frame_that_is_on_an_lru_list_is_handed_out",
       [] { return BuddyScript().mark(63, PG_inactive_clean).alloc(0).last(); }, give_frame<63>},
      {"no_frame_that_is_on_an_lru_list_is_handed_out",
       [] { return BuddyScript().mark(63, PG_inactive_dirty).alloc(0).last(); }, give_frame<63>},
      {"no_frame_that_is_on_an_lru_list_is_handed_out", pair_taken, refuse<Refusal::page_on_lru_list>},

      // References.
      {"a_reference_more_is_counted_and_nothing_else_happens",
       [] { return BuddyScript().alloc(0).get(63).last(); }, undo},
      {"a_reference_more_is_counted_and_nothing_else_happens",
       [] { return BuddyScript().alloc(0).get(63).last(); }, [](Carried& made) { page<62>(made).count = 1; }},
      {"a_reference_more_is_counted_and_nothing_else_happens",
       [] { return BuddyScript().alloc(0).get(63).last(); },
       [](Carried& made) {
         made.effects.push_back(Flip<std::uint32_t>{0, 0});
       }},
      {"nothing_happens_to_a_reserved_frame",
       [] {
         return BuddyScript(64, corrected, {{BuddyScript::at(3), BuddyScript::at(3)}}).free(3).last();
       },
       [](Carried& made) { page<3>(made).count = -1; }},
      {"nothing_happens_to_a_reserved_frame",
       [] { return BuddyScript().alloc(0).mark(63, PG_reserved).free(63).last(); },
       [](Carried& made) {
         made.effects.push_back(Flip<std::uint32_t>{0, 31});
       }},
      {"a_frame_that_is_still_held_only_loses_a_reference",
       [] { return BuddyScript().alloc(0).get(63).free(63).last(); }, undo},
      {"a_frame_that_is_still_held_only_loses_a_reference",
       [] { return BuddyScript().alloc(0).get(63).free(63).last(); },
       [](Carried& made) { list<0>(made).insert(list<0>(made).begin(), BuddyScript::at(63)); }},
      {"the_last_reference_gives_the_block_back", [] { return BuddyScript().alloc(0).free(63).last(); }, undo},
      {"the_last_reference_gives_the_block_back", [] { return BuddyScript().alloc(0).free(63).last(); },
       [](Carried& made) { page<63>(made).count = 1; }},
  };
}

}  // namespace refmm::buddy

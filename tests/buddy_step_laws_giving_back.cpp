// Ways to break the laws about giving blocks back.
#include <refmm/tests/buddy_step_laws_tamperings.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

constexpr auto at = BuddyScript::at;

/// Of the block of four at 60, two are free; 63 merges with 62, both with 60 and 61, and so on up to the whole zone.
Carried merged() { return BuddyScript().alloc(2).free_ok(60, 1).free_ok(62).free_ok(63).last(); }

/// Of the block of four at 60, 60 is put on the list in front of nothing: its partner 61 is in use.
Carried linked() { return BuddyScript().alloc(2).free_ok(60).last(); }

/// The list of single frames has 62 already.
Carried linked_in_front() { return BuddyScript().alloc(2).free_ok(62).free_ok(60).last(); }

/// The partner is the second one on its list.
Carried merged_from_the_middle() { return BuddyScript().alloc(2).free_ok(62).free_ok(60).free_ok(63).last(); }

Carried largest() { return BuddyScript(512).alloc(9).free(0, 9).last(); }

Carried boot_freed() { return BuddyScript(64, corrected, {{at(4), at(9)}}).boot_free(4, 7).last(); }

template <std::uint32_t flag>
Carried marked() {
  return BuddyScript().alloc(0).mark(63, flag).free(63).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_giving_back() {
  return {
      // What is looked at first.
      {"no_page_with_buffers_is_freed", [] { return BuddyScript().alloc(0).mark_buffers(63).free(63).last(); },
       succeed},
      {"no_page_with_buffers_is_freed", linked, refuse<Refusal::page_has_buffers>},
      {"no_page_with_a_mapping_is_freed", [] { return BuddyScript().alloc(0).mark_mapping(63).free(63).last(); },
       succeed},
      {"no_page_with_a_mapping_is_freed", linked, refuse<Refusal::page_has_mapping>},
      {"no_page_behind_ram_is_freed", [] { return BuddyScript().free_ok(64).last(); }, succeed},
      {"no_page_behind_ram_is_freed", linked, refuse<Refusal::page_behind_ram>},
      {"no_page_of_the_swap_cache_is_freed", marked<PG_swap_cache>, succeed},
      {"no_page_of_the_swap_cache_is_freed", linked, refuse<Refusal::page_in_swap_cache>},
      {"no_locked_page_is_freed", marked<PG_locked>, succeed},
      {"no_locked_page_is_freed", linked, refuse<Refusal::page_locked>},
      {"no_page_that_is_to_be_dropped_later_is_freed", marked<PG_decr_after>, succeed},
      {"no_page_that_is_to_be_dropped_later_is_freed", linked, refuse<Refusal::page_decr_after>},
      {"no_active_page_is_freed", marked<PG_active>, succeed},
      {"no_active_page_is_freed", linked, refuse<Refusal::page_active>},
      {"no_inactive_dirty_page_is_freed", marked<PG_inactive_dirty>, succeed},
      {"no_inactive_dirty_page_is_freed", linked, refuse<Refusal::page_inactive_dirty>},
      {"no_inactive_clean_page_is_freed", marked<PG_inactive_clean>, succeed},
      {"no_inactive_clean_page_is_freed", linked, refuse<Refusal::page_inactive_clean>},
      {"no_order_is_freed_that_there_is_not", [] { return BuddyScript().alloc(0).free(63, 10).last(); }, succeed},
      {"no_order_is_freed_that_there_is_not", linked, refuse<Refusal::block_too_large>},
      {"no_block_is_freed_where_none_begins", [] { return BuddyScript().alloc(1).free_ok(63, 1).last(); },
       succeed},
      {"no_block_is_freed_where_none_begins", linked, refuse<Refusal::block_misaligned>},
      {"no_release_looks_for_a_partner_outside_of_the_zone", linked, refuse<Refusal::partner_outside_zone>},

      // Frames.
      {"the_first_frame_is_clean_and_young_and_no_other_changes",
       [] { return BuddyScript().alloc(0).mark(63, PG_dirty).free(63).last(); },
       [](Carried& made) { page<63>(made).flags = PG_dirty; }},
      {"the_first_frame_is_clean_and_young_and_no_other_changes",
       [] { return BuddyScript().alloc(0).mark(63, PG_error).free(63).last(); },
       [](Carried& made) { page<63>(made).flags = 0; }},
      {"the_first_frame_is_clean_and_young_and_no_other_changes", linked,
       [](Carried& made) { page<60>(made).age = 0; }},
      {"the_first_frame_is_clean_and_young_and_no_other_changes", linked,
       [](Carried& made) { page<60>(made).count = 0; }},
      {"the_first_frame_is_clean_and_young_and_no_other_changes", linked,
       [](Carried& made) { page<61>(made).age = 0; }},
      {"exactly_the_frames_of_the_block_are_freed_and_none_was_free", linked, undo},
      {"exactly_the_frames_of_the_block_are_freed_and_none_was_free", linked,
       [](Carried& made) { list<0>(made).push_back(at(61)); }},
      {"exactly_the_frames_of_the_block_are_freed_and_none_was_free", linked,
       [](Carried& made) { list<5>(made).clear(); }},
      {"exactly_the_frames_of_the_block_are_freed_and_none_was_free", linked,
       [](Carried& made) { made.before.free_area[0].free_list.push_back(at(60)); }},
      {"no_release_gives_back_what_others_hold", [] { return BuddyScript().alloc(1).free(62, 1).last(); },
       [](Carried& made) { made.before.pages[63].count = 1; }},
      {"no_release_gives_back_what_others_hold", [] { return BuddyScript().alloc(1).free(62, 1).last(); },
       [](Carried& made) { made.before.pages[63].flags = PG_reserved; }},
      {"no_release_gives_back_what_others_hold", [] { return BuddyScript(64).alloc(0).free(63).last(); },
       [](Carried& made) {
         made.command = FreePages<std::uint32_t>{at(63), 1};
       }},

      // Merging.
      {"a_block_merges_with_its_partner_and_with_nothing_else", merged, forget_effects},
      {"a_block_merges_with_its_partner_and_with_nothing_else", merged,
       [](Carried& made) { made.effects.erase(made.effects.begin()); }},
      {"a_block_merges_with_its_partner_and_with_nothing_else", merged,
       [](Carried& made) {
         made.effects[0] = Flip<std::uint32_t>{0, 30};
       }},
      {"a_block_merges_with_its_partner_and_with_nothing_else", merged,
       [](Carried& made) {
         made.effects[1] = Unlink<std::uint32_t>{0, at(61)};
       }},
      {"a_block_merges_with_its_partner_and_with_nothing_else", linked,
       [](Carried& made) {
         made.effects.back() = Link<std::uint32_t>{0, at(61)};
       }},
      {"a_block_merges_with_its_partner_and_with_nothing_else", largest,
       [](Carried& made) {
         made.effects.insert(made.effects.begin(), Flip<std::uint32_t>{9, 0});
       }},
      {"a_release_merges_as_far_as_possible", linked,
       [](Carried& made) { made.before.free_area[0].free_list.push_back(at(61)); }},
      {"a_release_merges_as_far_as_possible", merged,
       [](Carried& made) { made.before.free_area[0].free_list.clear(); }},
      {"a_release_merges_as_far_as_possible", linked, forget_effects},
      {"a_block_that_becomes_free_is_the_first_of_its_list", linked_in_front,
       [](Carried& made) { std::ranges::reverse(list<0>(made)); }},
      {"a_block_that_becomes_free_is_the_first_of_its_list", merged_from_the_middle,
       [](Carried& made) { list<0>(made).clear(); }},
      {"a_block_that_becomes_free_is_the_first_of_its_list", merged_from_the_middle, undo},
      {"a_block_that_becomes_free_is_the_first_of_its_list", linked,
       [](Carried& made) { made.effects.pop_back(); }},
      {"a_release_leaves_the_bits_of_the_largest_order", largest,
       [](Carried& made) { made.after.free_area[largest_order].map.clear(); }},

      // What only boot needed.
      {"memory_that_only_boot_needed_becomes_free", boot_freed, undo},
      {"memory_that_only_boot_needed_becomes_free", boot_freed,
       [](Carried& made) { page<5>(made).flags = PG_reserved; }},
      {"memory_that_only_boot_needed_becomes_free", boot_freed, [](Carried& made) { page<5>(made).count = 1; }},
      {"memory_that_only_boot_needed_becomes_free", boot_freed, [](Carried& made) { page<8>(made).flags = 0; }},
      {"memory_that_only_boot_needed_becomes_free", boot_freed,
       [](Carried& made) { list<0>(made).push_back(at(8)); }},
      {"memory_that_only_boot_needed_becomes_free", boot_freed,
       [](Carried& made) { made.after.free_area = made.before.free_area; }},
      {"memory_that_only_boot_needed_becomes_free", boot_freed,
       [](Carried& made) { made.before.free_area[2].free_list.push_back(at(4)); }},

      // Effects.
      {"effects_are_the_changes_of_lists_and_maps", linked, forget_effects},
      {"effects_are_the_changes_of_lists_and_maps", linked,
       [](Carried& made) { std::swap(made.effects.front(), made.effects.back()), made.effects.pop_back(); }},
      {"effects_are_the_changes_of_lists_and_maps", merged,
       [](Carried& made) {
         made.effects[1] = Unlink<std::uint32_t>{0, at(1)};
       }},
      {"effects_are_the_changes_of_lists_and_maps", [] { return BuddyScript().alloc(1).last(); },
       [](Carried& made) { made.effects.pop_back(); }},
  };
}

}  // namespace refmm::buddy

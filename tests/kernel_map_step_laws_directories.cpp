// Ways to break the laws about frames, page tables, directories, accesses and the user's half.
#include <refmm/tests/kernel_map_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::kernel_map {
namespace {

constexpr Word32 slot_of_areas = areas_begin / slot_bytes;
constexpr Word32 program = 0x08000000;
constexpr Word32 slot_of_program = program / slot_bytes;

Carried one_area() { return KernelMapScript().vmalloc(4096).last(); }
Carried area_freed() { return KernelMapScript().vmalloc(4096).vfree(areas_begin).last(); }
Carried area_with_waiting_table() { return KernelMapScript().run(PteFreeFast{}).vmalloc(4096).last(); }
Carried no_table() { return KernelMapScript().fail_page().vmalloc(4096).last(); }
Carried table_put_by() { return KernelMapScript().run(PteFreeFast{}).last(); }
Carried no_table_put_by() { return KernelMapScript().fail_page().run(PteFreeFast{}).last(); }
Carried forked() { return KernelMapScript().fork().last(); }
Carried forked_again() { return KernelMapScript().fork().vmalloc(4096).run(PgdFreeFast{1}).fork().last(); }
Carried not_forked() { return KernelMapScript().fail_page().fork().last(); }
Carried exited() { return KernelMapScript().fork().fork().run(PgdFree{1}).last(); }
Carried exited_to_the_quick_list() { return KernelMapScript().fork().fork().run(PgdFreeFast{1}).last(); }
Carried kept() { return KernelMapScript().run(PteFreeFast{}).run(CheckPgtCache{0, 1}).last(); }
Carried trimmed() {
  return KernelMapScript().run(PteFreeFast{}).run(PteFreeFast{}).run(CheckPgtCache{0, 1}).last();
}
Carried touched() { return KernelMapScript().vmalloc(4096).fork().touch(1, areas_begin).last(); }
Carried synced() { return KernelMapScript().fork().vmalloc(4096).touch(1, areas_begin).last(); }
Carried oops() { return KernelMapScript().fork().vmalloc(4096).touch(1, areas_begin + 4096).last(); }
Carried signalled() { return KernelMapScript().fork().vmalloc(4096).touch(1, areas_begin, true).last(); }
Carried user_mapped() { return KernelMapScript().fork().fork().map_user(1, program).last(); }
Carried user_mapped_again() { return KernelMapScript().fork().map_user(1, program).map_user(1, program).last(); }
Carried user_asks_for_the_kernels() { return KernelMapScript().fork().map_user(1, areas_begin).last(); }
Carried no_user_table() { return KernelMapScript().fork().fail_page().map_user(1, program).last(); }
Carried no_user_frame() { return KernelMapScript().fork().fail_page(1).map_user(1, program).last(); }
Carried user_cleared() {
  return KernelMapScript().fork().map_user(1, program).run(ClearPageTables<Word32>{1, 0, 768}).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_directories() {
  return {
      {"frames_that_are_taken_were_free_and_are_of_the_kind_asked_for", one_area,
       [](Carried& made) { effect<AllocPage<Word32>>(made).pfn = 5; }},
      {"frames_that_are_taken_were_free_and_are_of_the_kind_asked_for", one_area,
       [](Carried& made) { effect<GetFreePage<Word32>>(made).pfn = 16390; }},
      {"references_change_by_what_is_taken_and_given_back", area_freed,
       [](Carried& made) { made.after.frames = made.before.frames; }},
      {"references_change_by_what_is_taken_and_given_back", area_freed,
       [](Carried& made) {
         const Word32 pfn = effect<FreePage<Word32>>(made).pfn;
         made.after.frames = updated(made.after.frames, pfn, {0, false, false});
       }},
      {"tables_come_from_the_quick_list_first", area_with_waiting_table,
       [](Carried& made) { effect<SetPde<Word32>>(made).entry += page_bytes; }},
      {"tables_come_from_the_quick_list_first", forked,
       [](Carried& made) { made.after.pte_quicklist.push_back(2000); }},
      {"other_tables_come_from_the_page_source", one_area, without_effect<GetFreePage<Word32>>},
      {"other_tables_come_from_the_page_source", one_area,
       [](Carried& made) { effect<SetPde<Word32>>(made).entry += page_bytes; }},
      {"a_slot_without_a_table_stays_empty", no_table,
       [](Carried& made) {
         made.effects.push_back(SetPde<Word32>{0, slot_of_areas, stand_in_table<Word32> << 12 | 0x63});
       }},
      {"kernel_entries_are_set_once", area_freed,
       [](Carried& made) { set_entry(made.after.swapper_pg_dir, slot_of_areas, 0); }},
      {"kernel_entries_are_set_once", area_freed,
       [](Carried& made) { set_entry(made.after.swapper_pg_dir, 1023, 0x00500063); }},
      {"pte_free_fast_puts_a_frame_in_front", table_put_by, undo},
      {"pte_free_fast_without_a_frame_changes_nothing", no_table_put_by, return_nothing},
      {"pte_free_fast_without_a_frame_changes_nothing", table_put_by, refuse<Refusal::no_frame_left>},
      {"a_new_directory_is_the_kernels_half_of_swapper_pg_dir", forked,
       [](Carried& made) { set_entry(made.after.pgds.front().entries, 1023, 0); }},
      {"a_new_directory_is_the_kernels_half_of_swapper_pg_dir", forked,
       [](Carried& made) { set_entry(made.after.pgds.front().entries, 5, 0x00500067); }},
      {"a_new_directory_is_the_kernels_half_of_swapper_pg_dir", forked, undo},
      {"a_directory_of_the_quick_list_is_given_out_as_it_is", forked_again,
       [](Carried& made) {
         set_entry(made.after.pgds.front().entries, slot_of_areas,
                   lookup(made.after.swapper_pg_dir, slot_of_areas));
       }},
      {"a_directory_of_the_quick_list_is_given_out_as_it_is", forked_again,
       [](Carried& made) { set_entry(made.after.pgds.front().entries, 0, page_bytes); }},
      {"without_a_frame_there_is_no_directory", not_forked, [](Carried& made) { made.result = PgdNumber{1}; }},
      {"without_a_frame_there_is_no_directory", forked, refuse<Refusal::no_frame_left>},
      {"a_directory_that_is_freed_gives_its_frame_back", exited, undo},
      {"a_directory_that_is_freed_gives_its_frame_back", exited, forget_effects},
      {"a_directory_that_is_kept_goes_in_front_with_what_it_holds", exited_to_the_quick_list, undo},
      {"a_directory_that_is_kept_goes_in_front_with_what_it_holds", exited_to_the_quick_list,
       [](Carried& made) { set_entry(made.after.pgd_quicklist.front().entries, 1023, 0); }},
      {"quick_lists_are_kept_up_to_the_high_mark", kept, [](Carried& made) { made.result = Freed{1}; }},
      {"above_the_high_mark_quick_lists_are_trimmed_to_the_low_one", trimmed,
       [](Carried& made) { made.result = Freed{1}; }},
      {"above_the_high_mark_quick_lists_are_trimmed_to_the_low_one", trimmed,
       [](Carried& made) { made.after.pgtable_cache_size = 2; }},
      {"an_access_that_needs_no_fault_changes_nothing", touched,
       [](Carried& made) {
         made.effects.push_back(FaultHandled<Word32>{areas_begin, 0});
       }},
      {"an_access_that_needs_no_fault_changes_nothing", synced,
       [](Carried& made) { made.result = Touched{false}; }},
      {"a_fault_copies_the_slot_of_swapper_pg_dir", synced,
       [](Carried& made) { effect<SetPde<Word32>>(made).slot = 5; }},
      {"a_fault_copies_the_slot_of_swapper_pg_dir", synced, undo},
      {"an_access_of_the_kernel_ends_as_through_swapper_pg_dir", synced,
       [](Carried& made) { set_entry(made.after.pgds.front().entries, slot_of_areas, 0); }},
      {"an_access_of_the_kernel_is_an_error_exactly_where_swapper_pg_dir_has_nothing", oops,
       [](Carried& made) { made.result = Touched{true}; }},
      {"an_access_of_the_kernel_is_an_error_exactly_where_swapper_pg_dir_has_nothing", synced,
       refuse<Refusal::bad_area>},
      {"an_access_of_a_program_to_the_kernels_half_ends_with_the_signal", signalled,
       [](Carried& made) { made.result = Touched{false}; }},
      {"an_access_of_a_program_to_the_kernels_half_ends_with_the_signal", signalled,
       [](Carried& made) {
         set_entry(made.after.pgds.front().entries, slot_of_areas,
                   lookup(made.after.swapper_pg_dir, slot_of_areas));
       }},
      {"map_user_refuses_the_kernels_half", user_asks_for_the_kernels,
       [](Carried& made) { made.result = FrameNumber<Word32>{2000}; }},
      {"map_user_refuses_the_kernels_half", user_mapped, refuse<Refusal::kernel_half>},
      {"map_user_refuses_what_is_mapped", user_mapped_again,
       [](Carried& made) { made.result = FrameNumber<Word32>{2000}; }},
      {"map_user_refuses_what_is_mapped", user_mapped, refuse<Refusal::already_mapped>},
      {"map_user_is_refused_where_a_table_is_missing", no_user_table,
       [](Carried& made) { made.result = FrameNumber<Word32>{2000}; }},
      {"map_user_is_refused_where_a_table_is_missing", user_mapped, refuse<Refusal::no_table>},
      {"map_user_is_refused_where_a_frame_is_missing", no_user_frame,
       [](Carried& made) { made.result = FrameNumber<Word32>{2000}; }},
      {"map_user_is_refused_where_a_frame_is_missing", user_mapped, refuse<Refusal::no_frame>},
      {"map_user_maps_a_frame_of_its_own_for_the_user", user_mapped, undo},
      {"map_user_maps_a_frame_of_its_own_for_the_user", user_mapped,
       [](Carried& made) { set_entry(made.after.swapper_pg_dir, slot_of_program, 0x00500067); }},
      {"only_the_process_that_maps_a_page_sees_it", user_mapped,
       [](Carried& made) { made.after.pgds[1].entries = made.after.pgds[0].entries; }},
      {"only_the_process_that_maps_a_page_sees_it", user_mapped,
       [](Carried& made) { set_entry(made.after.pgds[0].entries, 1023, 0); }},
      {"clear_page_tables_clears_exactly_its_slots_of_the_users_half", user_cleared, undo},
      {"clear_page_tables_clears_exactly_its_slots_of_the_users_half", user_cleared,
       [](Carried& made) { set_entry(made.after.pgds[0].entries, 1023, 0); }},
      {"clear_page_tables_gives_each_page_and_each_table_back_once", user_cleared,
       without_effect<FreePage<Word32>>},
      {"clear_page_tables_gives_each_page_and_each_table_back_once", user_cleared,
       [](Carried& made) { made.effects.push_back(effect<FreePage<Word32>>(made)); }},
  };
}

}  // namespace refmm::kernel_map

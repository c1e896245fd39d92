// Ways to break the laws about files, lookups, stacks and the end of an address space.
#include <refmm/tests/vma_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;

Carried denied_open() {
  return VmaScript()
      .open("a", FMODE_READ)
      .run(DoMmap<Word32>{at(0), bytes(1), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, 3, 0})
      .open("a")
      .last();
}
Carried tree_of_32_less_one() {
  VmaScript script;
  for (Word32 area = 0; area < 33; ++area) script.map(2 * area, 1);
  return script.unmap(0, 1).last();
}
Carried stack_grows() {
  return VmaScript().map(2, 1, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN).run(FindExtendVma<Word32>{at(1)}).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_files() {
  return {
      {"open_gives_the_lowest_free_descriptor", [] { return VmaScript().open("a").open("b").last(); },
       [](Carried& made) { std::get<Descriptor>(made.result).fd = 5; }},
      {"open_gives_the_lowest_free_descriptor", [] { return VmaScript().open("a").last(); },
       [](Carried& made) { made.after.files.front().f_mode = 0; }},
      {"open_gives_the_lowest_free_descriptor", [] { return VmaScript().open("a").last(); },
       [](Carried& made) { made.after.files.front().f_count = 2; }},
      {"open_counts_writers", [] { return VmaScript().open("a", FMODE_WRITE).last(); },
       [](Carried& made) { made.after.inodes.front().i_writecount = 0; }},
      {"open_counts_writers", [] { return VmaScript().open("a", FMODE_READ).last(); },
       [](Carried& made) { made.after.inodes.front().i_writecount = 1; }},
      {"nobody_opens_for_writing_what_is_denied", denied_open, [](Carried& made) { made.result = Descriptor{4}; }},
      {"nobody_opens_for_writing_what_is_denied", [] { return VmaScript().open("a", FMODE_READ).last(); },
       refuse<Refusal::text_busy>},
      {"close_refuses_what_is_not_open", [] { return VmaScript().run(Close{3}).last(); }, succeed},
      {"close_refuses_what_is_not_open", [] { return VmaScript().open("a").run(Close{3}).last(); },
       refuse<Refusal::descriptor_not_open>},
      {"close_drops_the_reference_of_the_descriptor", [] { return VmaScript().open("a").run(Close{3}).last(); },
       undo},
      {"close_drops_the_reference_of_the_descriptor", [] { return VmaScript().open("a").run(Close{3}).last(); },
       forget_effects},
      {"file_objects_go_with_their_last_reference", [] { return VmaScript().open("a").run(Close{3}).last(); },
       without_effect<Release>},
      {"file_objects_go_with_their_last_reference",
       [] { return VmaScript().map(0, 1, PROT_READ, MAP_SHARED).unmap(0, 1).last(); },
       [](Carried& made) { made.after.inodes = made.before.inodes; }},
      {"references_change_by_what_is_taken_and_dropped",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0).last(); }, without_effect<GetFile>},
      {"references_change_by_what_is_taken_and_dropped",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0).unmap(0, 1).last(); }, without_effect<Fput>},
      {"references_change_by_what_is_taken_and_dropped",
       [] { return VmaScript().open("a").map_file(0, 3, 3, 0).unmap(1, 1).last(); },
       [](Carried& made) { made.after.files.front().f_count = 2; }},
      {"write_counts_are_told_when_they_change", [] { return VmaScript().open("a").last(); }, forget_effects},
      {"write_counts_are_told_when_they_change", [] { return VmaScript().open("a").last(); },
       [](Carried& made) { effect<WriteCount>(made).i_writecount = 2; }},
      {"structures_had_less_those_given_back_are_the_new_areas", [] { return VmaScript().map(0, 1).last(); },
       without_effect<VmaAlloc>},
      {"structures_had_less_those_given_back_are_the_new_areas",
       [] { return VmaScript().map(0, 1).unmap(0, 1).last(); }, without_effect<VmaFree>},
      {"find_vma_finds_the_first_area_that_ends_above",
       [] { return VmaScript().map(0, 1).map(2, 1).run(FindVma<Word32>{at(0)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(2)}; }},
      {"find_vma_finds_the_first_area_that_ends_above",
       [] { return VmaScript().map(0, 1).map(2, 1).run(FindVma<Word32>{at(1)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(0)}; }},
      {"find_vma_finds_nothing_above_all_areas",
       [] { return VmaScript().map(0, 1).run(FindVma<Word32>{at(1)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(0)}; }},
      {"find_vma_finds_nothing_above_all_areas",
       [] { return VmaScript().map(0, 1).run(FindVma<Word32>{at(0)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{}; }},
      {"find_vma_prev_finds_the_area_in_front_too",
       [] { return VmaScript().map(0, 1).run(FindVmaPrev<Word32>{at(1)}).last(); },
       [](Carried& made) { made.result = FoundPrev<Word32>{}; }},
      {"find_vma_prev_finds_the_area_in_front_too",
       [] { return VmaScript().map(0, 1).run(FindVmaPrev<Word32>{at(0)}).last(); },
       [](Carried& made) {
         made.result = FoundPrev<Word32>{at(0), at(0)};
       }},
      {"find_vma_intersection_finds_the_first_area_of_the_range",
       [] {
         return VmaScript().map(2, 1).run(FindVmaIntersection<Word32>{at(0), at(2)}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(2)}; }},
      {"find_vma_intersection_finds_the_first_area_of_the_range",
       [] {
         return VmaScript().map(2, 1).run(FindVmaIntersection<Word32>{at(0), at(3)}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{}; }},
      {"lookups_change_nothing_that_can_be_seen",
       [] { return VmaScript().map(2, 1).run(FindVma<Word32>{at(0)}).last(); }, lengthen<0>},
      {"lookups_change_nothing_that_can_be_seen",
       [] {
         return VmaScript().map(2, 1).run(GetUnmappedArea<Word32>{0, 4096}).last();
       },
       [](Carried& made) { made.effects.push_back(VmaFree{}); }},
      {"lookups_change_nothing_that_can_be_seen",
       [] { return VmaScript().map(2, 1).run(FindVmaPrev<Word32>{at(0)}).last(); },
       [](Carried& made) { made.after.lookup.mmap_avl = 1; }},
      {"the_tree_stays_while_an_area_does", tree_of_32_less_one, [](Carried& made) { made.after.lookup = {}; }},
      {"nothing_longer_than_the_task_finds_room",
       [] {
         return VmaScript().run(GetUnmappedArea<Word32>{0, 0xc0000001}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(0)}; }},
      {"without_a_hint_room_is_above_the_base",
       [] {
         return VmaScript().run(GetUnmappedArea<Word32>{0, 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{0x10000000}; }},
      {"room_is_not_below_the_hint",
       [] {
         return VmaScript().run(GetUnmappedArea<Word32>{at(3) + 1, 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(3)}; }},
      {"room_is_not_below_the_hint",
       [] {
         return VmaScript().run(GetUnmappedArea<Word32>{at(3), 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(3) + 1}; }},
      {"the_lowest_room_is_found",
       [] {
         return VmaScript().map(0, 1).run(GetUnmappedArea<Word32>{0, 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(2)}; }},
      {"the_lowest_room_is_found",
       [] {
         return VmaScript().map(0, 1).run(GetUnmappedArea<Word32>{0, 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(0)}; }},
      {"no_room_is_found_only_where_there_is_none",
       [] {
         return VmaScript().run(GetUnmappedArea<Word32>{0, 4096}).last();
       },
       [](Carried& made) { made.result = Found<Word32>{}; }},
      {"an_area_that_holds_the_address_is_found_as_it_is",
       [] { return VmaScript().map(2, 1).run(FindExtendVma<Word32>{at(2)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(1)}; }},
      {"an_area_that_holds_the_address_is_found_as_it_is",
       [] { return VmaScript().map(2, 1).run(FindExtendVma<Word32>{at(2)}).last(); }, lengthen<0>},
      {"above_all_areas_nothing_grows",
       [] { return VmaScript().map(2, 1).run(FindExtendVma<Word32>{at(3)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(2)}; }},
      {"above_all_areas_nothing_grows",
       [] { return VmaScript().map(2, 1).run(FindExtendVma<Word32>{at(2)}).last(); },
       refuse<Refusal::no_area_above>},
      {"only_areas_that_grow_down_do",
       [] { return VmaScript().map(2, 1).run(FindExtendVma<Word32>{at(1)}).last(); },
       [](Carried& made) { made.result = Found<Word32>{at(1)}; }},
      {"only_areas_that_grow_down_do", stack_grows, refuse<Refusal::does_not_grow>},
      {"a_stack_stays_within_its_limit",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::rlimit_stack, 4096u)
             .map(2, 1, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN)
             .run(FindExtendVma<Word32>{at(1)})
             .last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(1)}; }},
      {"a_stack_stays_within_its_limit", stack_grows, refuse<Refusal::stack_limit>},
      {"a_stack_stays_within_the_limit_of_the_address_space",
       [] {
         return VmaScript()
             .map(2, 1, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN)
             .set(&SetKnobs<Word32>::rlimit_as, 4096u)
             .run(FindExtendVma<Word32>{at(1)})
             .last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(1)}; }},
      {"a_stack_stays_within_the_limit_of_the_address_space", stack_grows, refuse<Refusal::stack_address_space>},
      {"no_stack_grows_below_the_beginning_of_its_file",
       [] {
         return VmaScript()
             .open("a")
             .map_file(2, 1, 3, 0, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN)
             .run(FindExtendVma<Word32>{at(1)})
             .last();
       },
       [](Carried& made) { made.result = Found<Word32>{at(1)}; }},
      {"no_stack_grows_below_the_beginning_of_its_file", stack_grows, refuse<Refusal::stack_below_offset_zero>},
      {"a_stack_grows_down_to_the_page_and_shows_what_it_showed", stack_grows,
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 0; }},
      {"a_stack_grows_down_to_the_page_and_shows_what_it_showed", stack_grows, undo},
      {"what_a_locked_stack_grows_by_is_faulted_in",
       [] {
         return VmaScript()
             .map(2, 1, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN)
             .lock(2, 1)
             .run(FindExtendVma<Word32>{at(1)})
             .last();
       },
       forget_effects},
      {"what_a_locked_stack_grows_by_is_faulted_in", stack_grows,
       [](Carried& made) {
         made.effects.push_back(MakePagesPresent<Word32>{at(1), at(2)});
       }},
      {"exit_leaves_no_area", [] { return VmaScript().map(0, 1).map(2, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { made.after.mm.areas = made.before.mm.areas; }},
      {"exit_leaves_no_area", [] { return VmaScript().map(0, 1).map(2, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { std::ranges::reverse(made.effects); }},
      {"exit_leaves_no_area", [] { return VmaScript().map(0, 1).map(2, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { made.after.mm.locked_vm = 1; }},
      {"exit_clears_all_page_tables_of_the_task", [] { return VmaScript().map(0, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { effect<ClearPageTables<Word32>>(made).nr = 767; }},
      {"exit_clears_all_page_tables_of_the_task", [] { return VmaScript().map(0, 1).run(ExitMmap{}).last(); },
       without_effect<ClearPageTables<Word32>>},
      {"break_and_limits_survive_the_end", [] { return VmaScript().map(0, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { made.after.mm.brk = 1; }},
      {"break_and_limits_survive_the_end", [] { return VmaScript().map(0, 1).run(ExitMmap{}).last(); },
       [](Carried& made) { made.after.knobs.rlimit_as = 0; }},
  };
}

}  // namespace refmm::vma

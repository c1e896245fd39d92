// Ways to break the laws about munmap and brk.
#include <refmm/tests/vma_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;

Carried text_cut() {
  return VmaScript()
      .open("a", FMODE_READ)
      .run(DoMmap<Word32>{at(0), bytes(2), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, 3, 0})
      .unmap(0, 1)
      .last();
}
Carried heap() { return VmaScript().run(DoBrk<Word32>{at(0), bytes(1)}).last(); }
Carried longer_heap() {
  return VmaScript().run(DoBrk<Word32>{at(0), bytes(1)}).limit_areas(1).run(DoBrk<Word32>{at(1), bytes(1)}).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_unmapping() {
  return {
      {"munmap_refuses_addresses_within_a_page",
       [] {
         return VmaScript().map(0, 1).run(Munmap<Word32>{at(0) + 1, 4096}).last();
       },
       succeed},
      {"munmap_refuses_addresses_within_a_page", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::address_unaligned>},
      {"munmap_refuses_ranges_outside_the_task",
       [] {
         return VmaScript().run(Munmap<Word32>{0xbffff000, 8192}).last();
       },
       succeed},
      {"munmap_refuses_ranges_outside_the_task", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::range_outside_task>},
      {"munmap_refuses_no_length",
       [] {
         return VmaScript().map(0, 1).run(Munmap<Word32>{at(0), 0}).last();
       },
       succeed},
      {"munmap_refuses_no_length", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::length_zero>},
      {"munmap_of_nothing_succeeds_and_does_nothing", [] { return VmaScript().map(0, 1).unmap(1, 1).last(); },
       lose<0>},
      {"munmap_of_nothing_succeeds_and_does_nothing", [] { return VmaScript().map(0, 1).unmap(1, 1).last(); },
       [](Carried& made) { made.effects.push_back(VmaFree{}); }},
      {"munmap_makes_no_hole_at_the_limit", [] { return VmaScript().map(0, 3).limit_areas(1).unmap(1, 1).last(); },
       succeed},
      {"munmap_makes_no_hole_at_the_limit", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::too_many_areas>},
      {"munmap_wants_a_structure_whenever_it_unmaps",
       [] { return VmaScript().map(0, 1).fail_vma(1).unmap(0, 1).last(); }, succeed},
      {"munmap_wants_a_structure_whenever_it_unmaps", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::no_area_structure>},
      {"munmap_wants_a_structure_whenever_it_unmaps", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       without_effect<VmaAlloc>},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); }, lengthen<0>},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_start -= 4096; }},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_pgoff = 0; }},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_flags |= VM_EXEC; }},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); }, lose<1>},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 3).limit_areas(1).unmap(1, 1).last(); },
       lose<0>},
      {"munmap_unmaps_exactly_the_range", [] { return VmaScript().map(0, 1).map(4, 1).unmap(0, 1).last(); },
       lose<0>},
      {"an_area_inside_the_range_goes", [] { return VmaScript().map(0, 1).unmap(0, 1).last(); }, undo},
      {"an_area_that_reaches_beyond_the_range_keeps_its_tail",
       [] { return VmaScript().map(0, 2).unmap(0, 1).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 0; }},
      {"an_area_that_reaches_beyond_the_range_keeps_its_tail",
       [] { return VmaScript().map(0, 2).unmap(0, 1).last(); }, lose<0>},
      {"an_area_that_begins_in_front_of_the_range_keeps_its_head",
       [] { return VmaScript().map(0, 2).unmap(1, 1).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 1; }},
      {"an_area_that_begins_in_front_of_the_range_keeps_its_head",
       [] { return VmaScript().map(0, 2).unmap(1, 1).last(); }, lose<0>},
      {"a_hole_makes_an_area_more", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); }, lose<1>},
      {"a_hole_makes_an_area_more", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { made.effects.push_back(VmaFree{}); }},
      {"pages_are_released_from_the_highest_area_down",
       [] { return VmaScript().map(0, 1).map(1, 1, PROT_READ).unmap(0, 2).last(); },
       [](Carried& made) { std::ranges::reverse(made.effects); }},
      {"pages_are_released_from_the_highest_area_down", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       without_effect<ZapPageRange<Word32>>},
      {"pages_are_released_from_the_highest_area_down", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { effect<ZapPageRange<Word32>>(made).size = 8192; }},
      {"writing_stays_denied_while_an_area_denies_it", text_cut,
       [](Carried& made) { effect<WriteCount>(made).i_writecount = 0; }},
      {"page_tables_of_nothing_but_the_range_are_cleared",
       [] {
         return VmaScript().map(1023, 3).run(Munmap<Word32>{at(1024), bytes(1024)}).last();
       },
       without_effect<ClearPageTables<Word32>>},
      {"page_tables_of_nothing_but_the_range_are_cleared",
       [] {
         return VmaScript().map(1023, 3).run(Munmap<Word32>{at(1024), bytes(1024)}).last();
       },
       [](Carried& made) { effect<ClearPageTables<Word32>>(made).nr = 0; }},
      {"page_tables_that_an_area_needs_are_not_cleared", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) {
         made.effects.push_back(ClearPageTables<Word32>{256, 1});
       }},
      {"page_tables_that_an_area_needs_are_not_cleared",
       [] {
         return VmaScript().map(1023, 3).run(Munmap<Word32>{at(1024), bytes(1024)}).last();
       },
       [](Carried& made) { effect<ClearPageTables<Word32>>(made).first = 256; }},
      {"page_tables_that_an_area_needs_are_not_cleared",
       [] { return VmaScript().map(0, 1).map(8, 1).map(0, 1).last(); },
       [](Carried& made) {
         made.effects.push_back(ClearPageTables<Word32>{256, 1});
       }},
      {"page_tables_that_an_area_needs_are_not_cleared",
       [] { return VmaScript().map(0, 1).remap(0, 1, 1, MREMAP_MAYMOVE | MREMAP_FIXED, 2048).last(); },
       [](Carried& made) {
         made.effects.push_back(ClearPageTables<Word32>{258, 1});
       }},
      {"no_assertion_about_pages_to_release", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       refuse<Refusal::zap_of_nothing>},
      {"released_pages_are_whole", [] { return VmaScript().map(0, 3).unmap(1, 1).last(); },
       [](Carried& made) { effect<ZapPageRange<Word32>>(made).size = 1; }},
      {"brk_returns_the_break_as_it_is_afterwards",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(2)
             .last();
       },
       return_page<1>},
      {"brk_returns_the_break_as_it_is_afterwards",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(2)
             .last();
       },
       refuse<Refusal::no_memory>},
      {"the_break_does_not_go_below_the_code",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(2))
             .set(&SetKnobs<Word32>::end_code, at(1))
             .brk(0)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(0); }},
      {"within_its_page_the_break_just_moves",
       [] { return VmaScript().set(&SetKnobs<Word32>::brk, at(1)).run(Brk<Word32>{at(0) + 1}).last(); }, undo},
      {"within_its_page_the_break_just_moves",
       [] { return VmaScript().map(0, 1).set(&SetKnobs<Word32>::brk, at(1)).run(Brk<Word32>{at(0) + 1}).last(); },
       lose<0>},
      {"a_break_that_goes_down_unmaps_what_is_above_it",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(3)
             .brk(1)
             .last();
       },
       [](Carried& made) { made.after.mm.areas = made.before.mm.areas; }},
      {"a_break_that_goes_down_unmaps_what_is_above_it",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(3)
             .brk(1)
             .last();
       },
       lose<0>},
      {"a_break_that_cannot_go_down_stays",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(3)
             .fail_vma(1)
             .brk(1)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(1); }},
      {"a_break_that_cannot_go_down_stays",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(3)
             .brk(1)
             .last();
       },
       undo},
      {"the_break_stays_within_the_limit_of_data",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .set(&SetKnobs<Word32>::rlimit_data, 4096u)
             .brk(2)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(2); }},
      {"the_break_keeps_a_page_away_from_what_is_mapped",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .map(2, 1)
             .brk(2)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(2); }},
      {"the_break_grows_only_into_free_memory",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .set(&SetKnobs<Word32>::free_pages, 2u)
             .brk(2)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(2); }},
      {"a_heap_that_cannot_grow_leaves_break_and_areas",
       [] {
         return VmaScript()
             .map(8, 1)
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .limit_areas(1)
             .brk(2)
             .last();
       },
       [](Carried& made) { made.after.mm.brk = at(1); }},
      {"a_heap_that_cannot_grow_leaves_break_and_areas",
       [] {
         return VmaScript()
             .map(8, 1)
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .limit_areas(1)
             .brk(2)
             .last();
       },
       lose<0>},
      {"heap_that_grows_is_mapped_up_to_the_break",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(2)
             .last();
       },
       lose<0>},
      {"heap_that_grows_is_mapped_up_to_the_break",
       [] {
         return VmaScript()
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(2)
             .last();
       },
       [](Carried& made) { made.after.mm.areas.front().vm_flags &= ~VM_EXEC; }},
      {"heap_that_grows_is_mapped_up_to_the_break",
       [] {
         return VmaScript()
             .map(8, 1)
             .set(&SetKnobs<Word32>::brk, at(0))
             .set(&SetKnobs<Word32>::start_data, at(0))
             .set(&SetKnobs<Word32>::end_code, at(0))
             .brk(2)
             .last();
       },
       lose<1>},
      {"do_brk_of_nothing_succeeds_wherever",
       [] {
         return VmaScript().run(DoBrk<Word32>{at(0), 0}).last();
       },
       return_page<1>},
      {"do_brk_of_nothing_succeeds_wherever",
       [] {
         return VmaScript().run(DoBrk<Word32>{at(0), 0}).last();
       },
       refuse<Refusal::length_zero>},
      {"do_brk_stays_within_the_limit_of_locked_memory",
       [] {
         return VmaScript()
             .run(Mlockall<Word32>{MCL_FUTURE})
             .set(&SetKnobs<Word32>::rlimit_memlock, 4096u)
             .run(DoBrk<Word32>{at(0), bytes(2)})
             .last();
       },
       return_page<0>},
      {"do_brk_stays_within_the_limit_of_locked_memory", heap, refuse<Refusal::locked_limit>},
      {"do_brk_does_nothing_where_the_old_mapping_stays",
       [] {
         return VmaScript().map(0, 1).fail_vma(1).run(DoBrk<Word32>{at(0), bytes(1)}).last();
       },
       return_page<0>},
      {"do_brk_does_nothing_where_the_old_mapping_stays",
       [] {
         return VmaScript().map(0, 1).fail_vma(1).run(DoBrk<Word32>{at(0), bytes(1)}).last();
       },
       lose<0>},
      {"do_brk_stays_within_the_limit_of_the_address_space",
       [] {
         return VmaScript().set(&SetKnobs<Word32>::rlimit_as, 4096u).run(DoBrk<Word32>{at(0), bytes(2)}).last();
       },
       return_page<0>},
      {"do_brk_stays_within_the_limit_of_the_address_space", heap, refuse<Refusal::address_space_limit>},
      {"do_brk_stays_within_the_number_of_areas",
       [] {
         return VmaScript().map(8, 1).limit_areas(1).run(DoBrk<Word32>{at(0), bytes(1)}).last();
       },
       return_page<0>},
      {"do_brk_stays_within_the_number_of_areas", longer_heap, refuse<Refusal::too_many_areas>},
      {"do_brk_takes_free_pages",
       [] {
         return VmaScript().set(&SetKnobs<Word32>::free_pages, 2u).run(DoBrk<Word32>{at(0), bytes(2)}).last();
       },
       return_page<0>},
      {"do_brk_takes_free_pages", heap, refuse<Refusal::no_memory>},
      {"do_brk_that_fails_late_leaves_exactly_the_old_mapping_unmapped",
       [] {
         return VmaScript()
             .map(0, 3)
             .set(&SetKnobs<Word32>::free_pages, 1u)
             .run(DoBrk<Word32>{at(1), bytes(1)})
             .last();
       },
       undo},
      {"do_brk_that_fails_late_leaves_exactly_the_old_mapping_unmapped",
       [] {
         return VmaScript()
             .map(0, 3)
             .set(&SetKnobs<Word32>::free_pages, 1u)
             .run(DoBrk<Word32>{at(1), bytes(1)})
             .last();
       },
       lose<0>},
      {"do_brk_that_fails_late_leaves_exactly_the_old_mapping_unmapped",
       [] {
         return VmaScript().map(8, 1).fail_vma(1).run(DoBrk<Word32>{at(1), bytes(1)}).last();
       },
       forget_effects},
      {"memory_behind_a_heap_joins_it", longer_heap,
       [](Carried& made) { made.after.mm.areas.front().vm_end = at(1); }},
      {"memory_behind_a_heap_joins_it", longer_heap, undo},
      {"other_memory_is_an_area_of_its_own", heap, undo},
      {"other_memory_is_an_area_of_its_own", heap,
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 1; }},
      {"other_memory_is_an_area_of_its_own",
       [] {
         return VmaScript().map(0, 1).run(DoBrk<Word32>{at(1), bytes(1)}).last();
       },
       [](Carried& made) {
         made.after.mm.areas.pop_back();
         made.after.mm.areas.front().vm_end = at(2);
       }},
      {"heap_is_faulted_in_where_new_areas_are_locked",
       [] {
         return VmaScript().run(Mlockall<Word32>{MCL_FUTURE}).run(DoBrk<Word32>{at(0), bytes(1)}).last();
       },
       forget_effects},
      {"heap_is_faulted_in_where_new_areas_are_locked", heap,
       [](Carried& made) {
         made.effects.push_back(MakePagesPresent<Word32>{at(0), at(1)});
       }},
  };
}

}  // namespace refmm::vma

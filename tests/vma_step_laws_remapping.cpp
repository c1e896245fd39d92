// Ways to break the laws about mremap.
#include <refmm/tests/vma_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;
constexpr Word32 fixed = MREMAP_MAYMOVE | MREMAP_FIXED;

Carried not_to_expand() {
  return VmaScript()
      .open("a")
      .attributes("a", FILE_DONTEXPAND)
      .map_file(0, 1, 3, 0)
      .map(16, 1)
      .remap(0, 1, 2, fixed, 16)
      .last();
}

}  // namespace

std::vector<Tampering> tamperings_of_remapping() {
  return {
      {"mremap_refuses_unknown_flags",
       [] {
         return VmaScript().map(0, 1).run(Mremap<Word32>{at(0), 4096, 8192, 4, 0}).last();
       },
       return_page<0>},
      {"mremap_refuses_unknown_flags", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       refuse<Refusal::unknown_flags>},
      {"mremap_refuses_addresses_within_a_page",
       [] {
         return VmaScript().map(0, 1).run(Mremap<Word32>{at(0) + 1, 4096, 8192, 0, 0}).last();
       },
       return_page<0>},
      {"mremap_makes_no_area_of_no_pages", [] { return VmaScript().map(0, 1).remap(0, 1, 0).last(); },
       return_page<0>},
      {"mremap_makes_no_area_of_no_pages", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       refuse<Refusal::length_zero>},
      {"mremap_refuses_destinations_within_a_page",
       [] {
         return VmaScript().map(0, 1).run(Mremap<Word32>{at(0), 4096, 4096, fixed, at(16) + 1}).last();
       },
       return_page<16>},
      {"mremap_refuses_destinations_within_a_page",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); }, refuse<Refusal::address_unaligned>},
      {"mremap_moves_to_a_destination_only_what_may_move",
       [] { return VmaScript().map(0, 1).remap(0, 1, 1, MREMAP_FIXED, 16).last(); }, return_page<16>},
      {"mremap_moves_to_a_destination_only_what_may_move",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       refuse<Refusal::fixed_without_maymove>},
      {"mremap_refuses_destinations_outside_the_task",
       [] {
         return VmaScript().map(0, 1).run(Mremap<Word32>{at(0), 4096, 4096, fixed, 0xc0000000}).last();
       },
       return_page<16>},
      {"mremap_refuses_destinations_outside_the_task",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); }, refuse<Refusal::range_outside_task>},
      {"mremap_refuses_destinations_that_overlap",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 1).last(); }, return_page<1>},
      {"mremap_refuses_destinations_that_overlap",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 2).last(); }, refuse<Refusal::ranges_overlap>},
      {"mremap_of_what_is_not_mapped_does_nothing",
       [] { return VmaScript().map(16, 1).remap(0, 1, 1, fixed, 16).last(); }, return_page<16>},
      {"mremap_of_what_is_not_mapped_does_nothing",
       [] { return VmaScript().map(16, 1).remap(0, 1, 1, fixed, 16).last(); }, lose<0>},
      {"mremap_of_what_is_not_mapped_does_nothing", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       refuse<Refusal::not_mapped>},
      {"mremap_of_more_than_one_area_does_nothing",
       [] { return VmaScript().map(0, 1).map(16, 1).remap(0, 2, 3, fixed, 16).last(); }, return_page<16>},
      {"mremap_of_more_than_one_area_does_nothing",
       [] { return VmaScript().map(0, 1).map(16, 1).remap(0, 2, 3, fixed, 16).last(); }, lose<1>},
      {"mremap_of_more_than_one_area_does_nothing", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       refuse<Refusal::beyond_area>},
      {"mremap_lengthens_no_area_that_must_not_expand", not_to_expand, return_page<16>},
      {"mremap_lengthens_no_area_that_must_not_expand", not_to_expand, lose<1>},
      {"mremap_lengthens_no_area_that_must_not_expand", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       refuse<Refusal::not_expandable>},
      {"mremap_lengthens_no_area_over_the_last_page_offset",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{at(0), 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, ~1u})
             .remap(0, 1, 4)
             .last();
       },
       return_page<0>},
      {"mremap_lengthens_no_area_over_the_last_page_offset",
       [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); }, refuse<Refusal::offset_wraps>},
      {"a_destination_that_stays_ends_the_call",
       [] { return VmaScript().map(0, 1).map(16, 3).fail_vma(1).remap(0, 1, 1, fixed, 17).last(); },
       return_page<17>},
      {"a_destination_that_stays_ends_the_call",
       [] { return VmaScript().map(0, 1).map(16, 3).limit_areas(2).remap(0, 1, 1, fixed, 17).last(); }, lose<1>},
      {"nothing_of_the_old_destination_is_left",
       [] {
         return VmaScript()
             .map(0, 1)
             .map(16, 3)
             .set(&SetKnobs<Word32>::rlimit_as, 0u)
             .remap(0, 1, 1, fixed, 17)
             .last();
       },
       undo},
      {"nothing_of_the_old_destination_is_left",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); }, undo},
      {"nothing_of_the_old_destination_is_left",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 1; }},
      {"a_tail_that_stays_ends_the_call",
       [] { return VmaScript().map(0, 2).fail_vma(1).remap(0, 2, 1, 0).last(); }, return_page<0>},
      {"a_tail_that_stays_ends_the_call",
       [] { return VmaScript().map(0, 2).fail_vma(1).remap(0, 2, 1, 0).last(); }, lose<0>},
      {"mremap_to_less_cuts_the_tail_off", [] { return VmaScript().map(0, 3).remap(0, 2, 1, 0).last(); }, undo},
      {"mremap_to_less_cuts_the_tail_off", [] { return VmaScript().map(0, 3).remap(0, 2, 1, 0).last(); }, lose<1>},
      {"mremap_to_less_cuts_the_tail_off", [] { return VmaScript().map(0, 3).remap(0, 2, 1, 0).last(); },
       return_page<1>},
      {"mremap_stays_within_the_limit_of_locked_memory",
       [] {
         return VmaScript()
             .map(0, 1)
             .lock(0, 1)
             .set(&SetKnobs<Word32>::rlimit_memlock, 4096u)
             .remap(0, 1, 2)
             .last();
       },
       return_page<0>},
      {"mremap_stays_within_the_limit_of_locked_memory",
       [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); }, refuse<Refusal::locked_limit>},
      {"mremap_stays_within_the_limit_of_the_address_space",
       [] { return VmaScript().map(0, 1).set(&SetKnobs<Word32>::rlimit_as, 4096u).remap(0, 1, 2).last(); },
       return_page<0>},
      {"mremap_stays_within_the_limit_of_the_address_space",
       [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); }, refuse<Refusal::address_space_limit>},
      {"mremap_of_charged_memory_takes_free_pages",
       [] { return VmaScript().map(0, 1).set(&SetKnobs<Word32>::free_pages, 1u).remap(0, 1, 2).last(); },
       return_page<0>},
      {"mremap_of_charged_memory_takes_free_pages",
       [] {
         return VmaScript().map(0, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE).remap(0, 1, 2).last();
       },
       refuse<Refusal::no_memory>},
      {"an_area_grows_in_place_where_it_can", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); }, undo},
      {"an_area_grows_in_place_where_it_can", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       return_page<16>},
      {"an_area_grows_in_place_where_it_can", [] { return VmaScript().map(0, 1).remap(0, 1, 2).last(); },
       [](Carried& made) { made.effects.push_back(VmaAlloc{true}); }},
      {"an_area_that_must_not_move_grows_in_place_or_not_at_all",
       [] { return VmaScript().map(0, 1).map(1, 1).remap(0, 1, 2, 0).last(); }, return_page<0>},
      {"an_area_that_must_not_move_grows_in_place_or_not_at_all",
       [] { return VmaScript().map(0, 1).map(2, 1).remap(0, 1, 2, 0).last(); }, refuse<Refusal::no_room_to_grow>},
      {"mremap_refuses_where_no_room_is",
       [] {
         return VmaScript()
             .map(0, 1)
             .map(1, 1)
             .run(Mremap<Word32>{at(0), 4096, 0x80000000, MREMAP_MAYMOVE, 0})
             .last();
       },
       return_page<0>},
      {"mremap_refuses_where_no_room_is", [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       refuse<Refusal::no_gap>},
      {"mremap_stays_within_the_number_of_areas",
       [] { return VmaScript().map(0, 3).limit_areas(2).remap(0, 1, 1, fixed, 16).last(); },
       [](Carried& made) { made.after.mm.map_count = 3; }},
      {"mremap_stays_within_the_number_of_areas",
       [] { return VmaScript().map(0, 1).limit_areas(1).remap(0, 0, 1, fixed, 16).last(); }, return_page<16>},
      {"mremap_stays_within_the_number_of_areas",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); }, refuse<Refusal::too_many_areas>},
      {"mremap_without_a_structure_moves_nothing",
       [] { return VmaScript().map(0, 1).fail_vma(1).remap(0, 1, 1, fixed, 16).last(); }, return_page<16>},
      {"mremap_without_a_structure_moves_nothing",
       [] { return VmaScript().map(0, 1).fail_vma(2).remap(0, 1, 1, fixed, 16).last(); }, lose<0>},
      {"mremap_without_a_structure_moves_nothing",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); }, refuse<Refusal::no_area_structure>},
      {"page_tables_that_cannot_move_stay",
       [] { return VmaScript().map(0, 1).set(&SetKnobs<Word32>::fail_move, 1u).remap(0, 1, 1, fixed, 16).last(); },
       return_page<16>},
      {"page_tables_that_cannot_move_stay",
       [] { return VmaScript().map(0, 1).set(&SetKnobs<Word32>::fail_move, 1u).remap(0, 1, 1, fixed, 16).last(); },
       lose<0>},
      {"page_tables_that_cannot_move_stay", [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       refuse<Refusal::no_page_tables>},
      {"what_is_moved_means_what_it_meant", [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       undo},
      {"what_is_moved_means_what_it_meant", [] { return VmaScript().map(0, 3).remap(1, 1, 1, fixed, 16).last(); },
       [](Carried& made) { made.after.mm.areas.back().vm_pgoff = 0; }},
      {"what_is_moved_means_what_it_meant", [] { return VmaScript().map(0, 3).remap(1, 1, 1, fixed, 16).last(); },
       lose<0>},
      {"what_is_moved_means_what_it_meant", [] { return VmaScript().map(0, 3).remap(1, 1, 1, fixed, 16).last(); },
       lengthen<0>},
      {"what_is_moved_means_what_it_meant", [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       return_page<17>},
      {"an_area_of_which_nothing_moves_is_mapped_again",
       [] { return VmaScript().map(0, 3).remap(1, 0, 1, fixed, 16).last(); }, lose<0>},
      {"an_area_of_which_nothing_moves_is_mapped_again",
       [] { return VmaScript().map(0, 3).remap(1, 0, 1, fixed, 16).last(); },
       [](Carried& made) { made.after.mm.areas.back().vm_pgoff = 0; }},
      {"what_mremap_adds_to_a_locked_area_is_faulted_in",
       [] { return VmaScript().map(0, 1).lock(0, 1).remap(0, 1, 2).last(); }, forget_effects},
      {"what_mremap_adds_to_a_locked_area_is_faulted_in",
       [] { return VmaScript().map(0, 2).lock(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       [](Carried& made) { effect<MakePagesPresent<Word32>>(made).start += 4096; }},
      {"what_mremap_adds_to_a_locked_area_is_faulted_in",
       [] { return VmaScript().map(0, 2).remap(0, 2, 2, fixed, 16).last(); },
       [](Carried& made) {
         made.effects.push_back(MakePagesPresent<Word32>{at(16), at(18)});
       }},
  };
}

}  // namespace refmm::vma

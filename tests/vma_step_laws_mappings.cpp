// Ways to break the laws about mmap.
#include <refmm/tests/vma_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;

/// A mapping that denies writing, as a program loader makes it.
VmaScript& map_text(VmaScript& script) {
  return script.run(DoMmap<Word32>{at(0), bytes(1), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, 3, 0});
}
Carried busy_text() {
  VmaScript script;
  return map_text(script.open("a")).last();
}
Carried denies_writing() {
  VmaScript script;
  return map_text(script.open("a", FMODE_READ)).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_mappings() {
  return {
      {"mmap_refuses_byte_offsets_within_a_page",
       [] {
         return VmaScript()
             .run(Mmap<Word32>{at(0), 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 1})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_byte_offsets_within_a_page",
       [] {
         return VmaScript()
             .run(Mmap<Word32>{at(0), 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       refuse<Refusal::offset_unaligned>},
      {"do_mmap_refuses_byte_offsets_that_wrap",
       [] {
         return VmaScript()
             .run(DoMmap<Word32>{at(0), 8192, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0xfffff000})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_what_is_not_open",
       [] {
         return VmaScript().run(Mmap2<Word32>{at(0), 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, 3, 0}).last();
       },
       return_page<0>},
      {"mmap_refuses_what_is_not_open", [] { return VmaScript().open("a").map_file(0, 1, 3, 0).last(); },
       refuse<Refusal::descriptor_not_open>},
      {"only_loaders_deny_writing",
       [] { return VmaScript().map(0, 1, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags |= VM_DENYWRITE; }},
      {"mmap_refuses_files_without_a_method",
       [] { return VmaScript().open("a").attributes("a", FILE_NOMMAP).map_file(0, 1, 3, 0).last(); },
       return_page<0>},
      {"mmap_refuses_files_without_a_method", [] { return VmaScript().open("a").map_file(0, 1, 3, 0).last(); },
       refuse<Refusal::no_mmap_method>},
      {"mmap_of_nothing_succeeds_wherever",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{1, 0, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       refuse<Refusal::length_zero>},
      {"mmap_of_nothing_succeeds_wherever",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{1, 0xfffff001, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       [](Carried& made) { made.result = Address<Word32>{0}; }},
      {"mmap_refuses_ranges_outside_the_task",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{0xc0000000, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_ranges_outside_the_task", [] { return VmaScript().map(0, 1).last(); },
       refuse<Refusal::range_outside_task>},
      {"mmap_refuses_page_offsets_that_wrap",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{at(0), 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, ~0u})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_page_offsets_that_wrap", [] { return VmaScript().map(0, 1).last(); },
       refuse<Refusal::offset_wraps>},
      {"mmap_stays_within_the_number_of_areas",
       [] { return VmaScript().limit_areas(1).map(0, 1).map(2, 1).last(); }, return_page<2>},
      {"mmap_stays_within_the_number_of_areas",
       [] { return VmaScript().limit_areas(1).map(0, 1).map(0, 1).last(); }, refuse<Refusal::too_many_areas>},
      {"mmap_stays_within_the_limit_of_locked_memory",
       [] {
         return VmaScript()
             .run(Mlockall<Word32>{MCL_FUTURE})
             .set(&SetKnobs<Word32>::rlimit_memlock, 4096u)
             .map(0, 2)
             .last();
       },
       return_page<0>},
      {"mmap_stays_within_the_limit_of_locked_memory", [] { return VmaScript().map(0, 1).last(); },
       refuse<Refusal::locked_limit>},
      {"writing_back_takes_a_writable_descriptor",
       [] { return VmaScript().open("a", FMODE_READ).map_file(0, 1, 3, 0, PROT_WRITE, MAP_SHARED).last(); },
       return_page<0>},
      {"writing_back_takes_a_writable_descriptor",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0, PROT_WRITE, MAP_SHARED).last(); },
       refuse<Refusal::not_writable>},
      {"append_only_files_are_not_shared_by_writers",
       [] {
         return VmaScript()
             .open("a")
             .attributes("a", FILE_APPEND)
             .map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED)
             .last();
       },
       return_page<0>},
      {"append_only_files_are_not_shared_by_writers",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED).last(); },
       refuse<Refusal::append_only>},
      {"files_under_a_mandatory_lock_are_not_shared",
       [] {
         return VmaScript()
             .open("a")
             .attributes("a", FILE_MANDLOCK)
             .map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED)
             .last();
       },
       return_page<0>},
      {"files_under_a_mandatory_lock_are_not_shared",
       [] { return VmaScript().open("a").attributes("a", FILE_MANDLOCK).map_file(0, 1, 3, 0).last(); },
       refuse<Refusal::mandatory_lock>},
      {"mapping_a_file_takes_a_readable_descriptor",
       [] { return VmaScript().open("a", FMODE_WRITE).map_file(0, 1, 3, 0).last(); }, return_page<0>},
      {"mapping_a_file_takes_a_readable_descriptor",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0).last(); }, refuse<Refusal::not_readable>},
      {"files_are_mapped_shared_or_private",
       [] { return VmaScript().open("a").map_file(0, 1, 3, 0, PROT_READ, 3).last(); }, return_page<0>},
      {"files_are_mapped_shared_or_private", [] { return VmaScript().open("a").map_file(0, 1, 3, 0).last(); },
       refuse<Refusal::unknown_map_type>},
      {"mmap_refuses_fixed_addresses_within_a_page",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{at(0) + 1, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_fixed_addresses_within_a_page",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{at(0) + 1, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       refuse<Refusal::address_unaligned>},
      {"mmap_refuses_where_no_room_is",
       [] {
         return VmaScript()
             .run(Mmap2<Word32>{0, 0x80001000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       return_page<0>},
      {"mmap_refuses_where_no_room_is",
       [] {
         return VmaScript().run(Mmap2<Word32>{0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}).last();
       },
       refuse<Refusal::no_gap>},
      {"mmap_maps_at_a_fixed_address", [] { return VmaScript().map(0, 1).last(); }, return_page<1>},
      {"mmap_chooses_the_lowest_room_and_never_what_is_mapped",
       [] {
         return VmaScript()
             .map(0, 1)
             .run(Mmap2<Word32>{0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       return_page<0>},
      {"mmap_chooses_the_lowest_room_and_never_what_is_mapped",
       [] {
         return VmaScript()
             .map(0, 1)
             .run(Mmap2<Word32>{0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0})
             .last();
       },
       return_page<2>},
      {"mmap_without_a_structure_does_nothing", [] { return VmaScript().fail_vma(1).map(0, 1).last(); },
       return_page<0>},
      {"mmap_without_a_structure_does_nothing", [] { return VmaScript().map(4, 1).fail_vma(1).map(0, 1).last(); },
       lose<0>},
      {"mmap_without_a_structure_does_nothing", [] { return VmaScript().map(0, 1).last(); },
       refuse<Refusal::no_area_structure>},
      {"an_old_mapping_that_stays_stays_whole",
       [] { return VmaScript().map(0, 1).fail_vma(2).map(0, 1, PROT_READ).last(); }, lose<0>},
      {"an_old_mapping_that_stays_stays_whole", [] { return VmaScript().map(0, 1).map(0, 1, PROT_READ).last(); },
       refuse<Refusal::old_mapping_stays>},
      {"mmap_stays_within_the_limit_of_the_address_space",
       [] { return VmaScript().set(&SetKnobs<Word32>::rlimit_as, 4096u).map(0, 2).last(); }, return_page<0>},
      {"mmap_stays_within_the_limit_of_the_address_space",
       [] { return VmaScript().set(&SetKnobs<Word32>::rlimit_as, 4096u).map(0, 1).map(0, 1).last(); },
       refuse<Refusal::address_space_limit>},
      {"mmap_of_charged_memory_takes_free_pages",
       [] { return VmaScript().set(&SetKnobs<Word32>::free_pages, 1u).map(0, 1).last(); }, return_page<0>},
      {"mmap_of_charged_memory_takes_free_pages", [] { return VmaScript().map(0, 1).last(); },
       refuse<Refusal::no_memory>},
      {"memory_that_is_not_charged_is_never_refused_for_lack_of_it",
       [] { return VmaScript().map(0, 1, PROT_READ).last(); }, refuse<Refusal::no_memory>},
      {"memory_that_is_not_charged_is_never_refused_for_lack_of_it",
       [] { return VmaScript().map(0, 1, PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE).last(); },
       refuse<Refusal::no_memory>},
      {"writers_and_denying_exclude_each_other", busy_text, return_page<0>},
      {"writers_and_denying_exclude_each_other", denies_writing, refuse<Refusal::text_busy>},
      {"mmap_refuses_what_the_method_refuses",
       [] {
         return VmaScript().open("a").attributes("a", FILE_NOTREG | FILE_NOREADPAGE).map_file(0, 1, 3, 0).last();
       },
       refuse<Refusal::no_readpage>},
      {"mmap_refuses_what_the_method_refuses",
       [] {
         return VmaScript()
             .open("a")
             .attributes("a", FILE_NOWRITEPAGE)
             .map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED)
             .last();
       },
       return_page<0>},
      {"mmap_refuses_what_the_method_refuses",
       [] {
         return VmaScript()
             .open("a", FMODE_READ)
             .attributes("a", FILE_NOWRITEPAGE)
             .map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED)
             .last();
       },
       refuse<Refusal::no_writepage>},
      {"shared_memory_takes_free_pages",
       [] { return VmaScript().set(&SetKnobs<Word32>::free_pages, 1u).map(0, 1, PROT_READ, MAP_SHARED).last(); },
       return_page<0>},
      {"shared_memory_takes_free_pages",
       [] { return VmaScript().set(&SetKnobs<Word32>::fail_shmem, 1u).map(0, 1, PROT_READ, MAP_SHARED).last(); },
       return_page<0>},
      {"shared_memory_takes_free_pages", [] { return VmaScript().map(0, 1, PROT_READ, MAP_SHARED).last(); },
       refuse<Refusal::no_shared_memory>},
      {"a_late_failure_of_mmap_leaves_exactly_the_old_mapping_unmapped",
       [] { return VmaScript().map(0, 3).set(&SetKnobs<Word32>::rlimit_as, 4096u).map(1, 2).last(); }, undo},
      {"a_late_failure_of_mmap_leaves_exactly_the_old_mapping_unmapped",
       [] { return VmaScript().map(0, 3).set(&SetKnobs<Word32>::rlimit_as, 4096u).map(1, 2).last(); }, lose<0>},
      {"a_late_failure_of_mmap_leaves_exactly_the_old_mapping_unmapped",
       [] { return VmaScript().map(0, 3).limit_areas(0).map(8, 1).last(); }, lose<0>},
      {"mmap_maps_exactly_the_range", [] { return VmaScript().map(0, 4).map(1, 1, PROT_READ).last(); },
       lengthen<1>},
      {"mmap_maps_exactly_the_range", [] { return VmaScript().map(0, 4).map(1, 1, PROT_READ).last(); }, lose<2>},
      {"mmap_maps_exactly_the_range", [] { return VmaScript().map(0, 4).map(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(2).vm_pgoff = 0; }},
      {"mmap_maps_exactly_the_range", [] { return VmaScript().open("a").map_file(0, 1, 3, 7).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_pgoff = 0; }},
      {"mmap_maps_exactly_the_range", [] { return VmaScript().open("a").map_file(0, 1, 3, 7).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_file = 0; }},
      {"a_mapping_has_the_flags_that_were_asked_for", [] { return VmaScript().map(0, 1).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags |= VM_EXEC; }},
      {"a_mapping_has_the_flags_that_were_asked_for", [] { return VmaScript().map(0, 1).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags &= ~VM_MAYEXEC; }},
      {"what_cannot_be_written_back_is_private_inside",
       [] { return VmaScript().open("a", FMODE_READ).map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags |= VM_MAYWRITE; }},
      {"what_cannot_be_written_back_is_private_inside",
       [] { return VmaScript().open("a", FMODE_READ).map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags &= ~VM_MAYSHARE; }},
      {"memory_shared_without_a_file_has_an_object_of_its_own",
       [] { return VmaScript().map(0, 1, PROT_READ, MAP_SHARED).last(); },
       [](Carried& made) { made.after.files.push_back(made.after.files.front()); }},
      {"memory_shared_without_a_file_has_an_object_of_its_own",
       [] { return VmaScript().map(0, 1, PROT_READ, MAP_SHARED).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_file = 0; }},
      {"memory_shared_without_a_file_has_an_object_of_its_own", [] { return VmaScript().map(0, 1).last(); },
       [](Carried& made) { made.after.shm_made = 1; }},
      {"a_mapping_that_denies_writing_counts_once", denies_writing,
       [](Carried& made) { made.after.inodes.front().i_writecount = -2; }},
      {"a_mapping_that_denies_writing_counts_once", denies_writing, without_effect<DenyWriteAccess>},
      {"new_areas_are_faulted_in_where_new_areas_are_locked",
       [] { return VmaScript().run(Mlockall<Word32>{MCL_FUTURE}).map(0, 1).last(); }, forget_effects},
      {"new_areas_are_faulted_in_where_new_areas_are_locked", [] { return VmaScript().map(0, 1).last(); },
       [](Carried& made) {
         made.effects.push_back(MakePagesPresent<Word32>{at(0), at(1)});
       }},
  };
}

}  // namespace refmm::vma

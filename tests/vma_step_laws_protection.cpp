// Ways to break the laws about mprotect and mlock.
#include <refmm/tests/vma_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;

/// The first area is two, with nothing to tell them apart.
void split_in_two(Carried& made) {
  auto& areas = made.after.mm.areas;
  areas.insert(areas.begin(), areas.front());
  areas.at(0).vm_end = areas.at(1).vm_start += 4096;
  areas.at(1).vm_pgoff += 1;
}

}  // namespace

std::vector<Tampering> tamperings_of_protection() {
  return {
      {"an_area_inside_the_range_is_not_split",
       [] { return VmaScript().map(0, 2).protect(0, 2, PROT_READ).last(); }, undo},
      {"an_area_inside_the_range_is_not_split",
       [] { return VmaScript().map(0, 2).protect(0, 2, PROT_READ).last(); }, split_in_two},
      {"an_area_is_split_where_the_range_ends",
       [] { return VmaScript().map(0, 2).protect(0, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_pgoff = 0; }},
      {"an_area_is_split_where_the_range_ends",
       [] { return VmaScript().map(0, 2).protect(0, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags |= VM_WRITE; }},
      {"an_area_is_split_where_the_range_begins",
       [] { return VmaScript().map(0, 2).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_pgoff = 0; }},
      {"an_area_is_split_where_the_range_begins",
       [] { return VmaScript().map(0, 2).protect(1, 1, PROT_READ).last(); }, lose<0>},
      {"an_area_around_the_range_becomes_three",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, lose<0>},
      {"an_area_around_the_range_becomes_three",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, lose<2>},
      {"an_area_around_the_range_becomes_three",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(2).vm_pgoff = 0; }},
      {"areas_that_have_the_flags_are_left_alone",
       [] { return VmaScript().map(0, 2).protect(0, 1, PROT_READ | PROT_WRITE).last(); }, split_in_two},
      {"a_split_without_a_structure_changes_nothing_of_the_area",
       [] { return VmaScript().map(0, 3).fail_vma(2).protect(1, 1, PROT_READ).last(); }, succeed},
      {"a_split_without_a_structure_changes_nothing_of_the_area",
       [] { return VmaScript().map(0, 3).fail_vma(2).protect(1, 1, PROT_READ).last(); }, lose<0>},
      {"splits_stay_within_the_number_of_areas",
       [] { return VmaScript().map(0, 3).limit_areas(2).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.map_count = 3; }},
      {"mprotect_refuses_addresses_within_a_page",
       [] {
         return VmaScript().map(0, 1).run(Mprotect<Word32>{at(0) + 1, 4096, PROT_READ}).last();
       },
       succeed},
      {"mprotect_refuses_addresses_within_a_page",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, refuse<Refusal::address_unaligned>},
      {"mprotect_refuses_ranges_that_wrap",
       [] {
         return VmaScript().run(Mprotect<Word32>{0xfffff000, 8192, PROT_READ}).last();
       },
       succeed},
      {"mprotect_refuses_ranges_that_wrap", [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       refuse<Refusal::range_wraps>},
      {"mprotect_refuses_unknown_permissions", [] { return VmaScript().map(0, 1).protect(0, 1, 8).last(); },
       succeed},
      {"mprotect_refuses_unknown_permissions",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, refuse<Refusal::unknown_protection>},
      {"mprotect_of_nothing_succeeds_wherever",
       [] {
         return VmaScript().run(Mprotect<Word32>{at(0), 0, PROT_READ}).last();
       },
       refuse<Refusal::not_mapped>},
      {"mprotect_of_what_is_not_mapped_does_nothing", [] { return VmaScript().protect(0, 1, PROT_READ).last(); },
       succeed},
      {"mprotect_of_what_is_not_mapped_does_nothing",
       [] { return VmaScript().map(1, 1).protect(0, 2, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags &= ~VM_WRITE; }},
      {"mprotect_grants_only_what_areas_may",
       [] {
         return VmaScript()
             .open("a", FMODE_READ)
             .map_file(0, 1, 3, 0, PROT_READ, MAP_SHARED)
             .protect(0, 1, PROT_WRITE)
             .last();
       },
       succeed},
      {"mprotect_grants_only_what_areas_may", [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       refuse<Refusal::not_permitted>},
      {"mprotect_stops_at_a_hole", [] { return VmaScript().map(0, 1).protect(0, 2, PROT_READ).last(); }, succeed},
      {"mprotect_stops_at_a_hole", [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       refuse<Refusal::not_mapped>},
      {"mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, lengthen<0>},
      {"mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 1).protect(0, 2, PROT_READ).last(); }, undo},
      {"mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(1).vm_flags |= VM_EXEC; }},
      {"mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { made.after.mm.areas.at(2).vm_flags &= ~VM_WRITE; }},
      {"mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 1).protect(0, 1, 8).last(); }, lose<0>},
      {"pages_get_the_protection_of_the_flags",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); }, forget_effects},
      {"pages_get_the_protection_of_the_flags",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { effect<ChangeProtection<Word32>>(made).prot = PAGE_SHARED; }},
      {"pages_get_the_protection_of_the_flags",
       [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       [](Carried& made) { effect<ChangeProtection<Word32>>(made).end += 4096; }},
      {"no_assertion_about_pages_to_protect", [] { return VmaScript().map(0, 3).protect(1, 1, PROT_READ).last(); },
       refuse<Refusal::protection_of_nothing>},
      {"mlock_stays_within_its_limit",
       [] { return VmaScript().map(0, 2).set(&SetKnobs<Word32>::rlimit_memlock, 4096u).lock(0, 2).last(); },
       succeed},
      {"mlock_stays_within_its_limit", [] { return VmaScript().map(0, 2).lock(0, 2).last(); },
       refuse<Refusal::lock_limit>},
      {"mlock_leaves_half_of_memory",
       [] { return VmaScript().map(0, 2).set(&SetKnobs<Word32>::physpages, 3u).lock(0, 2).last(); }, succeed},
      {"mlock_leaves_half_of_memory", [] { return VmaScript().map(0, 2).lock(0, 2).last(); },
       refuse<Refusal::half_of_memory>},
      {"locking_takes_a_privilege_and_unlocking_none",
       [] { return VmaScript().map(0, 2).set(&SetKnobs<Word32>::cap_ipc_lock, false).lock(0, 2).last(); },
       succeed},
      {"locking_takes_a_privilege_and_unlocking_none",
       [] {
         return VmaScript().map(0, 2).run(Munlock<Word32>{at(0), 4096}).last();
       },
       refuse<Refusal::not_privileged>},
      {"mlock_refuses_ranges_that_wrap",
       [] {
         return VmaScript().run(Munlock<Word32>{0xfffff000, 8192}).last();
       },
       succeed},
      {"mlock_refuses_ranges_that_wrap", [] { return VmaScript().map(0, 2).lock(0, 2).last(); },
       refuse<Refusal::range_wraps>},
      {"mlock_of_nothing_changes_nothing",
       [] {
         return VmaScript().map(0, 1).run(Mlock<Word32>{at(0), 0}).last();
       },
       lose<0>},
      {"mlock_of_what_is_not_mapped_does_nothing", [] { return VmaScript().lock(0, 1).last(); }, succeed},
      {"mlock_of_what_is_not_mapped_does_nothing", [] { return VmaScript().map(1, 1).lock(0, 2).last(); },
       lose<0>},
      {"mlock_stops_at_a_hole", [] { return VmaScript().map(0, 1).lock(0, 2).last(); }, succeed},
      {"mlock_stops_at_a_hole", [] { return VmaScript().map(0, 1).lock(0, 1).last(); },
       refuse<Refusal::not_mapped_lock>},
      {"mlock_locks_exactly_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 1).lock(0, 1).last(); }, undo},
      {"mlock_locks_exactly_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 1).lock(0, 1).last(); }, forget_effects},
      {"mlock_locks_exactly_the_range_up_to_the_first_failure",
       [] { return VmaScript().map(0, 3).lock(1, 1).last(); },
       [](Carried& made) { made.after.mm.areas.at(0).vm_flags |= VM_LOCKED; }},
      {"munlock_unlocks_exactly_the_range_up_to_the_first_failure",
       [] {
         return VmaScript().map(0, 3).lock(0, 3).run(Munlock<Word32>{at(1), 4096}).last();
       },
       undo},
      {"munlock_unlocks_exactly_the_range_up_to_the_first_failure",
       [] {
         return VmaScript().map(0, 3).lock(0, 3).run(Munlock<Word32>{at(1), 4096}).last();
       },
       [](Carried& made) {
         made.effects.push_back(MakePagesPresent<Word32>{at(1), at(2)});
       }},
      {"no_assertion_about_pages_to_fault_in", [] { return VmaScript().map(0, 1).lock(0, 1).last(); },
       refuse<Refusal::presence_of_nothing>},
      {"mlockall_refuses_unknown_flags", [] { return VmaScript().run(Mlockall<Word32>{0}).last(); }, succeed},
      {"mlockall_refuses_unknown_flags", [] { return VmaScript().run(Mlockall<Word32>{MCL_CURRENT}).last(); },
       refuse<Refusal::unknown_flags>},
      {"mlockall_stays_within_the_limit",
       [] {
         return VmaScript()
             .map(0, 2)
             .set(&SetKnobs<Word32>::rlimit_memlock, 4096u)
             .run(Mlockall<Word32>{MCL_CURRENT})
             .last();
       },
       succeed},
      {"mlockall_stays_within_the_limit", [] { return VmaScript().run(Mlockall<Word32>{MCL_CURRENT}).last(); },
       refuse<Refusal::lock_limit>},
      {"mlockall_leaves_half_of_memory",
       [] {
         return VmaScript()
             .map(0, 2)
             .set(&SetKnobs<Word32>::physpages, 3u)
             .run(Mlockall<Word32>{MCL_CURRENT})
             .last();
       },
       succeed},
      {"mlockall_leaves_half_of_memory", [] { return VmaScript().run(Mlockall<Word32>{MCL_CURRENT}).last(); },
       refuse<Refusal::half_of_memory>},
      {"mlockall_and_munlockall_take_a_privilege",
       [] { return VmaScript().set(&SetKnobs<Word32>::cap_ipc_lock, false).run(Munlockall{}).last(); }, succeed},
      {"mlockall_and_munlockall_take_a_privilege", [] { return VmaScript().run(Munlockall{}).last(); },
       refuse<Refusal::not_privileged>},
      {"mlockall_and_munlockall_take_a_privilege",
       [] {
         return VmaScript().set(&SetKnobs<Word32>::cap_ipc_lock, false).run(Mlockall<Word32>{MCL_FUTURE}).last();
       },
       [](Carried& made) { made.after.mm.def_flags = VM_LOCKED; }},
      {"locking_what_is_to_come_leaves_what_is",
       [] { return VmaScript().run(Mlockall<Word32>{MCL_FUTURE}).last(); }, undo},
      {"locking_what_is_to_come_leaves_what_is",
       [] { return VmaScript().map(0, 1).lock(0, 1).run(Mlockall<Word32>{MCL_FUTURE}).last(); },
       [](Carried& made) { made.after.mm.areas.front().vm_flags &= ~VM_LOCKED; }},
      {"locking_what_is_locks_every_area",
       [] { return VmaScript().map(0, 1).run(Mlockall<Word32>{MCL_CURRENT}).last(); }, undo},
      {"locking_what_is_locks_every_area",
       [] { return VmaScript().map(0, 1).run(Mlockall<Word32>{MCL_CURRENT}).last(); }, forget_effects},
      {"locking_what_is_locks_every_area",
       [] { return VmaScript().map(0, 1).run(Mlockall<Word32>{MCL_CURRENT}).last(); },
       [](Carried& made) { made.after.mm.def_flags = VM_LOCKED; }},
      {"munlockall_unlocks_every_area_and_those_to_come",
       [] { return VmaScript().map(0, 1).lock(0, 1).run(Munlockall{}).last(); }, undo},
      {"munlockall_unlocks_every_area_and_those_to_come",
       [] { return VmaScript().run(Mlockall<Word32>{MCL_FUTURE}).run(Munlockall{}).last(); }, undo},
  };
}

}  // namespace refmm::vma

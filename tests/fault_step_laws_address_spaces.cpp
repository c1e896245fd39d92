// Ways to break the laws about forks and about entries that go, move and are locked.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string read_only = "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string shared = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n";
const std::string too_long = "open(\"file1\", O_RDWR)\nmmap(NULL, 16384, PROT_READ, MAP_PRIVATE, 3, 0)\n";

}  // namespace

std::vector<Tampering> tamperings_of_address_spaces() {
  return {
      {"a_fork_without_a_frame_for_a_page_table_fails", memory + "store(0x40000000, 1)\nset fail_alloc=2\nfork()",
       refuse<Refusal::no_page_directory>},
      {"a_child_has_the_pages_of_its_parent_and_has_not_accessed_them", memory + "store(0x40000000, 1)\nfork()",
       [](Carried& made) {
         set_entry(made, 2, 0x40000000, entry_at(made.after, 2, 0x40000000) | fault::PAGE_ACCESSED);
       }},
      {"private_pages_that_may_be_written_are_protected_for_parent_and_child",
       memory + "store(0x40000000, 1)\nfork()", add_flags<0x40000000, fault::PAGE_RW>},
      {"shared_pages_stay_as_they_are_and_are_clean_for_the_child", shared + "store(0x40000000, 1)\nfork()",
       [](Carried& made) {
         set_entry(made, 2, 0x40000000, entry_at(made.after, 2, 0x40000000) | fault::PAGE_DIRTY);
       }},
      {"shared_pages_stay_as_they_are_and_are_clean_for_the_child", shared + "store(0x40000000, 1)\nfork()",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"a_child_has_the_slots_of_its_parent", memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nfork()",
       [](Carried& made) { set_entry(made, 2, 0x40000000, 0); }},
      {"entries_for_reserved_pages_are_copied_as_they_are", memory + "load(0x40000000)\nfork()",
       [](Carried& made) { set_entry(made, 2, 0x40000000, 0); }},
      {"a_child_has_a_page_table_for_each_that_an_area_of_its_parent_needs",
       memory + "store(0x40000000, 1)\nmadvise(0x40000000, 4096, MADV_DONTNEED)\nfork()",
       [](Carried& made) {
         auto& pgds = made.after.memory.pgds;
         pgds = updated(std::move(pgds), 2, 0x100, 0);
       }},
      {"a_child_has_the_areas_of_its_parent_unlocked", memory + "fork()",
       [](Carried& made) { process(made, 2).mm.areas.front().vm_flags |= vma::VM_LOCKED; }},
      {"a_child_has_the_next_number_and_the_numbers_of_its_parent", memory + "fork()",
       [](Carried& made) { process(made, 2).min_flt = 1; }},
      {"a_child_has_the_next_number_and_the_numbers_of_its_parent", memory + "fork()",
       [](Carried& made) { made.after.pids_made = 3; }},
      {"a_fork_without_a_frame_for_a_directory_does_nothing", "set fail_alloc=1\nfork()",
       refuse<Refusal::no_page_table_to_copy>},
      {"a_fork_that_fails_leaves_no_child_and_nothing_but_protected_pages",
       memory + "store(0x40000000, 1)\nload(0xbffff000)\nset fail_alloc=3\nfork()", empty_entry<0x40000000>},
      {"a_fork_that_fails_leaves_no_child_and_nothing_but_protected_pages",
       memory + "store(0x40000000, 1)\nload(0xbffff000)\nset fail_alloc=3\nfork()",
       [](Carried& made) { made.after.pids_made = 2; }},
      {"exit_takes_the_process_away_and_leaves_the_others", memory + "store(0x40000000, 1)\nfork()\nexit()",
       [](Carried& made) { made.effects.push_back(fault::FlushTlb{}); }},
      {"exit_takes_the_process_away_and_leaves_the_others", memory + "store(0x40000000, 1)\nfork()\nexit()", undo},
      {"an_entry_that_goes_gives_its_reference_to_the_page_back",
       memory + "store(0x40000000, 1)\nmunmap(0x40000000, 8192)", without_effect<FreePage>},
      {"an_entry_that_goes_gives_its_reference_to_the_page_back",
       memory + "store(0x40000000, 1)\nfork()\nmunmap(0x40000000, 8192)", count_once_more<3>},
      {"an_entry_that_goes_leaves_its_dirt_to_the_page",
       shared + "store(0x40000000, 1)\nmunmap(0x40000000, 12288)", take_frame_flags<3, fault::PG_dirty>},
      {"a_page_that_nobody_else_has_leaves_the_swap_cache_with_its_entry",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)\nmunmap(0x40000000, 8192)",
       [](Carried& made) { set_slot(made, 1, 1); }},
      {"an_entry_that_goes_gives_its_reference_to_the_slot_back",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nmunmap(0x40000000, 8192)",
       [](Carried& made) { set_slot(made, 1, 2); }},
      {"entries_for_reserved_pages_go_without_a_trace", memory + "load(0x40000000)\nmunmap(0x40000000, 8192)",
       count_once_more<fault::ZERO_PAGE>},
      {"a_process_has_as_many_pages_less_as_entries_went",
       memory + "store(0x40000000, 1)\nmunmap(0x40000000, 4096)",
       [](Carried& made) { made.after.memory.rss = made.before.memory.rss; }},
      {"pages_behind_the_new_end_leave_the_cache", shared + "load(0x40000000)\ntruncate(\"file1\", 0)",
       [](Carried& made) { set_cached(made, 1, 0, 3); }},
      {"pages_behind_the_new_end_leave_the_cache",
       shared + "load(0x40000000)\nload(0x40001000)\nmunmap(0x40000000, 12288)\ntruncate(\"file1\", 0)",
       [](Carried& made) { std::ranges::reverse(made.effects); }},
      {"the_page_that_is_cut_holds_zeros_behind_the_cut", shared + "load(0x40000000)\ntruncate(\"file1\", 100)",
       [](Carried& made) { made.after.memory.contents = made.before.memory.contents; }},
      {"entries_move_as_they_are",
       memory + "store(0x40000000, 1)\nmremap(0x40000000, 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)",
       empty_entry<0x50000000>},
      {"mremap_fails_where_there_is_no_frame_for_a_page_table",
       memory + "store(0x40000000, 1)\nset fail_alloc=1\nmremap(0x40000000, 8192, 8192, "
                "MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)",
       refuse_area<vma::Refusal::no_memory>},
      {"mremap_fails_where_there_is_no_frame_for_a_page_table",
       memory + "store(0x40000000, 1)\nmremap(0x40000000, 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)",
       refuse_area<vma::Refusal::no_page_tables>},
      {"entries_that_could_not_all_move_are_where_they_were",
       memory + "store(0x40000000, 1)\nset fail_alloc=1\nmremap(0x40000000, 8192, 8192, "
                "MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)",
       empty_entry<0x40000000>},
      {"mprotect_changes_the_protection_of_pages_and_nothing_else_of_entries",
       memory + "store(0x40000000, 1)\nmprotect(0x40000000, 4096, PROT_READ)",
       take_flags<0x40000000, fault::PAGE_DIRTY>},
      {"mprotect_changes_the_protection_of_pages_and_nothing_else_of_entries",
       memory + "store(0x40000000, 1)\nmprotect(0x40000000, 4096, PROT_READ)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"mprotect_changes_the_protection_of_pages_and_nothing_else_of_entries",
       memory + "store(0x40000000, 1)\nmprotect(0x40001000, 4096, PROT_READ)", empty_entry<0x40000000>},
      {"locked_memory_that_may_be_written_is_faulted_in_for_writing", memory + "mlock(0x40000000, 4096)",
       empty_entry<0x40000000>},
      {"locked_memory_that_may_be_written_is_faulted_in_for_writing", memory + "mlock(0x40000000, 4096)",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"locked_memory_that_may_not_be_written_is_faulted_in_for_reading", read_only + "mlock(0x40000000, 4096)",
       empty_entry<0x40000000>},
      {"locked_memory_that_may_not_be_written_is_faulted_in_for_reading", read_only + "mlock(0x40000000, 4096)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"locking_passes_over_what_is_behind_the_end_of_an_object", too_long + "mlock(0x40000000, 16384)",
       [](Carried& made) { set_entry(made, 1, 0x40003000, (3 << page_bits) | fault::PAGE_PRESENT); }},
      {"faulting_in_ends_at_the_first_page_that_cannot_be_had",
       memory + "set fail_alloc=2\nmlock(0x40000000, 8192)",
       [](Carried& made) { set_entry(made, 1, 0x40001000, (5 << page_bits) | fault::PAGE_TABLE); }},
  };
}

}  // namespace refmm::process

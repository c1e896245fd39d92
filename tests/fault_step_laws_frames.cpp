// Ways to break the laws about frames, page tables, the first touch and copy on write.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string file = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\n";
const std::string shared = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n";
const std::string too_long = "open(\"file1\", O_RDWR)\nmmap(NULL, 16384, PROT_READ, MAP_PRIVATE, 3, 0)\n";

}  // namespace

std::vector<Tampering> tamperings_of_frames() {
  return {
      {"the_lowest_free_frame_is_taken", "store(0xbffff000, 1)",
       [](Carried& made) { effect<AllocPage>(made).pfn = 9; }},
      {"a_frame_is_refused_only_where_none_is_free_or_failure_was_ordered", "store(0xbffff000, 1)",
       [](Carried& made) { effect<AllocPage>(made).pfn.reset(); }},
      {"a_frame_is_refused_only_where_none_is_free_or_failure_was_ordered", "set fail_alloc=1\nload(0xbffff000)",
       [](Carried& made) { effect<AllocPage>(made).pfn = 2; }},
      {"a_frame_is_freed_when_the_last_reference_goes", "store(0xbffff000, 1)\nexit()", without_effect<FreePage>},
      {"a_frame_is_freed_when_the_last_reference_goes", "store(0xbffff000, 1)\nload(0xbffff000)",
       [](Carried& made) { made.effects.push_back(FreePage{3}); }},
      {"reserved_frames_are_neither_taken_nor_freed", "load(0xbffff000)", count_once_more<fault::ZERO_PAGE>},
      {"reserved_frames_are_neither_taken_nor_freed", "load(0xbffff000)",
       [](Carried& made) { made.effects.push_back(FreePage{fault::ZERO_PAGE}); }},
      {"a_page_table_is_a_frame_of_zeros_of_its_own", "load(0xbffff000)", without_effect<ClearPage>},
      {"without_a_frame_for_it_there_is_no_page_table", "set fail_alloc=1\nput_user(0xbffff000, 1)",
       [](Carried& made) {
         auto& pgds = made.after.memory.pgds;
         pgds = updated(std::move(pgds), 1, 0x2ff, (fault::BAD_PAGETABLE << page_bits) | fault::PAGE_TABLE);
       }},
      {"without_a_frame_for_it_there_is_no_page_table", "set fail_alloc=1\nput_user(0xbffff000, 1)", succeed},
      {"munmap_frees_the_tables_of_the_windows_that_it_empties",
       memory + "store(0x40000000, 1)\nmunmap(0x40000000, 8192)",
       [](Carried& made) { made.after.memory.pgds = made.before.memory.pgds; }},
      {"munmap_frees_the_tables_of_the_windows_that_it_empties",
       memory + "store(0x40000000, 1)\nmunmap(0x40000000, 4096)",
       [](Carried& made) { made.after.memory.pgds = {}; }},
      {"a_page_table_that_is_gone_has_no_entries", "load(0xbffff000)\nexit()",
       [](Carried& made) { made.after.memory.tables = made.before.memory.tables; }},
      {"memory_that_is_only_read_is_the_zero_page", memory + "load(0x40000000)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"memory_that_is_only_read_is_the_zero_page", memory + "load(0x40000000)",
       [](Carried& made) { set_entry(made, 1, 0x40000000, (5 << page_bits) | fault::PAGE_PRESENT); }},
      {"memory_that_is_written_is_a_frame_of_zeros", memory + "store(0x40000000, 1)",
       take_flags<0x40000000, fault::PAGE_DIRTY>},
      {"memory_that_is_written_is_a_frame_of_zeros", memory + "store(0x40000000, 1)", without_effect<ClearPage>},
      {"memory_without_a_frame_for_it_stays_untouched",
       memory + "load(0x40000000)\nset fail_alloc=1\nput_user(0x40001000, 1)", refuse<Refusal::not_readable>},
      {"memory_without_a_frame_for_it_stays_untouched",
       memory + "load(0x40000000)\nset fail_alloc=1\nput_user(0x40001000, 1)",
       [](Carried& made) { set_entry(made, 1, 0x40001000, (5 << page_bits) | fault::PAGE_PRESENT); }},
      {"a_page_of_an_object_that_is_written_is_writable_and_dirty", file + "store(0x40000000, 1)",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"what_a_private_mapping_shows_of_its_file_cannot_be_written", file + "load(0x40000000)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"what_a_shared_mapping_shows_can_be_written_at_once_where_the_area_permits_it", shared + "load(0x40000000)",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"what_a_shared_mapping_shows_can_be_written_at_once_where_the_area_permits_it", shared + "load(0x40000000)",
       add_flags<0x40000000, fault::PAGE_DIRTY>},
      {"a_page_that_is_there_is_only_marked", memory + "store(0x40000000, 1)\nmlock(0x40000000, 4096)",
       [](Carried& made) { set_entry(made, 1, 0x40000000, entry_at(made.after, 1, 0x40000000) ^ page_bytes); }},
      {"a_page_that_is_there_is_only_marked",
       too_long + "load(0x40000000)\nfork()\n[pid 2] mlock(0x40000000, 4096)", without_effect<FlushTlbPage>},
      {"a_page_with_one_reference_is_written_where_it_is",
       memory + "store(0x40000000, 1)\nmprotect(0x40000000, 4096, PROT_READ)\nmprotect(0x40000000, 4096, "
                "PROT_READ|PROT_WRITE)\nstore(0x40000000, 2)",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"a_page_with_one_reference_is_written_where_it_is",
       memory + "store(0x40000000, 1)\nmprotect(0x40000000, 4096, PROT_READ)\nmprotect(0x40000000, 4096, "
                "PROT_READ|PROT_WRITE)\nstore(0x40000000, 2)",
       [](Carried& made) {
         made.effects.push_back(AllocPage{fault::Gfp::GFP_USER, 4});
       }},
      {"a_page_that_only_the_swap_cache_has_beside_is_written_where_it_is",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)\nstore(0x40000000, 2)",
       [](Carried& made) {
         made.effects.push_back(AllocPage{fault::Gfp::GFP_USER, 4});
       }},
      {"a_page_with_another_owner_is_copied", memory + "store(0x40000000, 1)\nfork()\nstore(0x40000000, 2)",
       without_effect<CopyPage>},
      {"a_page_with_another_owner_is_copied", memory + "store(0x40000000, 1)\nfork()\nstore(0x40000000, 2)",
       count_once_more<3>},
      {"a_write_to_the_zero_page_gets_a_frame_of_zeros", memory + "load(0x40000000)\nstore(0x40000000, 1)",
       without_effect<ClearPage>},
      {"a_page_without_a_frame_for_its_copy_stays_as_it_is",
       memory + "store(0x40000000, 1)\nfork()\nset fail_alloc=1\nput_user(0x40000000, 2)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"a_page_without_a_frame_for_its_copy_stays_as_it_is",
       memory + "store(0x40000000, 1)\nfork()\nset fail_alloc=1\nput_user(0x40000000, 2)",
       refuse<Refusal::no_page_table>},
  };
}

}  // namespace refmm::process

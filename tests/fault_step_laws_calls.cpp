// Ways to break the laws about what programs see, and about msync, madvise, truncate, and the machine.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string odd_file =
    "boot family=fault ram_pages=32 files=100\nopen(\"file1\", O_RDWR)\n"
    "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n";
const std::string few_pages = "boot family=fault ram_pages=8 swap_pages=0 overcommit=0\n";
const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string object = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n";
const std::string file = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\n";
const std::string shared = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n";

}  // namespace

std::vector<Tampering> tamperings_of_calls() {
  return {
      {"every_call_does_to_memory_what_it_means", "store(0xbffff000, 5)",
       [](Carried& made) {
         auto& contents = made.after.memory.contents;
         contents = updated(std::move(contents), 3, {});
       }},
      {"every_call_does_to_memory_what_it_means", memory + "store(0x40000000, 1)\nmunmap(0x40000000, 8192)", undo},
      {"what_is_read_is_what_was_written", "store(0xbffff000, 5)\nload(0xbffff000)", read_zero},
      {"msync_leaves_what_is_private_as_it_is", memory + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_SYNC)",
       take_flags<0x40000000, fault::PAGE_DIRTY>},
      {"msync_moves_dirty_bits_to_the_pages", shared + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_ASYNC)",
       add_flags<0x40000000, fault::PAGE_DIRTY>},
      {"msync_moves_dirty_bits_to_the_pages", shared + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_ASYNC)",
       take_frame_flags<3, fault::PG_dirty>},
      {"msync_asks_no_file_of_a_page_that_has_none", shared + "msync(0x40000000, 4096, MS_SYNC)",
       refuse<Refusal::page_without_mapping>},
      {"msync_without_ms_sync_writes_nothing", shared + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_ASYNC)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::write, 1, 0, 3, true});
       }},
      {"msync_with_ms_sync_writes_the_dirty_pages_of_the_files",
       shared + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_SYNC)", add_frame_flags<3, fault::PG_dirty>},
      {"msync_with_ms_sync_writes_the_dirty_pages_of_the_files",
       shared + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nmsync(0x40000000, 4096, MS_SYNC)",
       without_effect<FileTransfer>},
      {"msync_leaves_shared_memory_where_it_is", object + "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_SYNC)",
       [](Carried& made) { set_cached(made, 3, 0, fault::none); }},
      {"msync_of_shared_memory_returns", object + "msync(0x40000000, 4096, MS_SYNC)",
       refuse<Refusal::page_stays_locked>},
      {"the_break_of_every_process_is_above_its_data", "load(0xbffff000)",
       [](Carried& made) { process(made, 1).mm.brk = 0; }},
      {"the_machine_stays_as_large_as_it_was_booted", "load(0xbffff000)",
       [](Carried& made) { made.after.memory.ram_pages = 33; }},
      {"the_machine_stays_as_large_as_it_was_booted", "load(0xbffff000)",
       take_frame_flags<fault::BAD_PAGE, fault::PG_reserved>},
      {"the_files_are_those_of_the_boot_line", "load(0xbffff000)",
       [](Carried& made) { made.after.inodes.clear(); }},
      {"the_files_are_those_of_the_boot_line", "load(0xbffff000)",
       [](Carried& made) { made.after.inodes.front().name = "file7"; }},
      {"what_is_set_is_as_it_was_set_and_all_else_as_it_was", "set fail_alloc=1",
       [](Carried& made) { made.after.memory.faults.fail_alloc = 2; }},
      {"what_is_set_is_as_it_was_set_and_all_else_as_it_was", "set fail_alloc=1",
       [](Carried& made) { made.after.settings.rlimit_as = 0; }},
      {"ordered_failures_are_counted", "set fail_alloc=5\nload(0xbffff000)",
       [](Carried& made) { made.after.memory.faults.fail_alloc = 5; }},
      {"ordered_failures_are_counted", shared + "set fail_read=1\nload(0x40000000)",
       [](Carried& made) { effect<FileTransfer>(made).done = true; }},
      {"calls_of_and_about_processes_that_are_not_there_do_nothing", "[pid 9] load(0xbffff000)", read_zero},
      {"calls_of_and_about_processes_that_are_not_there_do_nothing", "peek(9, 0xbffff000)", read_zero},
      {"esp_sets_the_stack_pointer_and_nothing_else", "esp(0x40000000)", undo},
      {"no_call_ends_the_machine", "load(0xbffff000)", refuse<Refusal::page_stays_locked>},
      {"msync_refuses_addresses_within_a_page", "msync(0xbffff001, 1, MS_SYNC)", succeed},
      {"msync_refuses_ranges_that_wrap", "msync(0xfffff000, 8192, MS_SYNC)", succeed},
      {"msync_refuses_unknown_flags", "msync(0xbffff000, 4096, 0x8)", succeed},
      {"msync_of_nothing_succeeds_wherever", "msync(0x50000000, 0, MS_SYNC)", refuse<Refusal::not_mapped>},
      {"msync_tells_of_holes_in_the_end", "msync(0x50000000, 4096, MS_SYNC)", succeed},
      {"msync_tells_of_holes_in_the_end", "msync(0xbffff000, 4096, MS_SYNC)", refuse<Refusal::not_mapped>},
      {"madvise_refuses_addresses_within_a_page", "madvise(0xbffff001, 1, MADV_NORMAL)", succeed},
      {"madvise_refuses_ranges_that_wrap", "madvise(0xfffff000, 8192, MADV_NORMAL)", succeed},
      {"madvise_of_nothing_succeeds_wherever", "madvise(0x50000000, 0, MADV_NORMAL)", refuse<Refusal::not_mapped>},
      {"madvise_tells_of_holes_in_the_end", "madvise(0x50000000, 4096, MADV_DONTNEED)", succeed},
      {"madvise_tells_of_holes_in_the_end", memory + "madvise(0x40000000, 4096, MADV_DONTNEED)",
       refuse<Refusal::not_mapped>},
      {"madvise_refuses_unknown_advice", memory + "madvise(0x40000000, 4096, 9)", succeed},
      {"locked_memory_is_always_needed",
       memory + "mlock(0x40000000, 4096)\nmadvise(0x40000000, 4096, MADV_DONTNEED)", succeed},
      {"what_is_not_needed_is_given_up", memory + "store(0x40000000, 1)\nmadvise(0x40000000, 4096, MADV_DONTNEED)",
       [](Carried& made) { set_entry(made, 1, 0x40000000, entry_at(made.before, 1, 0x40000000)); }},
      {"what_is_not_needed_is_given_up", memory + "store(0x40000000, 1)\nmadvise(0x40001000, 4096, MADV_DONTNEED)",
       empty_entry<0x40000000>},
      {"only_pages_of_a_file_can_be_read_ahead", memory + "madvise(0x40000000, 4096, MADV_WILLNEED)", succeed},
      {"what_will_be_needed_is_in_the_cache", file + "madvise(0x40000000, 4096, MADV_WILLNEED)",
       [](Carried& made) { set_cached(made, 1, 0, fault::none); }},
      {"advice_brings_no_page_of_shared_memory_into_memory", object + "madvise(0x40000000, 4096, MADV_WILLNEED)",
       [](Carried& made) { set_cached(made, 3, 0, 9); }},
      {"advice_asks_shared_memory_for_no_method_that_it_lacks",
       object + "madvise(0x40000000, 4096, MADV_WILLNEED)", refuse<Refusal::object_without_readpage>},
      {"reading_ahead_fails_where_there_is_no_frame",
       file + "set fail_alloc=1\nmadvise(0x40000000, 4096, MADV_WILLNEED)", succeed},
      {"advice_about_reading_is_refused_to_who_has_too_many_areas",
       memory + "madvise(0x40000000, 4096, MADV_RANDOM)", refuse<Refusal::too_many_areas>},
      {"areas_are_read_as_they_were_advised", memory + "madvise(0x40000000, 8192, MADV_RANDOM)",
       [](Carried& made) { process(made, 1).mm.areas.front().vm_flags &= ~fault::VM_RAND_READ; }},
      {"areas_are_read_as_they_were_advised", memory + "madvise(0x40000000, 4096, MADV_RANDOM)",
       [](Carried& made) { process(made, 1).mm.areas.at(1).vm_flags |= fault::VM_RAND_READ; }},
      {"advice_for_a_part_asks_no_file_of_an_area_that_has_none",
       memory + "madvise(0x40000000, 4096, MADV_RANDOM)", refuse<Refusal::area_without_file>},
      {"a_file_that_grows_only_has_another_size", "truncate(\"file2\", 8192)", undo},
      {"what_a_file_grows_by_is_zeros_in_its_last_page_too",
       odd_file + "store(0x40000800, 5)\ntruncate(\"file1\", 4096)",
       [](Carried& made) { made.after.memory.contents = made.before.memory.contents; }},
      {"a_file_that_shrinks_ends_at_its_new_size_on_the_disk_too", "truncate(\"file1\", 100)",
       [](Carried& made) { change_object(made, 1, [](auto& object) { object.i_size = 4096; }); }},
      {"a_file_that_shrinks_ends_at_its_new_size_on_the_disk_too", "truncate(\"file1\", 100)",
       [](Carried& made) {
         change_object(made, 1, [&](auto& object) { object.disk = object_at(made.before, 1)->disk; });
       }},
      {"nobody_has_entries_behind_the_new_end", file + "store(0x40001000, 6)\ntruncate(\"file1\", 4096)",
       [](Carried& made) { set_entry(made, 1, 0x40001000, entry_at(made.before, 1, 0x40001000)); }},
      {"nobody_has_entries_behind_the_new_end", file + "store(0x40000000, 6)\ntruncate(\"file1\", 4096)",
       empty_entry<0x40000000>},
      {"memory_is_promised_if_there_is_more_than_is_asked_for",
       few_pages + "mmap(NULL, 409600, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)",
       [](Carried& made) { made.result = vma::Address<std::uint32_t>{0x40000000}; }},
      {"memory_is_promised_if_there_is_more_than_is_asked_for", memory, refuse_area<vma::Refusal::no_memory>},
  };
}

}  // namespace refmm::process

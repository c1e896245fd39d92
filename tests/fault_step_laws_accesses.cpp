// Ways to break the laws about bytes, page faults, stacks, debuggers and memory that is held.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string read_only = "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string file = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\n";
const std::string too_long = "open(\"file1\", O_RDWR)\nmmap(NULL, 16384, PROT_READ, MAP_PRIVATE, 3, 0)\n";

}  // namespace

std::vector<Tampering> tamperings_of_accesses() {
  return {
      {"what_is_loaded_is_readable_and_accessed", "load(0xbffff000)",
       take_flags<0xbffff000, fault::PAGE_ACCESSED>},
      {"what_is_loaded_is_readable_and_accessed", "load(0xbffff000)\nload(0xbffff000)",
       [](Carried& made) { process(made, 1).min_flt += 1; }},
      {"what_is_stored_to_is_writable_and_dirty", "store(0xbffff000, 1)",
       take_flags<0xbffff000, fault::PAGE_DIRTY>},
      {"what_the_kernel_reads_is_readable_and_accessed", "get_user(0xbffff000)",
       take_flags<0xbffff000, fault::PAGE_ACCESSED>},
      {"what_the_kernel_writes_is_writable_and_dirty", "put_user(0xbffff000, 1)",
       take_flags<0xbffff000, fault::PAGE_DIRTY>},
      {"the_kernel_does_not_reach_above_the_task_for_a_process", "get_user(0xc0000000)", read_zero},
      {"the_addresses_of_the_kernel_are_refused_with_a_code_that_was_never_set", "load(0xc0000000)",
       forget_effects},
      {"the_addresses_of_the_kernel_are_refused_with_a_code_that_was_never_set", "load(0xc0000000)", read_zero},
      {"an_address_is_refused_where_nothing_is_mapped_and_nothing_grows",
       "load(0xbfff0000)\nmmap(0xbfff0000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, "
       "0)\nload(0xbffef000)",
       read_zero},
      {"an_address_is_refused_where_nothing_is_mapped_and_nothing_grows", "load(0xbffff000)",
       refuse<Refusal::no_area>},
      {"a_process_does_not_reach_32_bytes_below_its_stack_pointer", "load(0xbfffe000)", read_zero},
      {"a_process_does_not_reach_32_bytes_below_its_stack_pointer", "esp(0xbfffe020)\nload(0xbfffe000)",
       refuse<Refusal::below_stack_pointer>},
      {"a_stack_does_not_grow_over_its_limits", "set rlimit_stack=4096\nesp(0xbfffe000)\nload(0xbfffe000)",
       read_zero},
      {"a_stack_does_not_grow_over_its_limits", "esp(0xbfffe000)\nload(0xbfffe000)", refuse<Refusal::stack_limit>},
      {"a_stack_grows_down_to_the_page_that_is_touched", "esp(0xbfffe000)\nstore(0xbfffe000, 1)",
       [](Carried& made) { process(made, 1).mm = made.before.processes.front().mm; }},
      {"a_stack_grows_down_to_the_page_that_is_touched", "store(0xbffff000, 1)",
       [](Carried& made) { process(made, 1).mm.total_vm += 1; }},
      {"only_writable_areas_are_written", read_only + "store(0x40000000, 1)", store_all_the_same},
      {"only_writable_areas_are_written", memory + "store(0x40000000, 1)", refuse<Refusal::not_permitted>},
      {"areas_that_permit_nothing_are_not_read",
       "mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nload(0x40000000)", read_zero},
      {"areas_that_permit_nothing_are_not_read", read_only + "load(0x40000000)", refuse<Refusal::not_permitted>},
      {"what_may_be_written_may_be_read",
       "mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nload(0x40000000)",
       refuse<Refusal::not_permitted>},
      {"an_access_that_is_not_permitted_is_told_apart_by_its_code", read_only + "store(0x40000000, 1)",
       [](Carried& made) { effect<fault::ForceSig<std::uint32_t>>(made).code = fault::SignalCode::segv_maperr; }},
      {"a_refused_access_is_a_signal_to_a_process_that_goes_on", "load(0xbfffe000)",
       [](Carried& made) { effect<fault::ForceSig<std::uint32_t>>(made).code = fault::SignalCode::segv_accerr; }},
      {"a_refused_access_is_a_signal_to_a_process_that_goes_on", "load(0xbfffe000)",
       [](Carried& made) { made.after.processes.clear(); }},
      {"the_kernel_gives_a_copy_up_where_the_process_would_get_a_signal", read_only + "put_user(0x40000000, 1)",
       without_effect<fault::Fixup>},
      {"the_kernel_gives_a_copy_up_where_the_process_would_get_a_signal", "get_user(0xbffff000)",
       [](Carried& made) { made.effects.push_back(fault::Fixup{}); }},
      {"a_page_that_is_not_there_is_a_bus_error", too_long + "load(0x40003000)",
       without_effect<fault::ForceSig<std::uint32_t>>},
      {"a_process_without_memory_is_killed_unless_the_kernel_has_made_the_access",
       "set fail_alloc=1\nload(0xbffff000)", [](Carried& made) { made.after.processes = made.before.processes; }},
      {"a_process_without_memory_is_killed_unless_the_kernel_has_made_the_access",
       "set fail_alloc=1\nget_user(0xbffff000)", [](Carried& made) { made.effects.push_back(fault::DoExit{}); }},
      {"every_fault_ends_and_minor_ones_are_counted", "load(0xbffff000)", without_effect<fault::MinorFault>},
      {"every_fault_ends_and_minor_ones_are_counted", "load(0xbffff000)",
       [](Carried& made) { process(made, 1).min_flt = 0; }},
      {"a_fault_is_major_if_it_gets_a_page_of_an_object", file + "load(0x40000000)",
       [](Carried& made) { process(made, 1).maj_flt = 0; }},
      {"a_fault_is_major_if_it_gets_a_page_of_an_object", file + "load(0x40000000)",
       [](Carried& made) {
         process(made, 1).maj_flt = 0;
         without_effect<fault::MajorFault>(made);
       }},
      {"a_debugger_sees_what_is_mapped_and_what_a_stack_can_grow_to",
       "fork()\nmunmap(0xbffff000, 4096)\n[pid 2] peek(1, 0x50000000)", read_zero},
      {"a_debugger_sees_what_is_mapped_and_what_a_stack_can_grow_to", "fork()\npeek(2, 0xbfffe000)",
       refuse<Refusal::no_area>},
      {"a_debugger_writes_only_what_the_process_may_write", read_only + "fork()\npoke(2, 0x40000000, 1)", succeed},
      {"a_debugger_faults_pages_in_that_count_as_nobodys_faults", memory + "fork()\npeek(2, 0x40000000)",
       [](Carried& made) { made.effects.push_back(fault::MinorFault{}); }},
      {"a_debugger_faults_pages_in_that_count_as_nobodys_faults", memory + "fork()\npeek(2, 0x40000000)",
       [](Carried& made) { process(made, 1).min_flt += 1; }},
      {"a_debugger_is_refused_a_page_that_cannot_be_had",
       memory + "fork()\nset fail_alloc_all=1\npoke(2, 0x40000000, 1)", succeed},
      {"a_debugger_is_refused_reserved_pages_but_for_reading_zeros", memory + "fork()\npeek(2, 0x40000000)",
       refuse<Refusal::reserved_page>},
      {"what_a_debugger_reads_is_in_memory_and_stays_as_it_is",
       memory + "store(0x40000000, 1)\nfork()\npeek(2, 0x40000000)",
       [](Carried& made) { set_entry(made, 2, 0x40000000, 0); }},
      {"what_a_debugger_writes_is_writable_and_dirty",
       memory + "store(0x40000000, 1)\nfork()\npoke(2, 0x40000000, 1)",
       [](Carried& made) {
         set_entry(made, 2, 0x40000000, entry_at(made.after, 2, 0x40000000) & ~fault::PAGE_RW);
       }},
      {"memory_is_held_for_one_transfer_at_a_time",
       memory + "map_kiobuf(READ, 0x40000000, 4096)\nmap_kiobuf(READ, 0x40000000, 4096)", succeed},
      {"only_what_is_mapped_is_held", "munmap(0xbffff000, 4096)\nmap_kiobuf(READ, 0x50000000, 4096)", succeed},
      {"only_what_permits_the_transfer_is_held", read_only + "map_kiobuf(READ, 0x40000000, 4096)", succeed},
      {"only_what_permits_the_transfer_is_held", memory + "map_kiobuf(READ, 0x40000000, 4096)",
       refuse<Refusal::not_permitted_io>},
      {"what_cannot_be_held_whole_is_not_held", memory + "set fail_alloc=3\nmap_kiobuf(READ, 0x40000000, 8192)",
       [](Carried& made) { made.after.iobuf = {3}; }},
      {"what_cannot_be_held_whole_is_not_held", memory + "map_kiobuf(READ, 0x40000000, 8192)",
       refuse<Refusal::not_mapped>},
      {"the_pages_of_the_range_are_in_memory_and_held", memory + "map_kiobuf(READ, 0x40000000, 8192)",
       [](Carried& made) { made.after.iobuf.clear(); }},
      {"the_pages_of_the_range_are_in_memory_and_held", memory + "map_kiobuf(READ, 0x40000000, 8192)",
       empty_entry<0x40001000>},
      {"what_is_held_is_given_back_and_no_more_held",
       memory + "map_kiobuf(READ, 0x40000000, 8192)\nunmap_kiobuf()",
       [](Carried& made) { made.after.iobuf = made.before.iobuf; }},
      {"what_is_held_is_given_back_and_no_more_held",
       memory + "map_kiobuf(READ, 0x40000000, 8192)\nunmap_kiobuf()", count_once_more<3>},
  };
}

}  // namespace refmm::process

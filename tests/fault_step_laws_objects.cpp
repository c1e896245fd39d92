// Ways to break the laws about pages of files and of shared memory.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string in_groups =
    "boot family=fault ram_pages=32 files=12288 page_cluster=1\nopen(\"file1\", O_RDWR)\n"
    "mmap(NULL, 12288, PROT_READ, MAP_PRIVATE, 3, 0)\n";
const std::string sequential =
    "boot family=fault ram_pages=160 files=409600\nopen(\"file1\", O_RDWR)\n"
    "mmap(NULL, 409600, PROT_READ, MAP_PRIVATE, 3, 0)\nmadvise(0x40000000, 409600, MADV_SEQUENTIAL)\n"
    "load(0x40000000)\n";
const std::string object = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n";
const std::string file = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\n";
const std::string too_long = "open(\"file1\", O_RDWR)\nmmap(NULL, 16384, PROT_READ, MAP_PRIVATE, 3, 0)\n";

}  // namespace

std::vector<Tampering> tamperings_of_objects() {
  return {
      {"behind_the_end_of_a_file_there_is_no_page", too_long + "load(0x40003000)", read_zero},
      {"behind_the_end_of_a_file_there_is_no_page", too_long + "load(0x40000000)", refuse<Refusal::beyond_object>},
      {"a_page_in_the_cache_is_not_read",
       file + "load(0x40000000)\nmmap(NULL, 12288, PROT_READ, MAP_PRIVATE, 3, 0)\nload(0x40003000)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 0, 3, true});
       }},
      {"a_page_in_the_cache_is_not_read",
       file + "load(0x40000000)\nmmap(NULL, 12288, PROT_READ, MAP_PRIVATE, 3, 0)\nload(0x40003000)",
       [](Carried& made) { set_entry(made, 1, 0x40003000, entry_at(made.after, 1, 0x40003000) ^ page_bytes); }},
      {"a_page_is_read_with_its_group", in_groups + "load(0x40000000)",
       [](Carried& made) {
         made.effects.pop_back();
         made.effects.pop_back();
       }},
      {"a_page_is_read_with_its_group", in_groups + "load(0x40000000)",
       [](Carried& made) { effect<FileTransfer>(made).page = 2; }},
      {"a_page_of_a_random_area_is_read_alone",
       in_groups + "madvise(0x40000000, 12288, MADV_RANDOM)\nload(0x40000000)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 1, 4, true});
       }},
      {"an_access_to_a_file_lacks_a_frame_only_for_its_page_or_its_copy",
       file + "set fail_alloc=2\nget_user(0x40000000)", read_zero},
      {"an_access_to_a_file_lacks_a_frame_only_for_its_page_or_its_copy", file + "load(0x40000000)",
       refuse<Refusal::no_page>},
      {"a_write_without_a_frame_for_its_copy_leaves_the_page_to_the_cache",
       file + "set fail_alloc=3\nput_user(0x40000000, 1)", succeed},
      {"a_write_without_a_frame_for_its_copy_leaves_the_page_to_the_cache", file + "store(0x40000000, 1)",
       refuse<Refusal::no_page>},
      {"a_page_is_read_until_it_is_right_and_three_times_at_most", file + "set fail_read=1\nload(0x40000000)",
       twice<FileTransfer>},
      {"a_page_is_read_until_it_is_right_and_three_times_at_most", file + "load(0x40000000)", twice<FileTransfer>},
      {"a_page_that_cannot_be_read_is_refused_and_stays_in_the_cache", file + "set fail_read=5\nload(0x40000000)",
       read_zero},
      {"a_page_that_cannot_be_read_is_refused_and_stays_in_the_cache", file + "set fail_read=5\nload(0x40000000)",
       [](Carried& made) { set_cached(made, 1, 0, fault::none); }},
      {"a_write_to_a_private_page_of_a_file_copies_it_at_once", file + "store(0x40000000, 1)",
       without_effect<CopyPage>},
      {"a_sequential_area_is_read_window_by_window", sequential + "load(0x40010000)",
       [](Carried& made) { made.after.memory.raend = made.before.memory.raend; }},
      {"a_sequential_area_is_read_window_by_window", sequential + "load(0x40010000)",
       [](Carried& made) { set_cached(made, 1, 40, fault::none); }},
      {"a_window_that_was_passed_asks_no_file_of_a_page_that_has_none", sequential + "load(0x40010000)",
       refuse<Refusal::window_without_file>},
      {"pages_enter_the_lists_of_their_object_in_front",
       file + "load(0x40000000)\nload(0x40001000)\nload(0x40002000)",
       [](Carried& made) {
         change_object(made, 1, [](auto& object) { std::ranges::reverse(object.clean_pages); });
       }},
      {"memory_shared_without_a_file_is_an_object_of_its_size", object,
       [](Carried& made) { change_object(made, 3, [](auto& object) { object.i_size = 8192; }); }},
      {"a_shared_memory_object_is_there_as_long_as_it_is_mapped", object + "munmap(0x40000000, 4096)",
       [](Carried& made) { made.after.memory.objects = made.before.memory.objects; }},
      {"the_slots_of_an_object_go_with_it",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nmunmap(0x40000000, 4096)",
       [](Carried& made) { set_slot(made, 1, 1); }},
      {"behind_the_end_of_an_object_there_is_no_page",
       object + "mremap(0x40000000, 4096, 8192, 0)\nload(0x40001000)", read_zero},
      {"a_page_that_the_object_has_in_memory_is_shared",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)",
       [](Carried& made) { set_entry(made, 1, 0x40000000, entry_at(made.after, 1, 0x40000000) ^ page_bytes); }},
      {"a_page_that_nobody_has_touched_is_made_for_the_object_and_cleared", object + "store(0x40000000, 1)",
       without_effect<ClearPage>},
      {"a_page_that_comes_back_leaves_its_slot_and_is_dirty",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       [](Carried& made) { set_slot(made, 1, 1); }},
      {"a_page_that_comes_back_leaves_its_slot_and_is_dirty",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       take_frame_flags<3, fault::PG_dirty>},
      {"an_access_to_shared_memory_lacks_a_frame_only_for_its_page",
       object + "set fail_alloc=2\nput_user(0x40000000, 1)", succeed},
      {"an_access_to_shared_memory_lacks_a_frame_only_for_its_page", object + "store(0x40000000, 1)",
       refuse<Refusal::no_page>},
      {"a_page_that_goes_to_a_slot_was_in_memory_and_is_there_as_it_was",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()",
       [](Carried& made) { made.after.memory.swap.contents = {}; }},
  };
}

}  // namespace refmm::process

// Ways to break the laws about pread and pwrite.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string file = "boot family=fault ram_pages=32 files=12288\nopen(\"file1\", O_RDWR)\n";
const std::string small = "boot family=fault ram_pages=32 files=100\nopen(\"file1\", O_RDWR)\n";
const std::string read_only = "open(\"file1\", O_RDONLY)\n", write_only = "open(\"file1\", O_WRONLY)\n";
const std::string read_one = file + "pread(3, 0xbffff000, 1, 0)",
                  written_one = file + "pwrite(3, 0xbffff000, 1, 0)";

}  // namespace

std::vector<Tampering> tamperings_of_transfers() {
  return {
      {"every_call_does_to_memory_what_it_means", file + "pread(3, 0xbffff000, 4, 10)", copy_bytes<3>},
      {"every_call_does_to_memory_what_it_means", file + "pwrite(3, 0xbffff000, 4, 10)", undo},
      {"only_what_is_open_is_read", "pread(3, 0xbffff000, 1, 0)", copy_bytes<0>},
      {"only_what_was_opened_for_reading_is_read", write_only + "pread(3, 0xbffff000, 1, 0)", copy_bytes<0>},
      {"nothing_is_read_in_front_of_a_file", file + "pread(3, 0xbffff000, 1, -1)", copy_bytes<0>},
      {"nothing_is_read_to_where_no_task_can_be", file + "pread(3, 0xbffff000, 4097, 0)", copy_bytes<0>},
      {"reading_nothing_succeeds", file + "pread(3, 0xbffff000, 0, 0)", refuse<Refusal::no_area>},
      {"reading_ends_early_only_where_it_must", file + "pread(3, 0xbffff000, 4, 0)", copy_bytes<3>},
      {"reading_ends_early_only_where_it_must", file + "pread(3, 0xbffff000, 4, 12288)", refuse<Refusal::no_area>},
      {"reading_leaves_the_file_as_it_is", read_one,
       [](Carried& made) { change_object(made, 1, [](auto& object) { object.i_size = 1; }); }},
      {"reading_leaves_the_file_as_it_is", read_one,
       [](Carried& made) { change_object(made, 1, [](auto& object) { object.disk = {}; }); }},
      {"nothing_is_read_behind_the_end_of_a_file", small + "pread(3, 0xbffff000, 200, 0)", copy_bytes<200>},
      {"nothing_is_read_behind_the_end_of_a_file", small + "pread(3, 0xbffff000, 200, 100)", copy_bytes<1>},
      {"reading_does_not_transfer_what_is_in_memory", read_one + "\npread(3, 0xbffff000, 1, 0)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 0, 2, true});
       }},
      {"the_pages_of_what_is_read_come_one_by_one", read_one,
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 1, 9, true});
       }},
      {"the_pages_of_what_is_read_come_one_by_one", read_one, take_frame_flags<2, fault::PG_uptodate>},
      {"reading_lacks_a_frame_only_where_one_was_refused", read_one, refuse<Refusal::no_page_for_file>},
      {"a_page_that_is_read_is_transferred_once_at_most", read_one, twice<FileTransfer>},
      {"a_page_that_reading_cannot_have_stays_in_the_cache", file + "set fail_read=1\npread(3, 0xbffff000, 1, 0)",
       [](Carried& made) { set_cached(made, 1, 0, fault::none); }},
      {"what_is_read_is_copied_page_by_page_upwards", file + "pread(3, 0xbffff000, 100, 4090)",
       without_effect<CopyToUser>},
      {"what_is_read_is_copied_page_by_page_upwards", file + "pread(3, 0xbffff000, 100, 4090)",
       [](Carried& made) { effect<CopyToUser>(made).len = 7; }},
      {"reading_gives_up_where_the_buffer_cannot_be_written", read_one,
       [](Carried& made) { made.effects.push_back(fault::Fixup{}); }},
      {"only_what_is_open_is_written", "pwrite(3, 0xbffff000, 1, 0)", copy_bytes<0>},
      {"only_what_was_opened_for_writing_is_written", read_only + "pwrite(3, 0xbffff000, 1, 0)", copy_bytes<0>},
      {"nothing_is_written_in_front_of_a_file", file + "pwrite(3, 0xbffff000, 1, -1)", copy_bytes<0>},
      {"writing_nothing_succeeds", file + "pwrite(3, 0x10000000, 0, 0)", refuse<Refusal::no_area>},
      {"writing_ends_early_only_where_it_must", file + "pwrite(3, 0xbffff000, 4, 0)", copy_bytes<3>},
      {"writing_ends_early_only_where_it_must", file + "pwrite(3, 0x10000000, 4, 0)", copy_bytes<0>},
      {"writing_writes_nothing_to_the_disk", written_one,
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::write, 1, 0, 3, true});
       }},
      {"writing_writes_nothing_to_the_disk", written_one,
       [](Carried& made) { change_object(made, 1, [](auto& object) { object.disk = {}; }); }},
      {"what_is_written_was_readable_and_is_accessed", written_one, empty_entry<0xbffff000>},
      {"a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page", file + "pwrite(3, 0xbffff000, 4, 0)",
       copy_bytes<3>},
      {"a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page",
       read_one + "\npwrite(3, 0x10000000, 4, 0)", take_frame_flags<2, fault::PG_uptodate>},
      {"writing_lacks_a_frame_only_where_one_was_refused", written_one, refuse<Refusal::no_page_for_file>},
      {"a_page_that_is_written_whole_is_not_read", file + "pwrite(3, 0xbffff000, 4096, 0)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 0, 3, true});
       }},
      {"a_page_behind_the_end_is_not_read", small + "pwrite(3, 0xbffff000, 1, 5000)",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::read, 1, 1, 3, true});
       }},
      {"a_page_that_is_written_in_part_is_read_first", written_one, without_effect<FileTransfer>},
      {"a_page_that_writing_cannot_have_stays_in_the_cache", file + "set fail_read=1\npwrite(3, 0xbffff000, 1, 0)",
       [](Carried& made) { set_cached(made, 1, 0, fault::none); }},
      {"what_is_written_is_dirty_and_up_to_date", written_one, take_frame_flags<3, fault::PG_dirty>},
      {"what_is_written_is_dirty_and_up_to_date", written_one, take_frame_flags<3, fault::PG_uptodate>},
      {"what_is_written_is_dirty_and_up_to_date", written_one, without_effect<CopyFromUser>},
      {"a_file_grows_to_where_it_was_written", small + "pwrite(3, 0xbffff000, 1, 5000)",
       [](Carried& made) { change_object(made, 1, [](auto& object) { object.i_size = 100; }); }},
  };
}

}  // namespace refmm::process

// Each defect of demand paging breaks the laws that spec/process_defects.hpp says it breaks, and the corrected kernel keeps all
// laws where the kernel as it was built breaks them.

#include <refmm/spec/process_defects.hpp>
#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/process_step_laws.hpp>
#include <refmm/tests/defects_shown.hpp>
#include <refmm/tests/fault_carried.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace refmm::process {
namespace {

/// Calls whose last one shows a defect, or leaves a state that does.
struct Showing {
  BrokenBy broken_by;
  std::string script;
  bool by_itself = true;  // false where the defect takes another one to show
};

// Two pages of private memory; the same while a page table cannot be had.
const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string bad = memory + "set fail_alloc=1\nput_user(0x40000000, 1)\n";
const std::string bad_for_two = memory +
                                "fork()\nset fail_alloc=1\nput_user(0x40000000, 1)\n"
                                "set fail_alloc=1\n[pid 2] put_user(0x40001000, 1)\n";
const std::string filled = bad_for_two + "madvise(0x40000000, 4096, MADV_DONTNEED)\nstore(0x40000000, 6)\n";
const std::string refilled =
    bad +
    "madvise(0x40000000, 4096, MADV_DONTNEED)\nstore(0x40000000, 6)\nset fail_alloc=1\nget_user(0xbffff000)\n";
const std::string moved_back = memory +
                               "store(0x40000000, 5)\nset fail_alloc=1\n"
                               "mremap(0x40000000, 8192, 12288, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)\n";
const std::string zero_page_held = memory + "map_kiobuf(WRITE, 0x40000000, 4096)\n";
const std::string zero_page_written = zero_page_held + "unmap_kiobuf()\nstore(0x40000000, 5)\n";
const std::string in_slot = memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\n";
const std::string not_read = in_slot + "reclaim()\nset fail_swap_read=1\nload(0x40000000)\n";
const std::string not_written = in_slot + "set fail_swap_write=1\nreclaim()\n";
const std::string not_read_around =
    "boot family=fault ram_pages=32 files=8192 page_cluster=1\nopen(\"file1\", O_RDONLY)\n"
    "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0)\nset fail_alloc=3\nload(0x40000000)\n";
const std::string astray = "fork()\nmlockall(MCL_CURRENT)\n[pid 2] peek(1, 0xbfffe000)\n";
const std::string read_only_file =
    "open(\"file1\", O_RDWR)\nmmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0)\nload(0x40000000)\n";
const std::string poked = read_only_file + "poke(1, 0x40000000, 99)\n";
const std::string poked_and_forked =
    "open(\"file1\", O_RDONLY)\nmmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0)\nload(0x40000000)\n"
    "poke(1, 0x40000000, 50)\nfork()\n";
const std::string object = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n";
const std::string split = object + "store(0x40000000, 5)\nfork()\nmsync(0x40000000, 4096, MS_SYNC)\n";
const std::string grown =
    "boot family=fault ram_pages=32 files=100\nopen(\"file1\", O_RDWR)\n"
    "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\nstore(0x40000800, 5)\ntruncate(\"file1\", 4096)\n";

const std::string stored_to_file =
    "open(\"file1\", O_RDWR)\nmmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\nstore(0x40000000, 5)\n";
const std::string lost = stored_to_file + "pwrite(3, 0x10000000, 1, 0)\n";

const Showing showings[] = {
    {{"defect.fault.bad_page_table", "without_a_frame_for_it_there_is_no_page_table"}, bad},
    {{"defect.fault.bad_page_table", "a_page_table_is_a_frame_of_zeros_of_its_own"}, bad},
    {{"defect.fault.bad_page_table", "reserved_frames_stay_as_they_are"}, bad + "store(0x40000000, 5)"},
    {{"defect.fault.bad_page_table", "entries_lie_in_areas"},
     memory + "fork()\n[pid 2] munmap(0x40000000, 4096)\nset fail_alloc=1\nput_user(0x40000000, 1)\n"
              "set fail_alloc=1\n[pid 2] put_user(0x40001000, 1)\nmprotect(0x40000000, 4096, PROT_READ)"},
    {{"defect.fault.bad_page_table", "entries_permit_no_more_than_their_areas"},
     "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nset "
     "fail_alloc=1\nget_user(0x40000000)\nfork()"},
    {{"defect.fault.bad_page_table", "a_page_table_serves_one_process"}, bad_for_two},
    {{"defect.fault.bad_page_table", "every_call_does_to_memory_what_it_means"}, bad + "store(0x40000000, 5)"},
    {{"defect.fault.bad_table_moves_back", "entries_that_could_not_all_move_are_where_they_were"},
     moved_back,
     false},
    {{"defect.fault.bad_table_moves_back", "reserved_frames_stay_as_they_are"}, moved_back, false},
    {{"defect.fault.bad_table_is_filled", "a_page_table_serves_one_process"}, filled, false},
    {{"defect.fault.bad_table_is_filled", "a_writable_private_page_has_one_owner"}, filled, false},
    {{"defect.fault.bad_table_is_filled", "a_page_that_two_can_write_is_of_a_shared_mapping"}, filled, false},
    {{"defect.fault.bad_table_is_filled", "the_count_of_a_frame_is_its_references"}, filled, false},
    {{"defect.fault.bad_table_is_filled", "rss_is_the_pages_that_are_there"}, filled, false},
    {{"defect.fault.bad_table_is_filled", "every_call_does_to_memory_what_it_means"}, filled, false},
    {{"defect.fault.bad_table_is_refilled", "the_count_of_a_frame_is_its_references"}, refilled, false},
    {{"defect.fault.bad_table_is_refilled", "rss_is_the_pages_that_are_there"}, refilled, false},
    {{"defect.fault.bad_table_is_refilled", "every_call_does_to_memory_what_it_means"}, refilled, false},
    {{"defect.fault.write_only", "what_may_be_written_may_be_read"},
     "mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nload(0x40000000)"},
    {{"defect.fault.zero_page", "reserved_frames_stay_as_they_are"}, zero_page_held},
    {{"defect.fault.zero_page", "the_count_of_a_frame_is_its_references"}, zero_page_held},
    {{"defect.fault.zero_page", "the_pages_of_the_range_are_in_memory_and_held"}, zero_page_held},
    {{"defect.fault.zero_page", "a_writable_private_page_has_one_owner"},
     memory + "load(0x40001000)\nmap_kiobuf(WRITE, 0x40000000, 4096)\nunmap_kiobuf()\nstore(0x40000000, 5)"},
    {{"defect.fault.zero_page", "a_write_to_the_zero_page_gets_a_frame_of_zeros"}, zero_page_written},
    {{"defect.fault.zero_page", "every_call_does_to_memory_what_it_means"},
     memory + "load(0x40001000)\nmap_kiobuf(WRITE, 0x40000000, 4096)\nunmap_kiobuf()\nstore(0x40000000, 5)"},
    {{"defect.fault.swap_read_error", "a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten"},
     not_read},
    {{"defect.fault.swap_read_error", "every_call_does_to_memory_what_it_means"},
     in_slot +
         "reclaim()\nstore(0x40001000, 99)\nmunmap(0x40001000, 4096)\nset fail_swap_read=1\nload(0x40000000)"},
    {{"defect.fault.swap_write_error", "a_page_that_could_not_be_written_stays_dirty_in_the_swap_cache"},
     not_written},
    {{"defect.fault.swap_write_error", "every_call_does_to_memory_what_it_means"}, not_written},
    {{"defect.fault.read_around", "a_page_is_read_with_its_group"}, not_read_around},
    {{"defect.fault.debugger_stack", "entries_lie_in_areas"}, astray},
    {{"defect.fault.debugger_stack", "the_count_of_a_frame_is_its_references"}, astray + "[pid 2] exit()"},
    {{"defect.fault.debugger_write", "a_debugger_writes_only_what_the_process_may_write"}, poked},
    {{"defect.fault.debugger_write", "entries_permit_no_more_than_their_areas"}, poked},
    {{"defect.fault.debugger_write", "shared_areas_show_the_pages_of_their_object"}, poked},
    {{"defect.fault.debugger_write", "every_call_does_to_memory_what_it_means"}, poked},
    {{"defect.fault.fork_protects_copies", "private_pages_that_may_be_written_are_protected_for_parent_and_child"},
     poked_and_forked,
     false},
    {{"defect.fault.fork_protects_copies", "a_writable_private_page_has_one_owner"}, poked_and_forked, false},
    {{"defect.fault.fork_protects_copies", "a_page_that_two_can_write_is_of_a_shared_mapping"},
     poked_and_forked,
     false},
    {{"defect.fault.fork_protects_copies", "every_call_does_to_memory_what_it_means"},
     poked_and_forked + "[pid 2] store(0x40000000, 60)",
     false},
    {{"defect.fault.debugger_end_of_file", "behind_the_end_of_a_file_there_is_no_page"},
     "open(\"file2\", O_RDWR)\nmmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0)\nfork()\n[pid 2] peek(1, "
     "0x40001000)"},
    {{"defect.fault.debugger_end_of_file", "behind_the_end_of_an_object_there_is_no_page"},
     object + "mremap(0x40000000, 4096, 8192, 0)\nfork()\n[pid 2] peek(1, 0x40001000)"},
    {{"defect.fault.msync_without_slot", "msync_of_shared_memory_returns"},
     "boot family=fault ram_pages=32 swap_pages=0\n" + object +
         "store(0x40000000, 5)\nswap_out(1, 0x40000000)\nmsync(0x40000000, 4096, MS_SYNC)"},
    {{"defect.fault.msync_swap_cache", "msync_leaves_shared_memory_where_it_is"}, split},
    {{"defect.fault.msync_swap_cache", "shared_areas_show_the_pages_of_their_object"}, split},
    {{"defect.fault.msync_swap_cache", "what_is_read_is_what_was_written"},
     split + "swap_out(2, 0x40000000)\nmadvise(0x40000000, 4096, MADV_DONTNEED)\nload(0x40000000)\n"
             "[pid 2] load(0x40000000)"},
    {{"defect.fault.msync_without_file", "msync_asks_no_file_of_a_page_that_has_none"},
     poked + "msync(0x40000000, 4096, MS_ASYNC)",
     false},
    {{"defect.fault.madvise_without_file", "advice_for_a_part_asks_no_file_of_an_area_that_has_none"},
     memory + "madvise(0x40000000, 4096, MADV_RANDOM)"},
    {{"defect.fault.willneed_without_readpage", "advice_asks_shared_memory_for_no_method_that_it_lacks"},
     object + "madvise(0x40000000, 4096, MADV_WILLNEED)"},
    {{"defect.fault.growth", "what_a_file_grows_by_is_zeros_in_its_last_page_too"}, grown},
    {{"defect.fault.growth", "every_call_does_to_memory_what_it_means"}, grown},
    {{"defect.fault.unreadable_buffer", "a_write_that_cannot_read_its_buffer_writes_nothing_of_the_page"}, lost},
    {{"defect.fault.unreadable_buffer", "what_is_to_be_written_is_up_to_date"},
     stored_to_file + "swap_out(1, 0x40000000)\npwrite(3, 0x10000000, 1, 0)"},
    {{"defect.fault.unreadable_buffer", "every_call_does_to_memory_what_it_means"}, lost},
    {{"defect.fault.sequential_without_file", "a_window_that_was_passed_asks_no_file_of_a_page_that_has_none"},
     "boot family=fault ram_pages=160 files=409600\nopen(\"file1\", O_RDWR)\n"
     "mmap(NULL, 409600, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\nmadvise(0x40000000, 409600, MADV_SEQUENTIAL)\n"
     "store(0x40000000, 1)\nload(0x40010000)\nload(0x4002f000)\nload(0x4004e000)"},
};

/// What the last call of a showing breaks on a kernel.
Shown shown(const Showing& showing, const fault::Kernel& kernel) {
  const Carried made = carried(showing.script, kernel);
  const auto* state = ended_everything(made.transition()) ? nullptr : &made.after;
  return {laws_broken_by(made.transition(), step_laws, invariant, state), made.because};
}

TEST(FaultDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings)
    expect_broken_as_said(showing.broken_by, shown(showing, fault::as_built));
}

TEST(FaultDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    if (!showing.by_itself) continue;
    expect_broken_alone(showing.broken_by,
                        shown(showing, corrected_but_for(fault::corrected, *showing.broken_by.defect)));
  }
}

/// The kernel as built but for one switch keeps the law: nothing else breaks it. (A table that two processes have breaks laws whether
/// it is filled or not.)
TEST(FaultDefects, NoLawIsBrokenWhereTheDefectIsMended) {
  for (const Showing& showing : showings) {
    const auto& [defect, law] = showing.broken_by;
    if (defect->name.starts_with("defect.fault.bad_table_is_")) continue;
    const auto kernel =
        with_switches(fault::as_built, [&](std::string_view field) { return field == switch_of(*defect); });
    EXPECT_FALSE(has(shown(showing, kernel).broken_laws, law))
        << law << " is broken though " << defect->name << " is mended";
  }
}

TEST(FaultDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings)
    expect_nothing_broken(showing.broken_by, shown(showing, fault::corrected));
}

TEST(FaultDefects, AllAreShownAndAllThatIsSaidIsShown) {
  expect_all_shown(fault::clauses, broken_by, showings);
  EXPECT_EQ(names_of_defects(fault::clauses).size(), 21u);
}

TEST(FaultDefects, EachHasASwitchOfItsName) { expect_a_switch_for_each(fault::clauses, fault::all_corrected); }

}  // namespace
}  // namespace refmm::process

// Every conjunct of the invariant can fail, and is named when it is the first that does.

#include <refmm/spec/process_invariant.hpp>
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace refmm::process {
namespace {

// What there is in the lawful state that is tampered with.
constexpr std::uint32_t shared_with_child = 0x40000000, swapped = 0x40001000, zeros = 0x40002000,
                        back = 0x40003000;
constexpr std::uint32_t of_file = 0x40004000, of_object = 0x40007000, own = 0x40009000, object = 3;

/// Two processes; pages of all kinds: without a name, of a file, of shared memory in memory and in a slot, in the swap cache, and
/// the zero page.
Carried lawful() {
  return carried(
      "mmap(NULL, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
      "open(\"file1\", O_RDWR)\n"
      "mmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n"
      "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n"
      "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
      "store(0x40000000, 1)\nstore(0x40001000, 2)\nload(0x40002000)\nstore(0x40003000, 3)\n"
      "store(0x40004000, 4)\nload(0x40005000)\nstore(0x40007000, 5)\nstore(0x40008000, 6)\n"
      "swap_out(1, 0x40003000)\nswap_out(1, 0x40008000)\nreclaim()\nload(0x40003000)\n"
      "swap_out(1, 0x40001000)\nfork()\nstore(0x40009000, 7)");
}

std::uint32_t frame_at(const Carried& made, std::uint32_t addr) { return frame_of(entry_at(made.after, 1, addr)); }

struct ConjunctTampering {
  std::string_view broken;
  void (*tamper)(Carried& made);
};

const ConjunctTampering tamperings[] = {
    {"the_count_of_a_frame_is_its_references",
     [](Carried& made) { change_frame(made, frame_at(made, own), [](auto& frame) { frame.count = 2; }); }},
    {"the_count_of_a_frame_is_its_references",
     [](Carried& made) { made.after.iobuf.push_back(frame_at(made, own)); }},
    {"free_frames_are_nobodys", [](Carried& made) { add_frame_flags<30, fault::PG_error>(made); }},
    {"frames_come_from_the_pool", [](Carried& made) { count_once_more<33>(made); }},
    {"the_count_of_a_slot_is_its_references", [](Carried& made) { set_slot(made, 1, 5); }},
    {"slots_are_taken_only_of_an_area_in_use", [](Carried& made) { made.after.memory.swap.in_use = false; }},
    {"slots_are_taken_only_of_an_area_in_use", [](Carried& made) { set_slot(made, 9, 1); }},
    {"rss_is_the_pages_that_are_there", [](Carried& made) { made.after.memory.rss = {}; }},
    {"a_writable_private_page_has_one_owner", add_flags<shared_with_child, fault::PAGE_RW>},
    {"a_page_that_two_can_write_is_of_a_shared_mapping",
     [](Carried& made) {
       add_flags<shared_with_child, fault::PAGE_RW>(made);
       set_entry(made, 2, shared_with_child, entry_at(made.after, 2, shared_with_child) | fault::PAGE_RW);
     }},
    {"shared_areas_show_the_pages_of_their_object",
     [](Carried& made) { set_entry(made, 1, of_file, entry_at(made.after, 1, own)); }},
    {"reserved_frames_stay_as_they_are", add_flags<zeros, fault::PAGE_RW>},
    {"reserved_frames_stay_as_they_are", count_once_more<fault::ZERO_PAGE>},
    {"entries_lie_in_areas",
     [](Carried& made) { process(made, 1).mm.areas.erase(process(made, 1).mm.areas.begin()); }},
    {"entries_lie_in_areas", [](Carried& made) { set_entry(made, 1, 0x40020000, entry_at(made.after, 1, own)); }},
    {"entries_permit_no_more_than_their_areas",
     [](Carried& made) {
       for (auto& area : process(made, 1).mm.areas) area.vm_flags &= ~vma::VM_WRITE;
     }},
    {"entries_permit_no_more_than_their_areas",
     [](Carried& made) {
       for (auto& area : process(made, 1).mm.areas) area.vm_flags &= ~vma::VM_ACCESS;
     }},
    {"shared_pages_can_be_written_where_their_area_can", take_flags<of_file, fault::PAGE_RW>},
    {"a_page_table_serves_one_process",
     [](Carried& made) {
       auto& pgds = made.after.memory.pgds;
       pgds = updated(std::move(pgds), 2, lookup(pgds, 1));
     }},
    {"pages_are_found_by_their_names", [](Carried& made) { set_cached(made, object, 0, fault::none); }},
    {"pages_are_found_by_their_names",
     [](Carried& made) { set_cached(made, object, 1, frame_at(made, of_object)); }},
    {"pages_of_the_swap_cache_are_marked",
     [](Carried& made) {
       change_frame(made, frame_at(made, back), [](auto& frame) { frame.flags &= ~fault::PG_swap_cache; });
     }},
    {"pages_of_the_swap_cache_are_marked",
     [](Carried& made) { change_frame(made, frame_at(made, own), [](auto& frame) { frame.buffers = 1; }); }},
    {"the_lists_of_an_object_have_its_pages_once_each",
     [](Carried& made) { change_object(made, 1, [](auto& file) { file.clean_pages.clear(); }); }},
    {"the_lists_of_an_object_have_its_pages_once_each",
     [](Carried& made) { change_object(made, 1, [](auto& file) { file.dirty_pages = file.clean_pages; }); }},
    {"a_page_of_shared_memory_is_in_memory_or_in_a_slot",
     [](Carried& made) { set_cached(made, object, 1, frame_at(made, own)); }},
    {"a_slot_of_shared_memory_is_its_own", [](Carried& made) { set_slot(made, 2, 2); }},
    {"a_clean_page_is_what_is_behind_it",
     [](Carried& made) {
       auto& contents = made.after.memory.contents;
       contents = updated(std::move(contents), frame_at(made, of_file + page_bytes), {});
     }},
    {"what_is_to_be_written_is_up_to_date",
     [](Carried& made) {
       change_frame(made, frame_at(made, back), [](auto& frame) { frame.flags = fault::PG_dirty; });
     }},
    {"a_page_without_a_name_is_dirty_where_it_is_mapped", take_flags<own, fault::PAGE_DIRTY>},
    {"no_page_stays_locked",
     [](Carried& made) {
       change_frame(made, frame_at(made, own), [](auto& frame) { frame.flags |= fault::PG_locked; });
     }},
    {"processes_are_numbered_upwards",
     [](Carried& made) { std::swap(made.after.processes.front(), made.after.processes.back()); }},
    {"processes_are_numbered_upwards", [](Carried& made) { made.after.pids_made = 1; }},
    {"who_is_gone_has_left_nothing", [](Carried& made) { made.after.processes.pop_back(); }},
    {"the_areas_of_every_process_are_lawful", [](Carried& made) { process(made, 2).mm.total_vm += 1; }},
    {"open_files_have_their_descriptor_and_their_areas",
     [](Carried& made) { made.after.files.front().f_count += 1; }},
};

TEST(FaultInvariant, HoldsOfTheStateThatIsTamperedWith) {
  const Carried made = lawful();
  for (const auto& conjunct : invariant) EXPECT_TRUE(conjunct.holds(made.after)) << conjunct.name;
  EXPECT_TRUE(is_slot(entry_at(made.after, 1, swapped)));
  EXPECT_EQ(frame(made.after, frame_at(made, back)).mapping, fault::swapper_space);
  EXPECT_EQ(object_at(made.after, object)->slots.written.size(), 1u);
}

TEST(FaultInvariant, EachConjunctCanBeBroken) {
  for (const ConjunctTampering& tampering : tamperings) {
    const auto conjunct = std::ranges::find(invariant, tampering.broken, &Conjunct<LawState>::name);
    ASSERT_NE(conjunct, invariant.end()) << "no conjunct is called " << tampering.broken;
    Carried made = lawful();
    tampering.tamper(made);
    EXPECT_FALSE(conjunct->holds(made.after)) << tampering.broken << ", row " << &tampering - tamperings;
  }
}

TEST(FaultInvariant, NamesTheFirstConjunctThatIsBroken) {
  EXPECT_FALSE(broken_conjunct(lawful().after));
  for (const ConjunctTampering& tampering : tamperings) {
    Carried made = lawful();
    tampering.tamper(made);
    const auto named = broken_conjunct(made.after);
    ASSERT_TRUE(named) << tampering.broken;
    for (const auto& conjunct : invariant) {
      if (conjunct.name == named->name) break;
      EXPECT_TRUE(conjunct.holds(made.after)) << conjunct.name << " is broken before " << named->name;
    }
  }
}

TEST(FaultInvariant, EveryConjunctIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& conjunct : invariant) stated.insert(conjunct.name);
  for (const ConjunctTampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::process

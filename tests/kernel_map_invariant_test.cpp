// Every conjunct of the invariant can fail, and is then the one that is named.

#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/tests/kernel_map_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace refmm::kernel_map {
namespace {

/// Two areas of vmalloc and one of ioremap, two processes, of which the second has a page of its own and has not seen the areas,
/// a directory and a table on the quick lists, and a frame in the window.
Carried lawful(Sharing sharing = Sharing::lazy) {
  Kernel kernel = corrected;
  kernel.sharing = sharing;
  KernelMapScript script(small_machine(kernel));
  script.fork().fork().fork().vmalloc(0x2000).vmalloc(0x1000).ioremap(device, 0x3000).touch(1, areas_begin);
  script.map_user(2, 0x08000000).run(PgdFreeFast{3}).run(PteFreeFast{}).run(GetPage{true});
  return script.run(Kmap<Word32>{std::get<FrameNumber<Word32>>(script.last().result).pfn}).last();
}

struct Tampering {
  std::string_view broken;
  void (*tamper)(LawState& state);
  Sharing sharing = Sharing::lazy;
};

void set_pde(LawEntries& directory, Word32 slot, Word32 entry) {
  directory = updated(std::move(directory), slot, entry);
}

/// The entry of the table that maps a page of the kernel gets another value.
void set_pte(LawState& state, Word32 page, Word32 entry) {
  const Word32 pfn = pfn_in(lookup(state.swapper_pg_dir, page / slot_bytes));
  auto& entries = std::ranges::find(state.tables, pfn, &Table<Word32>::pfn)->entries;
  entries = updated(std::move(entries), page / page_bytes % 1024, entry);
}

void set_frame(LawState& state, Word32 pfn, const Frame& frame) {
  state.frames = updated(std::move(state.frames), pfn, frame);
}

/// The frame of the first page of the first area.
Word32 frame_of_area(const LawState& state) { return pfn_in(pages_of(state, state.vmlist.front()).front().entry); }

constexpr Word32 kernel_table = 0x00400063;  // an entry for a table, which no directory has
constexpr Word32 slot_of_areas = areas_begin / slot_bytes;

const Tampering tamperings[] = {
    {"kernel_areas_stand_in_the_order_of_their_addresses",
     [](LawState& state) { std::swap(state.vmlist[0], state.vmlist[1]); }},
    {"no_address_is_in_two_kernel_areas", [](LawState& state) { state.vmlist[0].size += page_bytes; }},
    {"areas_are_whole_pages_and_a_guard_page", [](LawState& state) { state.vmlist[2].size += 1; }},
    {"areas_are_whole_pages_and_a_guard_page",
     [](LawState& state) {
       state.vmlist.push_back({areas_begin + 0x100000, page_bytes, AreaKind::vmalloc, 9});
     }},
    {"areas_lie_inside_the_range", [](LawState& state) { state.vmlist[0].addr -= 0x100000; }},
    {"areas_lie_inside_the_range",
     [](LawState& state) {
       state.vmlist.push_back({law_machine.pkmap_base - page_bytes, 2 * page_bytes, AreaKind::ioremap, 9});
     }},
    {"every_page_of_an_area_is_mapped", [](LawState& state) { set_pte(state, areas_begin, 0); }},
    {"every_page_of_an_area_is_mapped", [](LawState& state) { state.vmlist.back().size += page_bytes; }},
    {"no_guard_page_is_mapped", [](LawState& state) { state.vmlist.back().size -= page_bytes; }},
    {"nothing_is_mapped_outside_areas", [](LawState& state) { state.vmlist.pop_back(); }},
    {"nothing_is_mapped_outside_areas",
     [](LawState& state) { set_pte(state, areas_begin + 0x100000, device | paging::KERNPG_TABLE); }},
    {"list_elements_have_one_area_each", [](LawState& state) { state.vmlist[1].obj = state.vmlist[0].obj; }},
    {"list_elements_have_one_area_each", [](LawState& state) { state.objs_made = 1; }},
    {"no_frame_in_use_is_free",
     [](LawState& state) {
       set_frame(state, frame_of_area(state), {1, false, true});
     }},
    {"no_frame_in_use_is_free",
     [](LawState& state) {
       set_frame(state, state.pgds[0].pfn, {1, false, true});
     }},
    {"no_frame_has_more_uses_than_references",
     [](LawState& state) {
       set_frame(state, frame_of_area(state), {0, false, false});
     }},
    {"no_frame_has_more_uses_than_references",
     [](LawState& state) { set_pte(state, areas_begin + page_bytes, frame_of_area(state) << 12 | 0x163); }},
    {"tables_and_directories_have_a_frame_each",
     [](LawState& state) {
       state.pgds[0].pfn = state.pgds[1].pfn;
       set_frame(state, state.pgds[1].pfn, {2, false, false});
     }},
    {"entries_of_directories_lead_to_tables",
     [](LawState& state) { set_pde(state.pgds[1].entries, 4, 0x07fff067); }},
    {"the_direct_mapping_is_whole",
     [](LawState& state) {
       set_pde(state.swapper_pg_dir, 769, 0);
       for (auto& pgd : state.pgds) set_pde(pgd.entries, 769, 0);
     }},
    {"slots_of_fixed_addresses_have_tables",
     [](LawState& state) {
       set_pde(state.swapper_pg_dir, 1023, 0);
       for (auto& pgd : state.pgds) set_pde(pgd.entries, 1023, 0);
     }},
    {"processes_are_numbered_in_their_order",
     [](LawState& state) { std::swap(state.pgds[0].number, state.pgds[1].number); }},
    {"processes_are_numbered_in_their_order", [](LawState& state) { state.pgds_made = 1; }},
    {"the_counter_is_the_length_of_both_quick_lists", [](LawState& state) { ++state.pgtable_cache_size; }},
    {"kernel_entries_of_processes_are_shared",
     [](LawState& state) { set_pde(state.pgds[1].entries, slot_of_areas, lookup(state.swapper_pg_dir, 1023u)); }},
    {"kernel_entries_of_processes_are_shared",
     [](LawState& state) { set_pde(state.pgds[0].entries, slot_of_areas, 0); }, Sharing::preallocated},
    {"kernel_entries_of_waiting_directories_are_shared",
     [](LawState& state) { set_pde(state.pgd_quicklist[0].entries, slot_of_areas, kernel_table); }},
    {"preallocated_tables_are_all_there",
     [](LawState& state) {
       set_pde(state.swapper_pg_dir, 900, 0);
       for (auto& pgd : state.pgds) set_pde(pgd.entries, 900, 0);
       for (auto& pgd : state.pgd_quicklist) set_pde(pgd.entries, 900, 0);
     },
     Sharing::preallocated},
    {"swapper_pg_dir_has_no_users_half",
     [](LawState& state) { set_pde(state.swapper_pg_dir, 3, lookup(state.swapper_pg_dir, 768u)); }},
    {"kernel_entries_are_not_the_users",
     [](LawState& state) {
       for (auto* directory : {&state.swapper_pg_dir, &state.pgds[0].entries})
         set_pde(*directory, slot_of_areas, lookup(*directory, slot_of_areas) | paging::PAGE_USER);
     }},
    {"users_tables_are_their_own",
     [](LawState& state) {
       set_pde(state.pgds[0].entries, 3, lookup(state.swapper_pg_dir, 1023u) | paging::PAGE_USER);
     }},
    {"users_pages_are_nobody_elses",
     [](LawState& state) {
       const Word32 table = pfn_in(lookup(state.pgds[1].entries, 0x08000000u / slot_bytes));
       auto& entries = std::ranges::find(state.tables, table, &Table<Word32>::pfn)->entries;
       entries = updated(std::move(entries), 7u, state.pgds[0].pfn << 12 | 0x67);
       set_frame(state, state.pgds[0].pfn, {2, false, false});
     }},
    {"the_processor_uses_no_stale_translation",
     [](LawState& state) {
       state.stale.push_back({areas_begin, 0x00401063});
     }},
    {"mapped_entries_of_the_window_have_their_frames",
     [](LawState& state) { set_pte(state, law_machine.pkmap_base + page_bytes, 0); }},
    {"mapped_entries_of_the_window_have_their_frames",
     [](LawState& state) { state.pkmap.address.written.front().second += page_bytes; }},
};

TEST(KernelMapInvariant, HoldsOfTheStateThatIsTamperedWith) {
  for (const Sharing sharing : {Sharing::lazy, Sharing::preallocated}) {
    const Carried made = lawful(sharing);
    for (const auto& conjunct : invariant) EXPECT_TRUE(conjunct.holds({made.boot, made.after})) << conjunct.name;
    EXPECT_EQ(made.after.vmlist.size(), 3u);
    EXPECT_EQ(made.after.pgd_quicklist.size(), 1u);
    EXPECT_EQ(made.after.pkmap.address.written.size(), 1u);
  }
}

TEST(KernelMapInvariant, NamesTheConjunctThatIsBroken) {
  for (const Tampering& tampering : tamperings) {
    const Carried made = lawful(tampering.sharing);
    LawState state = made.after;
    tampering.tamper(state);
    const auto broken = broken_conjunct(made.boot, state);
    ASSERT_TRUE(broken) << "nothing is broken where it should be " << tampering.broken;
    EXPECT_EQ(broken->name, tampering.broken) << "row " << &tampering - tamperings;
  }
}

TEST(KernelMapInvariant, EveryConjunctIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& conjunct : invariant) stated.insert(conjunct.name);
  for (const Tampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::kernel_map

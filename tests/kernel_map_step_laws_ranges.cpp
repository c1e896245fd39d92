// Ways to break the laws about ioremap, iounmap and the window for high frames.
#include <refmm/tests/kernel_map_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::kernel_map {
namespace {

constexpr Word32 high_frame = 16384;
constexpr Word32 window_entry = law_machine.pkmap_base + page_bytes;
constexpr Word32 direct = law_machine.page_offset;

Carried device_mapped() { return KernelMapScript().ioremap(device + 0x10, 0x2000).last(); }
Carried old_device() { return KernelMapScript().ioremap(0xa0000, 0x10000).last(); }
Carried ram_asked_for() { return KernelMapScript().ioremap(2000u * 4096, 0x1000).last(); }
Carried beyond_ram() {
  return KernelMapScript().run(Reserve<Word32>{16399, 16399}).ioremap(16399u * 4096, 0x2000).last();
}
Carried no_table() { return KernelMapScript().fail_page().ioremap(device, 4096).last(); }
Carried kmapped() { return KernelMapScript().run(GetPage{true}).run(Kmap<Word32>{high_frame}).last(); }
Carried kmapped_again() {
  return KernelMapScript().run(GetPage{true}).run(Kmap<Word32>{high_frame}).run(Kmap<Word32>{high_frame}).last();
}
Carried another_kmapped() {
  KernelMapScript script;
  script.run(GetPage{true}).run(GetPage{true});
  return script.run(Kmap<Word32>{high_frame}).run(Kmap<Word32>{high_frame + 1}).last();
}
Carried low_kmapped() { return KernelMapScript().run(Kmap<Word32>{2000}).last(); }
Carried kunmapped() {
  return KernelMapScript().run(GetPage{true}).run(Kmap<Word32>{high_frame}).run(Kunmap<Word32>{high_frame}).last();
}
Carried low_kunmapped() { return KernelMapScript().run(Kunmap<Word32>{2000}).last(); }
Carried kunmapped_without_address() {
  return KernelMapScript().run(GetPage{true}).run(Kunmap<Word32>{high_frame}).last();
}
Carried kunmapped_without_users() {
  KernelMapScript script;
  script.run(GetPage{true}).run(Kmap<Word32>{high_frame}).run(Kunmap<Word32>{high_frame});
  return script.run(Kunmap<Word32>{high_frame}).last();
}

}  // namespace

std::vector<Tampering> tamperings_of_ranges() {
  return {
      {"ioremap_of_nothing_is_refused", [] { return KernelMapScript().ioremap(device, 0).last(); },
       return_address<areas_begin>},
      {"ioremap_of_nothing_is_refused", device_mapped, refuse<Refusal::size_zero>},
      {"ioremap_of_a_range_that_wraps_is_refused",
       [] { return KernelMapScript().ioremap(0xfffff000, 0x1001).last(); }, return_address<areas_begin>},
      {"ioremap_of_a_range_that_wraps_is_refused", device_mapped, refuse<Refusal::range_wraps>},
      {"the_window_of_old_devices_is_in_the_direct_mapping", old_device, return_address<areas_begin>},
      {"the_window_of_old_devices_is_in_the_direct_mapping", old_device,
       [](Carried& made) { made.effects.push_back(FlushTlb{true}); }},
      {"ioremap_refuses_ram_in_use", ram_asked_for, return_address<areas_begin>},
      {"ioremap_refuses_ram_in_use", device_mapped, refuse<Refusal::ram_in_use>},
      {"ioremap_refuses_ranges_that_leave_ram", beyond_ram, return_address<areas_begin>},
      {"ioremap_refuses_ranges_that_leave_ram", device_mapped, refuse<Refusal::ram_behind_end>},
      {"what_ioremap_refuses_at_once_leaves_no_trace", ram_asked_for,
       [](Carried& made) { made.effects.push_back(Kmalloc{0}); }},
      {"every_byte_asked_for_is_mapped_to_the_byte_meant", device_mapped, map_another_frame<areas_begin>},
      {"every_byte_asked_for_is_mapped_to_the_byte_meant", device_mapped,
       [](Carried& made) { set_page(made.after, areas_begin + 2 * page_bytes, 0); }},
      {"the_address_has_the_offset_of_the_range_in_its_page", device_mapped, return_address<areas_begin>},
      {"pages_of_devices_have_their_flags", device_mapped,
       [](Carried& made) { set_page(made.after, areas_begin, device | paging::KERNPG_TABLE | paging::PAGE_PCD); }},
      {"ioremap_is_refused_where_a_table_is_missing", no_table, return_address<areas_begin>},
      {"ioremap_is_refused_where_a_table_is_missing", no_table, without_effect<Kfree>},
      {"ioremap_is_refused_where_a_table_is_missing", device_mapped, refuse<Refusal::no_table>},
      {"no_assertion_about_pages_to_map", device_mapped, refuse<Refusal::remap_page_exists>},
      {"no_assertion_about_pages_to_map", device_mapped, refuse<Refusal::remap_end_below>},
      {"no_assertion_about_pages_to_map", device_mapped,
       [](Carried& made) { made.effects.push_back(Warn{Message::page_exists}); }},
      {"iounmap_leaves_the_direct_mapping", [] { return KernelMapScript().iounmap(0xc00a0000).last(); },
       [](Carried& made) { made.effects.push_back(Warn{Message::vfree_unknown}); }},
      {"iounmap_takes_any_address_in_the_first_page",
       [] { return KernelMapScript().ioremap(device, 4096).iounmap(areas_begin + 0xfff).last(); }, undo},
      {"low_frames_have_their_address_for_ever", low_kmapped, return_address<window_entry>},
      {"a_frame_that_has_an_address_keeps_it", kmapped_again, return_address<window_entry + 4096>},
      {"a_frame_that_has_an_address_keeps_it", kmapped_again, undo},
      {"a_high_frame_gets_an_entry_of_the_window", kmapped, return_address<direct>},
      {"a_high_frame_gets_an_entry_of_the_window", kmapped, map_another_frame<window_entry>},
      {"entries_in_use_stay_when_the_search_comes_round", another_kmapped,
       [](Carried& made) { made.after.pkmap.address = updated(made.after.pkmap.address, high_frame, 0u); }},
      {"no_entry_of_the_window_is_gone", kmapped, refuse<Refusal::kmap_entry_gone>},
      {"kunmap_of_a_low_frame_does_nothing", low_kunmapped,
       [](Carried& made) { made.effects.push_back(FlushTlb{true}); }},
      {"kunmap_ends_one_use_and_keeps_the_entry", kunmapped, undo},
      {"kunmap_ends_one_use_and_keeps_the_entry", kunmapped,
       [](Carried& made) { set_page(made.after, window_entry, 0); }},
      {"kunmap_of_a_frame_without_an_address_is_a_bug", kunmapped_without_address, return_nothing},
      {"kunmap_of_a_frame_without_an_address_is_a_bug", kunmapped, refuse<Refusal::kunmap_not_mapped>},
      {"kunmap_of_an_address_without_users_is_a_bug", kunmapped_without_users, return_nothing},
      {"kunmap_of_an_address_without_users_is_a_bug", kunmapped, refuse<Refusal::kunmap_not_used>},
  };
}

}  // namespace refmm::kernel_map

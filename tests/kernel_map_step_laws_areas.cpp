// Ways to break the laws about areas, vmalloc and vfree.
#include <refmm/tests/kernel_map_step_laws_tamperings.hpp>

#include <cstdint>
#include <vector>

namespace refmm::kernel_map {
namespace {

constexpr Word32 second_area = areas_begin + 2 * page_bytes;

Carried one_area() { return KernelMapScript().vmalloc(4096).last(); }
Carried area_behind_another() { return KernelMapScript().vmalloc(4096).vmalloc(4096).last(); }
/// A hole of three pages between two areas.
Carried area_between_others() {
  return KernelMapScript().vmalloc(4096).vmalloc(0x2000).vmalloc(4096).vfree(second_area).vmalloc(4096).last();
}
Carried area_too_large() { return KernelMapScript().ioremap(0x80000000, 0x3b000000).last(); }
Carried no_element() { return KernelMapScript().fail_kmalloc().vmalloc(4096).last(); }
Carried no_table() { return KernelMapScript().fail_page().vmalloc(4096).last(); }
Carried no_frame() { return KernelMapScript().fail_page(2).vmalloc(0x3000).last(); }
Carried one_area_freed() { return KernelMapScript().vmalloc(0x2000).vmalloc(4096).vfree(areas_begin).last(); }
Carried device_freed() { return KernelMapScript().ioremap(device, 4096).vfree(areas_begin).last(); }

}  // namespace

std::vector<Tampering> tamperings_of_areas() {
  return {
      {"an_area_takes_a_list_element_first", no_element, return_address<areas_begin>},
      {"an_area_takes_a_list_element_first", one_area, refuse<Refusal::no_list_element>},
      {"an_area_takes_a_list_element_first", one_area, without_effect<Kmalloc>},
      {"an_area_lies_in_the_first_room_between_areas", area_between_others, return_address<0xc4808000>},
      {"without_room_between_areas_an_area_lies_behind_all", one_area, return_address<areas_begin + 4096>},
      {"without_room_between_areas_an_area_lies_behind_all", area_behind_another, return_address<areas_begin>},
      {"areas_are_refused_exactly_where_there_is_no_room", one_area, refuse<Refusal::no_room>},
      {"areas_are_refused_exactly_where_there_is_no_room", area_too_large, return_address<areas_begin>},
      {"areas_are_refused_exactly_where_there_is_no_room", area_too_large, without_effect<Kfree>},
      {"a_new_area_has_the_bytes_asked_for_and_a_guard_page", one_area,
       [](Carried& made) { made.after.vmlist.front().size -= page_bytes; }},
      {"a_new_area_has_the_bytes_asked_for_and_a_guard_page", one_area,
       [](Carried& made) { made.after.vmlist.front().flags = AreaKind::ioremap; }},
      {"a_new_area_has_the_bytes_asked_for_and_a_guard_page", area_behind_another, map_another_frame<areas_begin>},
      {"vmalloc_wants_pages_and_no_more_than_there_are", [] { return KernelMapScript().vmalloc(0).last(); },
       return_address<areas_begin>},
      {"vmalloc_wants_pages_and_no_more_than_there_are", one_area, refuse<Refusal::vmalloc_size>},
      {"vmalloc_maps_a_frame_of_its_own_to_every_page", one_area, map_another_frame<areas_begin>},
      {"vmalloc_maps_a_frame_of_its_own_to_every_page", one_area, without_effect<FlushTlb>},
      {"vmalloc_asks_for_the_frames_that_its_caller_wants", one_area,
       [](Carried& made) { effect<AllocPage<Word32>>(made).gfp = Gfp::kernel_dma; }},
      {"vmalloc_asks_for_the_frames_that_its_caller_wants", one_area,
       [](Carried& made) {
         const Word32 pfn = *effect<AllocPage<Word32>>(made).pfn;
         set_page(made.after, areas_begin, pfn << 12 | paging::PAGE_TABLE);
       }},
      {"vmalloc_is_refused_where_a_table_is_missing", no_table, return_address<areas_begin>},
      {"vmalloc_is_refused_where_a_table_is_missing", one_area, refuse<Refusal::no_table>},
      {"vmalloc_is_refused_where_a_frame_is_missing", no_frame, return_address<areas_begin>},
      {"vmalloc_is_refused_where_a_frame_is_missing", one_area, refuse<Refusal::no_frame>},
      {"a_vmalloc_that_fails_half_way_leaves_nothing_but_tables", no_frame, without_effect<FreePage<Word32>>},
      {"a_vmalloc_that_fails_half_way_leaves_nothing_but_tables", no_frame,
       [](Carried& made) {
         made.after.vmlist.push_back({areas_begin, 0x2000, AreaKind::vmalloc, 0});
       }},
      {"vfree_of_null_does_nothing", [] { return KernelMapScript().vmalloc(4096).vfree(0).last(); },
       [](Carried& made) { made.after.vmlist.clear(); }},
      {"vfree_of_an_address_within_a_page_only_warns",
       [] { return KernelMapScript().vmalloc(4096).vfree(areas_begin + 1).last(); }, forget_effects},
      {"vfree_of_what_is_no_area_only_warns",
       [] { return KernelMapScript().vmalloc(4096).vfree(areas_begin + 4096).last(); },
       [](Carried& made) { made.after.vmlist.clear(); }},
      {"vfree_of_what_is_no_area_only_warns", [] { return KernelMapScript().vfree(areas_begin).last(); },
       forget_effects},
      {"vfree_takes_the_area_away_and_no_other", one_area_freed, undo},
      {"vfree_takes_the_area_away_and_no_other", one_area_freed, [](Carried& made) { made.after.vmlist.clear(); }},
      {"vfree_takes_the_area_away_and_no_other", one_area_freed, without_effect<Kfree>},
      {"nothing_of_an_area_stays_mapped", one_area_freed, map_another_frame<areas_begin + 4096>},
      {"each_page_of_an_area_is_given_back_once", one_area_freed, without_effect<FreePage<Word32>>},
      {"each_page_of_an_area_is_given_back_once", one_area_freed,
       [](Carried& made) { made.effects.push_back(effect<FreePage<Word32>>(made)); }},
      {"what_ioremap_has_mapped_is_not_given_back", device_freed,
       [](Carried& made) { made.effects.push_back(FreePage<Word32>{pfn_in(device)}); }},
      {"no_frame_is_given_back_before_the_flush", one_area_freed,
       [](Carried& made) { made.effects.push_back(FlushTlb{true}); }},
      {"no_frame_is_given_back_before_the_flush", one_area_freed, without_effect<FlushTlb>},
  };
}

}  // namespace refmm::kernel_map

// The theorems about the kernel's areas and ranges: the laws of spec/kernel_map_laws.hpp and spec/kernel_map_range_laws.hpp,
// claimed of the corrected kernel. Each switch of the corrections is a mutant, so that defects of 2.4.0 are counterexamples.
#include <refmm/model/kernel_map_subject.hpp>
#include <refmm/proofs/kernel_map.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_range_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::kernel_map {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::KernelMapSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view lists = "lists of every length, every range of whole pages, every size";
constexpr std::string_view ranges = "every physical address and size, every byte";
constexpr std::string_view machines = "every size of RAM and every configuration";
constexpr std::string_view frames = "every frame, every size of RAM";
constexpr std::string_view pages = "every area, every page";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- Where areas go: the induction along the list -------------------------------------------------------------
      model(a_turn_of_the_search_passes_one_area, lists, {"kernel.get_vm_area.ignores_the_end"},
            {"kernel.get_vm_area.first_fit", "kernel.get_vm_area.no_room"}),
      model(a_place_between_areas_is_free, lists, {"kernel.get_vm_area.overlaps_by_a_page"},
            {"kernel.get_vm_area.first_fit"}),
      model(a_place_behind_all_areas_is_free, lists,
            {"defect.kernel.first_area_limit", "defect.kernel.area_wraps"},
            {"kernel.get_vm_area.behind_last", "kernel.get_vm_area.no_room"}),
      model(no_room_means_no_room, lists, {"kernel.get_vm_area.wants_a_page_more"},
            {"kernel.get_vm_area.no_room"}),
      model(no_place_is_below_the_range, lists, {"defect.kernel.area_at_zero"}, {"kernel.get_vm_area.no_room"}),
      model(the_range_for_areas_is_nobody_elses, machines, {"defect.kernel.kmap_window"}),

      // ---- ioremap ----------------------------------------------------------------------------------------------------
      model(ioremap_covers_request, ranges,
            {"defect.kernel.ioremap_last_page", "defect.kernel.ioremap_one_byte",
             "kernel.ioremap.rounds_end_without_wrap", "kernel.ioremap.forgets_offset"},
            {"kernel.ioremap.covers", "kernel.ioremap.offset"}),
      model(ioremap_maps_no_page_too_many, ranges, {"kernel.ioremap.maps_a_page_more"}),
      model(ioremap_keeps_the_offset, ranges, {"kernel.ioremap.forgets_offset"}),
      model(ranges_that_wrap_are_known, ranges, {"kernel.ioremap.accepts_ranges_that_wrap"}),
      model(the_window_is_whole, ranges, {"kernel.ioremap.window_has_a_byte_more"}),
      model(ram_in_use_is_not_mapped, frames, {"defect.kernel.ioremap_high_ram"}, {"kernel.ioremap.ram"}),
      model(ram_is_mapped_to_its_end_at_most, frames, {"defect.kernel.ioremap_high_ram"},
            {"kernel.ioremap.ram_behind_end"}),
      model(every_page_has_the_entry_of_its_frame, pages, {"paging.entry.drops_flags"}),

      // ---- Pages and frames of areas ----------------------------------------------------------------------------------
      model(the_pages_of_a_slot_are_those_of_the_area, pages, {"kernel.areas.misses_the_last_page_of_a_slot"}),
      model(unmapping_reaches_the_end, pages, {"defect.kernel.vfree_to_the_top"}),
      model(no_frame_goes_before_the_flush, pages, {"defect.kernel.flush_before_free"}, {"kernel.vfree.frames"}),
      model(vfree_gives_each_page_back_once, pages,
            {"defect.kernel.iounmap_frees_ram", "kernel.vfree.gives_reserved_frames_back"},
            {"kernel.vfree.frames"}),
      model(slots_without_a_frame_stay_empty, "every use of the table that stands in",
            {"defect.kernel.stand_in_table"}, {"paging.table.none"}),
      model(stand_in_tables_stand_in_for_one, "every use of it",
            {"defect.kernel.stand_in_aliases", "defect.kernel.stand_in_refilled"}),
  };
  return all;
}

}  // namespace refmm::kernel_map

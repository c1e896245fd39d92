// The theorems about whole calls on memory areas: the laws of spec/vma_call_laws.hpp and its neighbours, claimed of the corrected
// kernel. Each switch of the corrections is a mutant, so that each defect of 2.4.0 is the counterexample of a theorem.
#include <refmm/model/vma_subject.hpp>
#include <refmm/proofs/vma.hpp>
#include <refmm/spec/vma_call_laws.hpp>
#include <refmm/spec/vma_remap_call_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::vma {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches) {
  return theorem(law, refmm::model::VmaSubject{}, scope, std::move(reaches), std::move(fails_on));
}

constexpr std::string_view one_area = "one area anywhere, every range of pages";
constexpr std::string_view sixteen = "one area, every range and offset, within sixteen pages";
constexpr std::string_view sixteen_and_limits =
    "one area, every range, limit and failing request, within sixteen pages";
constexpr std::string_view two_areas = "two areas anywhere, every range of pages";
constexpr std::string_view one_area_and_limits = "one area anywhere, every range, limit and failing request";

const Clauses every_cut{"vma.munmap.whole", "vma.munmap.head", "vma.munmap.tail", "vma.munmap.hole",
                        "vma.munmap.nothing_mapped"};

}  // namespace

const std::vector<Theorem>& theorems_about_calls() {
  static const std::vector<Theorem> all{
      model(munmap_removes_exactly_the_range_of_one_area, one_area,
            {"vma.part.keeps_offset", "vma.pieces.upper_starts_late"}, every_cut),
      model(munmap_removes_exactly_the_range_of_two_areas, two_areas,
            {"vma.part.keeps_offset", "vma.pieces.upper_starts_late"}, {"vma.munmap.highest_first"}),
      model(munmap_that_fails_changes_nothing, one_area_and_limits, {"vma.munmap.forgets_limit"},
            {"vma.munmap.no_structure", "vma.munmap.hole_at_limit"}),
      model(mmap_maps_exactly_the_range, one_area, {"vma.part.keeps_offset"}, {"vma.mmap.area"}),
      model(mmap_heeds_the_limit, one_area_and_limits, {"defect.vma.map_count_limit"},
            {"vma.mmap.too_many_areas", "vma.mmap.no_structure", "vma.mmap.old_mapping_stays"}),
      model(mmap_finds_what_is_free, one_area, {"vma.unmapped.touches_next", "vma.unmapped.goes_on_at_start"},
            {"vma.mmap.anywhere", "vma.mmap.no_gap"}),
      model(brk_moves_the_break_or_leaves_all, one_area, {"vma.do_brk.joins_over_gap"},
            {"vma.brk.grows", "vma.brk.shrinks", "vma.brk.collision", "vma.do_brk.lengthens",
             "vma.do_brk.new_area"}),
      model(do_brk_makes_areas_inside_the_task, "one area anywhere, every address and length",
            {"vma.do_brk.cve_2003_0961_unmaps_only_what_is_there"},
            {"vma.do_brk.new_area", "vma.do_brk.unmapping_fails"}),
      model(splits_heed_the_limit, one_area_and_limits, {"defect.vma.split_limit"},
            {"vma.split.limit", "vma.split.no_structure", "vma.split.middle"}),
      model(locking_the_future_unlocks_nothing, "one area anywhere, every word of flags",
            {"defect.vma.lock_future"}, {"vma.mlockall.future"}),
      model(stacks_keep_to_their_file, "one area anywhere, every address", {"defect.vma.stack_offset"},
            {"vma.stack.grows", "vma.stack.offset_zero"}),
      model(a_tree_changes_no_lookup, "one area anywhere, every address", {"defect.vma.find_vma_prev"},
            {"vma.find_prev.one_before"}),
      model(the_tree_takes_out_what_it_is_asked_to, "a tree of three, all keys, equal ones too",
            {"defect.vma.tree_keys"}, {}),

      // ---- mremap ---------------------------------------------------------------------------------------------------
      model(mremap_in_place_leaves_lawful_areas, one_area_and_limits, {"vma.mremap.forgets_total_vm"},
            {"vma.mremap.grows_in_place", "vma.mremap.shrinks", "vma.mremap.no_room", "vma.mremap.tail_stays"}),
      model(mremap_anywhere_leaves_lawful_areas, sixteen_and_limits, {"vma.mremap.forgets_total_vm"},
            {"vma.mremap.grows_in_place", "vma.mremap.shrinks", "vma.mremap.moves", "vma.mremap.maps_again"}),
      model(mremap_to_an_address_leaves_lawful_areas, sixteen_and_limits, {"defect.vma.remap_destination"},
            {"vma.mremap.fixed.destination_stays", "vma.mremap.moves"}),
      model(mremap_of_nothing_is_refused, one_area, {"defect.vma.remap_zero_length"}, {"vma.mremap.length_zero"}),
      model(mremap_heeds_the_limit, sixteen_and_limits, {"defect.vma.split_limit"},
            {"vma.mremap.too_many_areas", "vma.mremap.moves"}),
      model(growth_keeps_to_page_offsets, sixteen, {"defect.vma.remap_offset"},
            {"vma.mremap.page_offset", "vma.mremap.grows_in_place"}),
      model(unreserved_areas_are_not_charged, "one area anywhere, every range, however little memory",
            {"defect.vma.remap_noreserve"}, {"vma.mremap.grows_in_place"}),
      model(what_is_moved_goes_from_where_it_was, sixteen_and_limits, {"defect.vma.remap_source"},
            {"vma.mremap.moves", "vma.mremap.too_many_areas"}),
      model(what_is_cut_off_goes, sixteen_and_limits, {"defect.vma.remap_tail"},
            {"vma.mremap.moves", "vma.mremap.tail_stays"}),
      model(moving_and_shrinking_works, sixteen, {"defect.vma.remap_shrinks_and_moves"}, {"vma.mremap.moves"}),
      model(growing_shows_what_was_there, sixteen, {"vma.part.keeps_offset"},
            {"vma.mremap.grows_in_place", "vma.mremap.moves"}),
      model(shrinking_looks_at_the_area, one_area_and_limits, {"defect.vma.remap_shrinks_checked"},
            {"vma.mremap.shrinks", "vma.mremap.tail_stays", "vma.mremap.not_mapped", "vma.mremap.beyond_area"}),
      model(a_bad_source_changes_nothing, one_area, {"defect.vma.remap_looks_first"},
            {"vma.mremap.not_mapped", "vma.mremap.beyond_area"}),
  };
  return all;
}

}  // namespace refmm::vma

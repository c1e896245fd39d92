// The theorems of memory areas: each law of spec/vma_laws.hpp and its neighbours, claimed of model/vma*.hpp.
//
// Each line: the law; what "every input" means; the clauses that some path must reach; the mutants of the model on which the
// theorem fails. What is said here of one arbitrary area, and of an arbitrary pair of neighbours, the theorems about lists
// carry to lists of any length (spec/vma_list_laws.hpp).
#include <refmm/model/vma_subject.hpp>
#include <refmm/proofs/vma.hpp>
#include <refmm/spec/vma_laws.hpp>
#include <refmm/spec/vma_list_laws.hpp>
#include <refmm/spec/vma_range_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::vma {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::VmaSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view areas = "every area, every range inside the task, every byte";
constexpr std::string_view pairs = "every two neighbours, every range inside the task";
constexpr std::string_view parts = "every area, every range within it, every byte";
constexpr std::string_view lists = "lists of every length";
constexpr std::string_view words = "every 32-bit word";
constexpr std::string_view flags = "every word of flags";
constexpr std::string_view one_area = "every area";
constexpr std::string_view searches = "every area, candidate and length";
constexpr std::string_view slots = "every range inside the task, every slot, an area on each side or none";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- What unmapping leaves of an area -------------------------------------------------------------------------
      model(unmapping_takes_exactly_the_range, areas, {"vma.part.keeps_offset", "vma.pieces.upper_starts_late"}),
      model(pieces_are_lawful_areas, areas, {"vma.pieces.upper_starts_late", "vma.cut.head_is_inside"}),
      model(pieces_keep_the_list_disjoint, pairs, {"vma.pieces.upper_first"}),
      model(pieces_and_range_are_the_area, areas, {"vma.pieces.upper_starts_late", "vma.pieces.lower_ends_late"}),
      model(a_covered_area_goes, areas, {"vma.cut.head_is_inside"}),
      model(an_area_that_loses_its_head_begins_later, areas,
            {"vma.part.keeps_offset", "vma.pieces.upper_starts_late"}),
      model(an_area_that_loses_its_tail_ends_earlier, areas, {"vma.pieces.lower_ends_late"}),
      model(a_hole_makes_two_areas_of_one, areas, {"vma.pieces.upper_starts_late", "vma.pieces.lower_ends_late"}),

      // ---- Parts of an area whose flags change ----------------------------------------------------------------------
      model(splitting_moves_nothing, parts, {"vma.part.keeps_offset", "vma.parts.inside_reaches_end"}),
      model(the_part_inside_is_the_range, parts, {"vma.parts.inside_reaches_end"}),
      model(a_whole_area_is_not_split, parts, {"vma.parts.always_splits"}),
      model(parts_are_lawful_areas, parts, {"vma.parts.inside_reaches_end", "vma.parts.always_splits"}),

      // ---- The list: base and step of the induction over calls ------------------------------------------------------
      model(the_list_begins_lawful, "no stack or any", {"vma.boot.forgets_stack"}),
      model(putting_an_area_in_keeps_the_list, lists, {"vma.list.new_area_last"}),
      model(putting_an_area_in_loses_none, lists, {"vma.list.overwrites_next"}),
      model(an_area_put_in_is_there, lists, {"vma.list.one_too_early"}),
      model(taking_an_area_out_keeps_the_list, lists, {"vma.list.takes_the_last"}),
      model(taking_an_area_out_takes_no_other, lists, {"vma.list.takes_the_last"}),
      model(unmapping_keeps_the_list, lists, {"vma.list.new_area_last", "vma.pieces.upper_starts_late"}),
      model(splitting_keeps_the_list, lists, {"vma.list.new_area_last", "vma.parts.inside_reaches_end"}),
      model(the_search_passes_what_ends_before_it, lists, {"vma.find.ends_at_address"}),
      model(a_turn_of_the_search_passes_one_area, lists, {"vma.unmapped.goes_on_at_start"}),
      model(the_search_ends_at_a_free_range, lists, {"vma.unmapped.touches_next", "vma.unmapped.ignores_end"}),

      // ---- Flags ----------------------------------------------------------------------------------------------------
      model(a_new_area_does_what_it_may, flags, {"vma.flags.may_asks_for_write"}),
      model(demoted_mappings_never_become_writable, flags, {"vma.flags.demoted_may_write"}),
      model(mprotect_grants_what_may_be_granted, flags, {"vma.mprotect.ignores_may"}),
      model(page_protection_follows_the_flags, flags, {"vma.protection.private_at_once"}),
      model(a_child_has_the_areas_of_its_parent, one_area, {"vma.fork.offset_from_zero"}),
      model(nothing_of_a_child_is_locked, one_area, {"vma.fork.child_stays_locked"}),
      model(a_child_shares_the_file_of_its_parent, one_area, {"vma.fork.child_in_front"}, {"vma.fork.files"}),
      model(a_fork_without_a_structure_ends, "every two areas", {"vma.fork.goes_on_without_one"},
            {"vma.fork.no_structure"}),

      // ---- Ranges ---------------------------------------------------------------------------------------------------
      model(lengths_are_rounded_up, words, {"vma.page_align.rounds_down"}),
      model(locking_covers_what_was_asked_for, words,
            {"vma.mlock.forgets_odd_bytes", "vma.page_align.rounds_down"}),
      model(munmap_accepts_ranges_inside_the_task, words, {"vma.munmap.ignores_end"}),
      model(what_munmap_accepts_is_a_range, words, {"vma.munmap.ignores_end"}),
      model(mmap_accepts_ranges_inside_the_task, words, {"vma.range.adds_first"}),
      model(page_offsets_do_not_wrap, words, {"vma.offset.last_page_only"}),
      model(destinations_lie_in_the_task, words, {"vma.range.adds_first"}),
      model(destinations_do_not_overlap, words, {"vma.mremap.looks_one_way"}),

      // ---- The search for room, one area at a time ------------------------------------------------------------------
      model(the_search_begins_at_the_hint, words, {"vma.page_align.rounds_down"}),
      model(the_search_has_a_base, words, {"vma.unmapped.ignores_base"}),
      model(a_candidate_that_fits_is_free, searches, {"vma.unmapped.touches_next"}),
      model(a_candidate_that_does_not_fit_is_passed, searches, {"vma.unmapped.leaves_gap"}),
      model(the_task_ends_the_search, searches, {"vma.unmapped.ignores_end"}),
      model(the_first_fit_is_the_lowest, "every two areas, hint and length",
            {"vma.unmapped.touches_next", "vma.unmapped.leaves_gap"}),

      // ---- Page tables ----------------------------------------------------------------------------------------------
      model(page_tables_that_are_needed_stay, slots, {"vma.slots.shares_with_previous", "vma.slots.ignores_next"}),
      model(page_tables_of_the_range_go, slots, {"vma.slots.begins_behind"}),
  };
  return all;
}

}  // namespace refmm::vma

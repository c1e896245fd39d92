// Every law of memory areas on an example, checked by the compiler.

#include <refmm/model/vma_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/vma_laws.hpp>
#include <refmm/spec/vma_range_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace refmm::vma {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, model::VmaSubject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

// An area of pages 16 to 24 of the task, which shows its file from page 3 on.
#define AREA                                            \
  {"area.start_page", {16}}, {"area.end_page", {24}}, { \
    "area.vm_pgoff", { 3 }                              \
  }
#define NEXT                                            \
  {"next.start_page", {24}}, {"next.end_page", {30}}, { \
    "next.vm_pgoff", { 0 }                              \
  }
#define RANGE(start, end)    \
  {"start_page", {start}}, { \
    "end_page", { end }      \
  }

constexpr std::array pieces{
    example(unmapping_takes_exactly_the_range, {AREA, RANGE(18, 20), {"addr", {0x14000}}}),
    example(unmapping_takes_exactly_the_range, {AREA, RANGE(18, 20), {"addr", {0x13fff}}}),
    example(pieces_are_lawful_areas, {AREA, RANGE(18, 20)}),
    example(pieces_keep_the_list_disjoint, {AREA, NEXT, RANGE(20, 26)}),
    example(pieces_and_range_are_the_area, {AREA, RANGE(12, 20)}),
    example(a_covered_area_goes, {AREA, RANGE(16, 24)}),
    example(an_area_that_loses_its_head_begins_later, {AREA, RANGE(12, 20)}),
    example(an_area_that_loses_its_tail_ends_earlier, {AREA, RANGE(20, 40)}),
    example(a_hole_makes_two_areas_of_one, {AREA, RANGE(17, 23)}),
    example(splitting_moves_nothing, {AREA, RANGE(18, 20), {"addr", {0x12000}}}),
    example(the_part_inside_is_the_range, {AREA, RANGE(18, 20)}),
    example(a_whole_area_is_not_split, {AREA, RANGE(16, 24)}),
    example(parts_are_lawful_areas, {AREA, RANGE(16, 20)}),
};

constexpr std::array flags{
    example(a_new_area_does_what_it_may, {{"prot", {PROT_READ}},
                                          {"flags", {MAP_SHARED}},
                                          {"def_flags", {VM_LOCKED}},
                                          {"has_file", {1}},
                                          {"f_mode", {FMODE_READ}}}),
    example(demoted_mappings_never_become_writable,
            {{"prot", {PROT_READ}}, {"flags", {MAP_SHARED}}, {"f_mode", {FMODE_READ}}}),
    example(mprotect_grants_what_may_be_granted, {{"vm_flags", {VM_READ | VM_MAYREAD}}, {"prot", {PROT_WRITE}}}),
    example(page_protection_follows_the_flags, {{"vm_flags", {VM_READ | VM_WRITE}}}),
    example(page_protection_follows_the_flags, {{"vm_flags", {VM_WRITE | VM_SHARED}}}),
    example(page_protection_follows_the_flags, {{"vm_flags", {VM_SHARED}}}),
};

#define PARENT                                                                                                 \
  {"vm_start", {0x10000}}, {"vm_end", {0x18000}}, {"vm_pgoff", {3}}, {"vm_flags", {VM_DENYWRITE | VM_LOCKED}}, \
      {"vm_file", {3}}, {"vm_ops", {1}}, {                                                                     \
    "mapped_noreserve", { 0 }                                                                                  \
  }

constexpr std::array forks{
    example(a_child_has_the_areas_of_its_parent, {PARENT}),
    example(nothing_of_a_child_is_locked, {PARENT}),
};

constexpr std::array ranges{
    example(lengths_are_rounded_up, {{"len", {4097}}}),
    example(lengths_are_rounded_up, {{"len", {0xfffff000}}}),
    example(lengths_are_rounded_up, {{"len", {0xfffff001}}}),
    example(locking_covers_what_was_asked_for, {{"addr", {0x10fff}}, {"len", {2}}, {"byte", {1}}}),
    example(munmap_accepts_ranges_inside_the_task, {{"addr", {0xbffff000}}, {"len", {4096}}}),
    example(munmap_accepts_ranges_inside_the_task, {{"addr", {0xbffff000}}, {"len", {4097}}}),
    example(what_munmap_accepts_is_a_range, {{"addr", {0xbffff000}}, {"len", {1}}}),
    example(mmap_accepts_ranges_inside_the_task, {{"addr", {0xfffff000}}, {"len", {8192}}, {"byte", {0}}}),
    example(page_offsets_do_not_wrap, {{"pgoff", {0xfffffffe}}, {"pages", {1}}, {"page", {0}}}),
    example(page_offsets_do_not_wrap, {{"pgoff", {0xffffffff}}, {"pages", {1}}, {"page", {0}}}),
    example(destinations_lie_in_the_task,
            {{"addr_page", {16}}, {"new_addr", {0x20000}}, {"old_pages", {1}}, {"new_pages", {2}}}),
    example(destinations_do_not_overlap, {RANGE(16, 18), {"new_start_page", {18}}, {"new_end_page", {20}}}),
    example(destinations_do_not_overlap, {RANGE(16, 18), {"new_start_page", {17}}, {"new_end_page", {20}}}),
};

constexpr std::array searches{
    example(the_search_begins_at_the_hint, {{"addr", {0x12345678}}}),
    example(the_search_has_a_base, {{"addr", {0}}}),
    example(a_candidate_that_fits_is_free,
            {AREA, {"behind_page", {24}}, {"candidate_page", {12}}, {"len", {0x4000}}}),
    example(a_candidate_that_does_not_fit_is_passed,
            {AREA, {"candidate_page", {12}}, {"len", {0x5000}}, {"other", {0xd000}}}),
    example(the_task_ends_the_search, {{"candidate", {0xbffff000}}, {"len", {4096}}}),
    example(the_task_ends_the_search, {{"candidate", {0xbffff001}}, {"len", {4096}}}),
    example(the_first_fit_is_the_lowest,
            {AREA, NEXT, {"hint_page", {14}}, {"len", {0x3000}}, {"other", {0x1d000}}}),
};

constexpr std::array page_tables{
    example(page_tables_that_are_needed_stay, {RANGE(1024, 2048),
                                               {"has_below", {1}},
                                               {"below_page", {1000}},
                                               {"has_above", {1}},
                                               {"above_page", {2049}},
                                               {"slot", {1}}}),
    example(page_tables_of_the_range_go,
            {RANGE(1024, 2048), {"has_below", {0}}, {"has_above", {0}}, {"slot", {1}}}),
};

}  // namespace

LawNames laws_with_an_example() { return joined({pieces, flags, forks, ranges, searches, page_tables}); }

}  // namespace refmm::vma

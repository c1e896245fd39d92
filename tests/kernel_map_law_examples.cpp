// Laws of paging and of the kernel's mappings on examples, checked by the compiler; the few that gcc 12 does not take for constants, as it
// loses maps on the way, a test runs (kernel_map_laws_example.cpp).

#include <refmm/model/kernel_map_subject.hpp>
#include <refmm/model/kernel_sharing_subject.hpp>
#include <refmm/model/paging_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_range_laws.hpp>
#include <refmm/spec/kernel_sharing_laws.hpp>
#include <refmm/spec/paging_laws.hpp>
#include <refmm/tests/kernel_sharing_examples.hpp>
#include <refmm/tests/law_examples.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace refmm::kernel_map {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
template <class Subject>
consteval std::string_view example_of(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, Subject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

// ---- Paging -----------------------------------------------------------------------------------------------------------

consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  return example_of<model::PagingSubject>(law, inputs);
}

// Slot 786 leads to the table in pfn 1024, whose entry 7 to pfn 1029; for a program, slot 0 and entry 0 likewise.
#define TABLES                                                                                               \
  {"directory", {786, 0x00400063, 0, 0x00400067}}, {"tables", {1024, 7, 0x00405163, 1024, 0, 0x00406067}}, { \
    "wp", { 1 }                                                                                              \
  }
#define KERNEL(addr, writes)                 \
  TABLES, {"addr", {addr}}, {"user", {0}}, { \
    "write", { writes }                      \
  }
#define PROGRAM(addr, writes)                \
  TABLES, {"addr", {addr}}, {"user", {1}}, { \
    "write", { writes }                      \
  }

using namespace paging;
constexpr std::array walks{
    example(indexes_partition_the_address, {{"addr", {0xc4807abc}}}),
    example(entries_are_frame_and_flags, {{"pfn", {1029}}, {"flags", {0x163}}}),
    example(tables_of_the_kernel_are_not_the_users, {{"pfn", {1024}}}),
    example(users_reach_what_is_theirs, {PROGRAM(0x00000abc, 0)}),
    example(users_reach_what_is_theirs, {PROGRAM(0xc4807abc, 0)}),
    example(programs_write_what_is_writable, {PROGRAM(0x00000abc, 1)}),
    example(the_kernel_heeds_read_only_where_it_is_told_to, {{"directory", {786, 0x00400063}},
                                                             {"tables", {1024, 7, 0x00405161}},
                                                             {"wp", {1}},
                                                             {"addr", {0xc4807abc}},
                                                             {"user", {0}},
                                                             {"write", {1}}}),
    example(what_is_mapped_is_reached, {KERNEL(0xc4807abc, 1)}),
    example(without_a_table_there_is_a_fault, {KERNEL(0xd0000000, 0)}),
    example(without_a_page_there_is_a_fault, {KERNEL(0xc4808000, 0)}),
    example(large_pages_have_no_table, {{"directory", {768, 0x000001e3}},
                                        {"tables", {}},
                                        {"wp", {1}},
                                        {"addr", {0xc0123456}},
                                        {"user", {0}},
                                        {"write", {1}}}),
    example(faults_say_what_was_tried, {PROGRAM(0xc4807abc, 0)}),
    example(faults_say_what_was_tried, {KERNEL(0xc4808000, 1)}),
    example(accesses_leave_marks,
            {{"entry", {0x00405007}}, {"maps_the_page", {1}}, {"write", {1}}, {"user", {1}}}),
};

#define ENTRY               \
  {"page", {0xc4800000}}, { \
    "entry", { 0x00401163 } \
  }
constexpr std::array directories_and_tlb{
    example(new_directories_have_an_empty_users_half, {{"slot", {786}}, {"swapper", {786, 0x00400063}}}),
    example(new_directories_have_an_empty_users_half, {{"slot", {0}}, {"swapper", {0, 0x00400063}}}),
    example(what_leaves_the_tables_may_be_used, {ENTRY}),
    example(a_global_flush_leaves_nothing, {ENTRY}),
    example(a_flush_leaves_global_pages, {ENTRY}),
};

// ---- Directories of all processes ---------------------------------------------------------------------------------------

consteval std::string_view shared(const auto& law, std::initializer_list<Written> inputs) {
  return example_of<model::KernelSharingSubject>(law, inputs);
}

#define FROM_BOOT                                                                        \
  {"swapper", {786, 0x00401063}}, {"pgds", {}}, {"quick_list", {}}, {"alive", {1, 1}}, { \
    "quick_list_length", { 1 }                                                           \
  }
#define ACCESS                                                                                   \
  {"process", {1}}, {"addr", {0xc4800abc}}, {"tables", {1025, 0, 0x00402163}}, {"write", {0}}, { \
    "wp", { 1 }                                                                                  \
  }

constexpr std::array sharing{
    shared(nothing_is_shared_at_boot, {ANYWHERE, LAZY, {"garbage", {0, 786, 0x1234}}}),
    shared(tables_that_appear_keep_absent_or_equal, {ANYWHERE, LAZY, {"of_slot", {787}}, {"entry", {0x00402063}}}),
    shared(faults_keep_absent_or_equal, {ANYWHERE, LAZY, {"of_process", {1}}, {"of_slot", {786}}}),
    shared(user_writes_keep_absent_or_equal,
           {ANYWHERE, LAZY, {"of_process", {1}}, {"of_slot", {3}}, {"entry", {0x00403067}}}),
    shared(every_operation_keeps_absent_or_equal,
           {ANYWHERE, LAZY, {"operation", {6}}, {"of_process", {1}}, {"of_slot", {786}}, {"entry", {0}}}),
    shared(every_access_ends_as_in_swapper, {LAZY, ACCESS}),
    shared(a_fault_makes_the_slot_equal, {LAZY, {"process", {1}}, {"slot", {786}}}),
    shared(a_fault_makes_the_slot_equal, {LAZY, {"process", {1}}, {"slot", {787}}}),
    shared(a_fault_changes_one_slot,
           {LAZY, {"process", {1}}, {"slot", {786}}, {"other", {2}}, {"other_slot", {786}}}),
    shared(programs_do_not_fill_directories, {LAZY, ACCESS, {"slot", {786}}}),
    shared(nothing_is_left_to_fault_in, {FROM_BOOT, ACCESS, {"slot", {786}}}),
};

// ---- Areas, and ranges that ioremap is asked for ------------------------------------------------------------------------

// The subject looks for a defect by its name, a std::string; of libstdc++ 12, clang does not take that for a constant expression.
#ifndef __clang__
consteval std::string_view mapped(const auto& law, std::initializer_list<Written> inputs) {
  return example_of<model::KernelMapSubject>(law, inputs);
}

// Areas of two and of three pages, four pages apart.
#define AREAS                                                                                \
  {"first_page", {0xc4800}}, {"end_page", {0xffffe}}, {"areas.first", {0xc4800, 0xc4806}}, { \
    "areas.count", { 2, 3 }                                                                  \
  }
constexpr std::array areas{
    mapped(a_turn_of_the_search_passes_one_area, {AREAS, {"position", {1}}, {"pages", {5}}, {"here", {0}}}),
    mapped(a_place_between_areas_is_free,
           {AREAS, {"position", {1}}, {"pages", {3}}, {"earlier", {0}}, {"later", {1}}}),
    mapped(a_place_behind_all_areas_is_free,
           {AREAS, {"position", {2}}, {"pages", {3}}, {"earlier", {1}}, {"later", {2}}}),
    mapped(no_room_means_no_room, {AREAS, {"position", {1}}, {"pages", {0x3b7fc}}, {"place", {0xc4809}}}),
    mapped(no_place_is_below_the_range, {{"first_page", {0xc4800}},
                                         {"end_page", {0xffffe}},
                                         {"area.page", {0xfffff}},
                                         {"area.pages", {1}},
                                         {"candidate_page", {0xc4800}},
                                         {"size_pages", {1}}}),
    mapped(the_range_for_areas_is_nobody_elses, {{"ram_pages", {16384}}, {"config", {0}}}),
    mapped(the_range_for_areas_is_nobody_elses, {{"ram_pages", {0x38000}}, {"config", {2}}}),
};

// Two pages of a device, from the middle of one on.
#define DEVICE                                  \
  {"phys", {0xfe000800}}, {"size", {0x1000}}, { \
    "area_page", { 0xc4800 }                    \
  }
#define GOING                                                        \
  {"page", {0xc4800}}, {"entry", {0x00401163}}, {"reserved", {0}}, { \
    "num_physpages", { 16384 }                                       \
  }
constexpr std::array ranges{
    mapped(ioremap_covers_request, {DEVICE, {"byte", {0xfff}}}),
    mapped(ioremap_maps_no_page_too_many, {DEVICE, {"page", {0xfe001}}}),
    mapped(ioremap_keeps_the_offset, {DEVICE}),
    mapped(ranges_that_wrap_are_known, {{"phys", {0xffffff00}}, {"size", {0x200}}}),
    mapped(ranges_that_wrap_are_known, {{"phys", {0xffffff00}}, {"size", {0x100}}}),
    mapped(the_window_is_whole, {{"phys", {0xa0000}}, {"size", {0x60000}}}),
    mapped(the_window_is_whole, {{"phys", {0xa0000}}, {"size", {0x60001}}}),
    mapped(ram_in_use_is_not_mapped, {{"ram_pages", {16384}},
                                      {"num_physpages", {16384}},
                                      {"first", {1000}},
                                      {"pfn", {1000}},
                                      {"reserved", {0}}}),
    mapped(ram_is_mapped_to_its_end_at_most,
           {{"ram_pages", {16384}}, {"num_physpages", {16384}}, {"first", {16380}}, {"last", {16390}}}),
    mapped(every_page_has_the_entry_of_its_frame,
           {{"area_page", {0xc4800}}, {"phys_page", {0xfe000}}, {"page", {1}}, {"nocache", {1}}}),
    mapped(the_pages_of_a_slot_are_those_of_the_area,
           {{"area_page", {0xc4bff}}, {"area_pages", {3}}, {"page", {0xc4bff}}}),
    mapped(unmapping_reaches_the_end, {{"area_page", {0xc4bff}}, {"area_pages", {3}}, {"slot", {787}}}),
    mapped(no_frame_goes_before_the_flush, {GOING, {"kind", {0}}}),
    mapped(vfree_gives_each_page_back_once, {GOING, {"kind", {0}}}),
    mapped(vfree_gives_each_page_back_once, {GOING, {"kind", {1}}}),
    mapped(slots_without_a_frame_stay_empty, {{"has_slot", {0}}, {"used", {0}}}),
    mapped(stand_in_tables_stand_in_for_one, {{"has_slot", {1}}, {"used", {1}}}),
};
#else
constexpr std::array<std::string_view, 0> areas{}, ranges{};
#endif

}  // namespace

LawNames laws_with_an_example() { return joined({walks, directories_and_tlb, sharing, areas, ranges}); }

}  // namespace refmm::kernel_map

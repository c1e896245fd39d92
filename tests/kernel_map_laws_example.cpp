// Every law of paging and of the kernel's mappings has an example that the compiler checks, or one that is run here.

#include <refmm/model/kernel_sharing_subject.hpp>
#include <refmm/model/paging_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_range_laws.hpp>
#include <refmm/spec/kernel_sharing_laws.hpp>
#include <refmm/spec/paging_laws.hpp>
#include <refmm/tests/kernel_sharing_examples.hpp>
#include <refmm/tests/law_examples.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::kernel_map {
namespace {

/// The names of the laws that were run.
std::set<std::string_view>& run_here() {
  static std::set<std::string_view> names;
  return names;
}

template <class Subject>
bool holds(const auto& law, std::initializer_list<Written> inputs) {
  run_here().insert(law.name);
  return holds_for(law, Subject{}, inputs);
}

bool run_all() {
  using Sharing = model::KernelSharingSubject;
  return holds<model::PagingSubject>(paging::recycled_directories_are_as_they_were,
                                     {{"slot", {0}}, {"pgd", {0, 0x1234, 786, 0x00400063}}}) &&
         holds<Sharing>(a_directory_that_is_given_out_is_absent_or_equal, {ANYWHERE, LAZY, {"of_process", {2}}}) &&
         holds<Sharing>(a_directory_that_waits_is_absent_or_equal, {ANYWHERE, LAZY, {"of_process", {1}}}) &&
         holds<Sharing>(vfree_keeps_absent_or_equal, {ANYWHERE, LAZY, {"of_slot", {786}}}) &&
         holds<Sharing>(
             kernel_entries_are_monotone,
             {ANYWHERE, LAZY, {"operation", {5}}, {"of_process", {1}}, {"of_slot", {786}}, {"entry", {0}}}) &&
         holds<Sharing>(recycled_directories_are_not_stale, {LAZY,
                                                             {"process", {1}},
                                                             {"addr", {0xc4800abc}},
                                                             {"tables", {1025, 0, 0x00402163}},
                                                             {"write", {0}},
                                                             {"wp", {1}},
                                                             {"freed", {786}},
                                                             {"made", {787}},
                                                             {"entry", {0x00403063}}}) &&
         holds<Sharing>(
             boot_leaves_no_slot_behind_it_empty,
             {{"slot", {768}}, {"next", {769}}, {"entry", {0x00400063}}, {"swapper", {768, 0x00400063}}}) &&
         holds<Sharing>(every_operation_keeps_directories_equal, {ANYWHERE,
                                                                  {"swapper", {786, 0x00401063}},
                                                                  {"pgds", {}},
                                                                  {"quick_list", {}},
                                                                  {"alive", {1, 1}},
                                                                  {"quick_list_length", {1}},
                                                                  {"operation", {0}},
                                                                  {"of_process", {2}},
                                                                  {"of_slot", {786}},
                                                                  {"entry", {0}}});
}

TEST(KernelMapLawExamples, HoldOfWhatTheCompilerDoesNotTakeForConstants) { EXPECT_TRUE(run_all()); }

// What clang does not take for a constant is no example there.
#ifndef __clang__
TEST(KernelMapLawExamples, ThereIsOneForEveryLaw) {
  ASSERT_TRUE(run_all());
  std::set<std::string_view> laws;
  std::apply([&](const auto&... law) { (laws.insert(law.name), ...); },
             std::tuple_cat(paging::entry_laws, paging::walk_laws, paging::directory_laws, paging::tlb_laws,
                            sharing_laws, area_laws, io_laws));
  const LawNames examples = laws_with_an_example();
  std::set<std::string_view> shown(examples.begin(), examples.end());
  shown.merge(std::set(run_here()));
  EXPECT_EQ(shown, laws);
}
#endif

}  // namespace
}  // namespace refmm::kernel_map

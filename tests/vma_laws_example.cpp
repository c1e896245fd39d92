// Every law of memory areas that is about one area or one range has an example that the compiler checks, or one that is run here.

#include <refmm/model/vma_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/vma_laws.hpp>
#include <refmm/spec/vma_range_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::vma {
namespace {

#define PARENT                                                                                                 \
  {"vm_start", {0x10000}}, {"vm_end", {0x18000}}, {"vm_pgoff", {3}}, {"vm_flags", {VM_DENYWRITE | VM_LOCKED}}, \
      {"vm_file", {3}}, {"vm_ops", {1}}, {                                                                     \
    "mapped_noreserve", { 0 }                                                                                  \
  }

TEST(VmaLawExamples, hold_of_forks) {
  // A fork assigns to a std::variant, which not every compiler takes for a constant expression.
  const std::initializer_list<Written> shared{PARENT, {"shared", {0}}};
  EXPECT_TRUE(holds_for(a_child_shares_the_file_of_its_parent, model::VmaSubject{}, shared));
  const std::initializer_list<Written> failing{PARENT, {"shared", {1}}, {"fail_vma", {2}}};
  EXPECT_TRUE(holds_for(a_fork_without_a_structure_ends, model::VmaSubject{}, failing));
}

TEST(VmaLawExamples, there_is_one_for_every_law) {
  std::set<std::string_view> laws;
  std::apply(
      [&](const auto&... law) { (laws.insert(law.name), ...); },
      std::tuple_cat(piece_laws, split_laws, flag_laws, fork_laws, range_laws, search_laws, page_table_laws));
  const LawNames examples = laws_with_an_example();
  std::set<std::string_view> shown(examples.begin(), examples.end());
  shown.insert({a_child_shares_the_file_of_its_parent.name, a_fork_without_a_structure_ends.name});
  EXPECT_EQ(shown, laws);
}

}  // namespace
}  // namespace refmm::vma

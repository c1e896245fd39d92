// Each of 2.4.0's defects in memory areas is found by random checking, and shown by a short transcript that cites its clause.
#include <refmm/tests/defect_search_fixture.hpp>
#include <refmm/tests/vma_check.hpp>

namespace refmm {
namespace {

/// One call shows most of them, up to five the others; the tree comes into use at 32 areas.
std::size_t most_commands(std::string_view defect) {
  return defect == "find_vma_prev" || defect == "tree_keys" ? 40 : 5;
}

class DefectSearch : public testing::TestWithParam<Defect<VmaFamily>> {};

TEST_P(DefectSearch, FindsItAndShowsItInAFewCommands) {
  const auto shown = expect_found(GetParam(), most_commands(GetParam().name));
  ASSERT_TRUE(shown);
  expect_broken_law(*shown);
}

INSTANTIATE_TEST_SUITE_P(Switches, DefectSearch, testing::ValuesIn(all_defects<VmaFamily>()),
                         defect_test_name<VmaFamily>);

TEST(Defects, AreThoseThatHaveAClause) { expect_all_defects_have_a_clause<VmaFamily>(); }

TEST(Defects, ShowInTheKernelAsItWasBuilt) { expect_defects_of_the_kernel_as_built<VmaFamily>(); }

}  // namespace
}  // namespace refmm

// Each of 2.4.0's defects in demand paging is found by random checking, and shown by a short transcript that cites its clause.
#include <refmm/tests/defect_search_fixture.hpp>
#include <refmm/tests/fault_check.hpp>

namespace refmm {
namespace {

class FaultDefectSearch : public testing::TestWithParam<Defect<FaultFamily>> {};

TEST_P(FaultDefectSearch, FindsItAndShowsItInAFewCommands) {
  const auto shown = expect_found(GetParam(), 12);
  ASSERT_TRUE(shown);
  expect_broken_law(*shown);
}

INSTANTIATE_TEST_SUITE_P(Switches, FaultDefectSearch, testing::ValuesIn(all_defects<FaultFamily>()),
                         defect_test_name<FaultFamily>);

TEST(FaultDefects, AreThoseThatHaveAClause) { expect_all_defects_have_a_clause<FaultFamily>(); }

TEST(FaultDefects, ShowInTheKernelAsItWasBuilt) { expect_defects_of_the_kernel_as_built<FaultFamily>(); }

}  // namespace
}  // namespace refmm

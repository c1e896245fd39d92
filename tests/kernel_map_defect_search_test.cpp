// Each of 2.4.0's defects in kernel mappings is found by random checking, and shown by a short transcript that cites its clause.
#include <refmm/tests/defect_search_fixture.hpp>
#include <refmm/tests/kernel_map_check.hpp>

namespace refmm {
namespace {

/// One call shows most of them; a stand-in table in two slots needs more to come about.
std::size_t most_commands(std::string_view defect) { return defect.starts_with("stand_in_") ? 7 : 5; }

class KernelMapDefectSearch : public testing::TestWithParam<Defect<KernelMapFamily>> {};

TEST_P(KernelMapDefectSearch, FindsItAndShowsItInAFewCommands) {
  const auto shown = expect_found(GetParam(), most_commands(GetParam().name));
  ASSERT_TRUE(shown);
  expect_broken_law(*shown);
}

INSTANTIATE_TEST_SUITE_P(Switches, KernelMapDefectSearch, testing::ValuesIn(all_defects<KernelMapFamily>()),
                         defect_test_name<KernelMapFamily>);

TEST(KernelMapDefects, AreThoseThatHaveAClause) { expect_all_defects_have_a_clause<KernelMapFamily>(); }

TEST(KernelMapDefects, ShowInTheKernelAsItWasBuilt) { expect_defects_of_the_kernel_as_built<KernelMapFamily>(); }

}  // namespace
}  // namespace refmm

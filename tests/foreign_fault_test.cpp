// The memory of somebody else's processes: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

/// What a subject was left out of is counted: nobody is to take it for a comparison.
TEST_F(ForeignSubject, DemandPagingThatIsRightAgrees) {
  const Ran ran = check("fault", "fault", "--runs 500");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out,
              testing::ContainsRegex("not compared       [0-9,]+ of them \\([0-9.]+ %\\): the subject takes"));
}

TEST_F(ForeignSubject, PagesThatAreNotCopiedAreFound) {
  expect_finding("fault_mistaken", "fault", "fault", 5, "fork");
}

}  // namespace
}  // namespace refmm

// The memory of somebody else's processes: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, DemandPagingThatIsRightAgrees) { expect_agreement("fault", "fault", 500); }

TEST_F(ForeignSubject, PagesThatAreNotCopiedAreFound) {
  expect_finding("fault_mistaken", "fault", "fault", 5, "fork");
}

}  // namespace
}  // namespace refmm

// Page allocators of somebody else's: the examples, with and without their lists to be seen, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, APageAllocatorThatIsRightAgrees) {
  expect_agreement("buddy", "buddy", 1000);
  expect_agreement("buddy_hidden", "buddy", 1000);
}

TEST_F(ForeignSubject, APageAllocatorThatDoesNotMergeIsFoundByItsLists) {
  expect_finding("buddy_mistaken", "buddy", "buddy", 2, "clause   buddy.");
}

TEST_F(ForeignSubject, APageAllocatorThatDoesNotMergeIsFoundWithoutThem) {
  expect_finding("buddy_hidden_mistaken", "buddy_hidden", "buddy", 3, "what_is_free_can_be_had");
}

}  // namespace
}  // namespace refmm

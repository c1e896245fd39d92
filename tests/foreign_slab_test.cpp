// Slab allocators of somebody else's: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, ASlabAllocatorThatIsRightAgrees) { expect_agreement("slab", "slab", 1000); }

TEST_F(ForeignSubject, ASlabAllocatorThatSpoilsConstructedObjectsIsFound) {
  expect_finding("slab_mistaken", "slab", "slab", 4, "objects_are_handed_out_as_they_were_constructed");
}

}  // namespace
}  // namespace refmm

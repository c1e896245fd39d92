// The areas of somebody else's process: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, AreasThatAreRightAgree) { expect_agreement("vma", "vma", 500); }

TEST_F(ForeignSubject, AreasThatAreCutWrongAreFound) {
  expect_finding("vma_mistaken", "vma", "vma", 4, "what_is_at_each_page_is_what_was_mapped_there");
  EXPECT_THAT(transcript(), testing::HasSubstr("clause   vma.munmap.exactly"));
}

}  // namespace
}  // namespace refmm

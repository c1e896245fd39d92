// Heaps of somebody else's: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, AHeapThatIsRightAgrees) { expect_agreement("malloc", "malloc", 300); }

TEST_F(ForeignSubject, AHeapThatSplitsWrongIsFound) {
  expect_finding("malloc_mistaken", "malloc", "malloc", 4, "malloc.blocks.disjoint");
}

TEST_F(ForeignSubject, AHeapInAnotherLanguageThatIsRightAgrees) { expect_agreement("malloc_cpp", "malloc", 200); }

TEST_F(ForeignSubject, AHeapInAnotherLanguageThatCopiesTooLittleIsFound) {
  expect_finding("malloc_cpp_mistaken", "malloc_cpp", "malloc", 2, "realloc_keeps_the_bytes_that_fit");
}

}  // namespace
}  // namespace refmm

// The mappings of somebody else's kernel: the examples, right and wrong.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

TEST_F(ForeignSubject, KernelMappingsThatAreRightAgree) { expect_agreement("kernel", "kernel", 200); }

TEST_F(ForeignSubject, FramesThatAKernelKeepsAreFound) {
  // What of a size matters is found by areas as large as the memory, which takes its time.
  expect_finding("kernel_mistaken", "kernel", "kernel", 3, "frames_are_taken_for_pages_and_go_back_with_them",
                 "--shrink-for 10s");
}

}  // namespace
}  // namespace refmm

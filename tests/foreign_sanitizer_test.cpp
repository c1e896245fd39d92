// A library that is built with a sanitizer: its report is part of the finding.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

using testing::HasSubstr;

constexpr const char* preload = "LD_PRELOAD=$(cc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 ";

TEST_F(ForeignSubject, WithoutTheRuntimeOfItsSanitizerIsRefusedWithWhatToTry) {
  const Ran ran = check("overruns", "slab", "--runs 1");
  EXPECT_EQ(ran.exit, 2) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("LD_PRELOAD=$(cc -print-file-name=libasan.so)"));
}

TEST_F(ForeignSubject, WithItsSanitizerShowsItsReport) {
  const Ran ran = run(preload + ("refmm check --area slab --seed 1 --runs 200 --folder $scratch/found --subject " +
                                 library("overruns")));
  EXPECT_EQ(ran.exit, 1) << ran.out << ran.err;
  EXPECT_EQ(calls(), 1u) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("ERROR: AddressSanitizer: heap-buffer-overflow"));
  EXPECT_THAT(ran.out, HasSubstr("unruly.c"));
  const Ran replayed = run(preload + ("refmm run $scratch/found --subject " + library("overruns")));
  EXPECT_EQ(replayed.exit, 1) << replayed.out;
  EXPECT_THAT(replayed.err, HasSubstr("heap-buffer-overflow"));
}

}  // namespace
}  // namespace refmm

// refmm run on page frames, as people use it.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* script =
    "boot family=buddy zone_start=64 zone_pages=4 effects=all\n"
    "alloc_pages(0)\n"
    "free_pages(pfn 67,  0)\n"
    "page 67:\n"
    "free_pages_ok(pfn 65, 1)\n";
constexpr const char* filled =
    "boot family=buddy zone_start=64 zone_pages=4 effects=all\n"
    "alloc_pages(0) = pfn 67\n"
    "| unlink(2, pfn 64)\n"
    "| flip(2, 0)\n"
    "| link(1, pfn 64)\n"
    "| flip(1, 0)\n"
    "| link(0, pfn 66)\n"
    "| flip(0, 1)\n"
    "free_pages(pfn 67,  0)\n"
    "| flip(0, 1)\n"
    "| unlink(0, pfn 66)\n"
    "| flip(1, 0)\n"
    "| unlink(1, pfn 64)\n"
    "| flip(2, 0)\n"
    "| link(2, pfn 64)\n"
    "page 67:\n"
    "  count 0 age 2 flags 0\n"
    "free_pages_ok(pfn 65, 1) = BUG\n";

class RunBuddyCommand : public Command {};

TEST_F(RunBuddyCommand, ReplaysTheRecordings) {
  const Ran ran = run("refmm run tests/transcripts/buddy");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "96 transcripts, 25448 calls: 96 agree, 0 differ\n");
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(RunBuddyCommand, ComparesTheImplementationUpToADefectAndThenWithTheCorrectedModel) {
  for (const char* subject : {"impl", "both"}) {
    const Ran ran = run(std::string("refmm run tests/transcripts/buddy --subject ") + subject);
    EXPECT_EQ(ran.exit, 0) << ran.out;
    EXPECT_THAT(ran.out, EndsWith("96 transcripts, 25448 calls: 96 agree, 0 differ\n"));
    EXPECT_THAT(ran.out, AllOf(HasSubstr("defect.buddy.double_free"), HasSubstr("defect.buddy.bootmap_last_frame"),
                               HasSubstr("calls were of the model alone, behind misuse")));
  }
}

TEST_F(RunBuddyCommand, FillsAScriptInDownToAUsageError) {
  const fs::path path = put("script.mmt", script);
  const Ran ran = run("refmm run $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith(filled));
}

TEST_F(RunBuddyCommand, NoticesAUsageErrorThatARecordingHasNot) {
  put("wrong.mmt",
      "boot family=buddy zone_start=64 zone_pages=4\nalloc_pages(0) = pfn 67\nfree_pages_ok(pfn 65, 1)\n");
  const Ran ran = run("refmm run $scratch/wrong.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("! BUG"), HasSubstr("buddy.free.bug.misaligned")));
}

TEST_F(RunBuddyCommand, SaysWhereTheKernelsDiffer) {
  put("twice.mmt",
      "boot family=buddy zone_pages=64\nalloc_pages(0) = pfn 63\nalloc_pages(0) = pfn 62\n"
      "free_pages_ok(pfn 62, 0)\nfree_pages_ok(pfn 62, 0)\nalloc_pages(0) = pfn 62\n");
  EXPECT_EQ(run("refmm run $scratch/twice.mmt").exit, 0);
  EXPECT_EQ(run("refmm run $scratch/twice.mmt --subject both").exit, 0);
  const Ran corrected = run("refmm run $scratch/twice.mmt --profile corrected");
  EXPECT_EQ(corrected.exit, 1);
  EXPECT_THAT(corrected.out, HasSubstr("defect.buddy.double_free"));
}

TEST_F(RunBuddyCommand, DrawsFreeLists) {
  put("script.mmt", script);
  const Ran ran = run("refmm run --picture $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(run("refmm run --picture tests/transcripts/buddy/h11-split-keeps-lower-half.mmt").out,
              HasSubstr("Free lists by order, front first"));
  const Ran all = run("refmm run --picture tests/transcripts/buddy");
  EXPECT_EQ(all.exit, 0);
  EXPECT_THAT(all.err, IsEmpty());
}

TEST_F(RunBuddyCommand, RefusesBadInputAtItsPlace) {
  const std::vector<std::pair<std::string, std::string>> bad_files{
      {"boot family=buddy\n", ":1:1: error: the zone has no size"},
      {"boot family=buddy zone_pages=64 free_pages=63\n", ":1:44: error: boot frees 64 frames of this zone"},
      {"boot family=buddy zone_pages=64\nset fail_pages=1\n", ":2:1: error: the buddy family has nothing to set"},
      {"boot family=buddy zone_pages=64\nalloc_page(0)\n", ":2:1: error: the buddy family has no such call"},
      {"boot family=buddy zone_pages=64\nfree_pages(pfn 64, 0)\n", ":2:12: error: the frame is none of the zone"},
      {"boot family=buddy zone_pages=64\nfree_pages_ok(pfn 64, 0)\nalloc_pages(0)\n",
       ":3:1: error: nothing is defined after the usage error in line 2"},
  };
  for (const auto& [text, error] : bad_files) {
    const fs::path path = put("bad.mmt", text);
    for (const char* options : {"", " --subject both --fill", " --picture --profile corrected"}) {
      const Ran ran = run("refmm run $scratch/bad.mmt" + std::string(options));
      EXPECT_EQ(ran.exit, 2) << text;
      EXPECT_THAT(ran.err, StartsWith(path.string() + error)) << text;
      EXPECT_THAT(ran.out, IsEmpty()) << text;
    }
  }
}

}  // namespace
}  // namespace refmm

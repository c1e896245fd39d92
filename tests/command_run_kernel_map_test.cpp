// refmm run on transcripts of the kernel family, as people use it.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace refmm {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto script =
    "boot family=kernel ram_pages=16384 sharing=preallocated\n"
    "pgd_alloc()\n"
    "vmalloc(4096)\n"
    "map_user(pgd 1, 0x08048000, rw)\n"
    "sharing:\n"
    "clear_page_tables(pgd 1, 0, 768)\n"
    "pgd_free(pgd 1)\n"
    "pgds:\n";
constexpr auto filled =
    "boot family=kernel ram_pages=16384 sharing=preallocated\n"
    "pgd_alloc() = pgd 1\n"
    "vmalloc(4096) = 0xc4800000\n"
    "map_user(pgd 1, 0x08048000, rw) = pfn 1266\n"
    "sharing:\n"
    "  pgd 1 same 768..1023 absent - differ -\n"
    "clear_page_tables(pgd 1, 0, 768)\n"
    "pgd_free(pgd 1)\n"
    "pgds: (empty)\n";

class RunKernelMapCommand : public Command {};

TEST_F(RunKernelMapCommand, ReplaysTheRecordings) {
  for (const char* subject : {"", "--subject model", "--subject impl", "--subject both"}) {
    const Ran ran = run(std::string("refmm run tests/transcripts/kernel ") + subject);
    EXPECT_EQ(ran.exit, 0) << ran.out;
    EXPECT_THAT(ran.out, EndsWith("108 transcripts, 25624 calls: 108 agree, 0 differ\n"));
    EXPECT_THAT(ran.err, IsEmpty());
  }
}

TEST_F(RunKernelMapCommand, FillsAScriptIn) {
  put("script.mmt", script);
  EXPECT_EQ(run("refmm run --fill $scratch/script.mmt").exit, 0);
  const std::string text = contents(scratch_ / "script.mmt");
  EXPECT_EQ(text, filled);
}

TEST_F(RunKernelMapCommand, DrawsDirectories) {
  put("script.mmt", script);
  const std::string file = (scratch_ / "script.mmt").string();
  EXPECT_THAT(run("refmm run $scratch/script.mmt").out, Not(HasSubstr("Page directories")));
  const Ran ran = run("refmm run --picture --explain $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  const std::size_t map_user = ran.out.find(file + ":4: map_user("),
                    sharing = ran.out.find(file + ":5: sharing:\n  1 area,"),
                    clear = ran.out.find(file + ":6: clear_page_tables("),
                    end = ran.out.find(file + ":8: pgds:\n  1 area,");
  EXPECT_LT(map_user, sharing);
  EXPECT_LT(sharing, clear);
  EXPECT_LT(clear, end);
  EXPECT_LT(end, ran.out.size());
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
}

TEST_F(RunKernelMapCommand, DrawsInColourOnATerminal) {
  put("script.mmt", script);
  const std::string on_terminal = "script -qec 'refmm run --picture '$scratch/script.mmt /dev/null";
  EXPECT_THAT(run("env -u NO_COLOR " + on_terminal).out, HasSubstr("|\x1b[36mMMMMMMMMMMMMMMMM\x1b[0m\x1b[94mKK"));
  EXPECT_THAT(run("NO_COLOR=1 " + on_terminal).out,
              AllOf(HasSubstr("|MMMMMMMMMMMMMMMMKK"), Not(HasSubstr("\x1b[36m"))));
}

TEST_F(RunKernelMapCommand, DrawsEveryRecording) {
  const Ran ran = run("refmm run --picture tests/transcripts/kernel");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(RunKernelMapCommand, ShowsADifferenceAndTheClausesThatDecided) {
  put("wrong.mmt",
      "boot family=kernel ram_pages=16384\nioremap(0xe0000000, 0x1001) = 0xc4800000\n"
      "map 0xc4800000-0xc4802000:\n  c4800000-c4802000 pfn 917504..917505 present|rw|accessed|dirty\n");
  const Ran ran = run("refmm run $scratch/wrong.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(StartsWith((scratch_ / "wrong.mmt").string() + ":3: map 0xc4800000-0xc4802000:\n"),
                             HasSubstr("  ! c4801000-c4802000 none\n"),
                             HasSubstr("\n    defect.kernel.ioremap_last_page")));
  EXPECT_EQ(run("refmm run --profile corrected $scratch/wrong.mmt").exit, 0);
}

TEST_F(RunKernelMapCommand, RefusesBadInput) {
  const std::string boot = "boot family=kernel ram_pages=16384\n";
  const struct {
    std::string text;
    const char* error;
  } bad_files[] = {
      {boot + "vmalloc(0x1ffffffff)\n", ":2:9: error: "},
      {boot + "touch(pgd 1, 0xc0000000)\n", ":2:7: error: there is no such directory"},
      {boot + "vmalloc(0) = BUG\nvmlist:\n", ":3:1: error: nothing is defined after BUG"},
      {boot + "pde pgd 1:\n", ":2:5: error: there is no such directory"},
      {boot + "mmap(0)\n", ":2:1: error: the kernel family has no such call"},
      {"boot family=kernel\n", ":1:1: error: the machine lacks `ram_pages`"},
  };
  for (const auto& [text, error] : bad_files) {
    const auto path = put("bad.mmt", text);
    for (const char* options : {"", " --fill", " --picture --profile corrected"}) {
      const Ran ran = run("refmm run $scratch/bad.mmt" + std::string(options));
      EXPECT_EQ(ran.exit, 2) << text;
      EXPECT_THAT(ran.err, StartsWith(path.string() + error)) << text;
      EXPECT_THAT(ran.out, IsEmpty()) << text;
      EXPECT_EQ(contents(path), text);
    }
  }
}

}  // namespace
}  // namespace refmm

// refmm walk: the translation of an address as people ask for it.
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
    "boot family=kernel ram_pages=16384\n"
    "pgd_alloc() = pgd 1\n"
    "vmalloc(4096) = 0xc4800000\n"
    "map_user(pgd 1, 0x08048000, ro) = pfn 1028\n"
    "\n";

class WalkCommand : public Command {
 protected:
  WalkCommand() { put("session.mmt", script); }
  Ran walk(const std::string& arguments) const { return run("refmm walk $scratch/session.mmt " + arguments); }
};

TEST_F(WalkCommand, HelpSaysAllThereIsToSay) {
  const Ran help = run("refmm walk --help");
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("FILE"), HasSubstr("ADDRESS"), HasSubstr("--pgd"), HasSubstr("--user"),
                              HasSubstr("--write"), HasSubstr("--no-wp"), HasSubstr("Examples:\n"),
                              HasSubstr("Exit codes:\n  0  the address is translated"),
                              HasSubstr("\n  1  the access faults")));
  EXPECT_THAT(run("refmm --help").out, HasSubstr("walk "));
}

// ---- Translations ---------------------------------------------------------------------------------------------

TEST_F(WalkCommand, ShowsEachStepToTheFrame) {
  const Ran ran = walk("0xc4800123");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(
      ran.out,
      StartsWith((scratch_ / "session.mmt").string() +
                 ":4: at the end, the kernel reads 0xc4800123 through swapper_pg_dir\n"
                 "\n"
                 "  directory  pfn 257, slot 786   0x00401063 table in pfn 1025  present|rw|accessed|dirty\n"
                 "  table      pfn 1025, slot 0    0x00402163 page in pfn 1026   "
                 "present|rw|accessed|dirty|global\n"
                 "  physical   0x00402123\n"
                 "  because\n"
                 "    paging.walk.translates  "));
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(WalkCommand, ShowsLargePages) {
  const Ran ran = walk("3221229653");  // 0xc0001055
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("4 MB from pfn 0 "), Not(HasSubstr("\n  table ")),
                             HasSubstr("\n  physical   0x00001055\n"), HasSubstr("    paging.walk.large_page  ")));
}

TEST_F(WalkCommand, ShowsPagesOfPrograms) {
  const Ran ran = walk("0x08048004 --pgd 1 --user");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("a program reads 0x08048004 through pgd 1\n"),
                             HasSubstr("pfn 1024, slot 32 "), HasSubstr("\n  physical   0x00404004\n")));
}

TEST_F(WalkCommand, WritesThroughReadOnlyEntriesOnlyWithoutWriteProtection) {
  const Ran faults = walk("0x08048004 --pgd 1 --write");
  EXPECT_EQ(faults.exit, 1);
  EXPECT_THAT(faults.out, AllOf(HasSubstr("error code 3: it is not permitted, a write, by the kernel\n"),
                                HasSubstr("    paging.walk.write_protect  ")));
  const Ran writes = walk("0x08048004 --pgd 1 --write --no-wp");
  EXPECT_EQ(writes.exit, 0);
  EXPECT_THAT(writes.out,
              AllOf(HasSubstr("through pgd 1, with CR0.WP off\n"), HasSubstr("\n  physical   0x00404004\n")));
  EXPECT_THAT(walk("0x08048004 --pgd 1 --user --write --no-wp").out, HasSubstr("error code 7: "));
}

// ---- Faults ---------------------------------------------------------------------------------------------------

TEST_F(WalkCommand, ShowsHowAFaultBringsADirectoryUpToDate) {
  const Ran ran = walk("0xc4800010 --pgd 1 --write");
  EXPECT_EQ(ran.exit, 1);
  const std::size_t fault = ran.out.find("error code 2: it is not mapped, a write, by the kernel\n"),
                    copies =
                        ran.out.find("the fault handler copies slot 786 of swapper_pg_dir, and the access is"),
                    synced = ran.out.find("    paging.kernel.synced  "),
                    physical = ran.out.find("\n  physical   0x00402010\n");
  EXPECT_LT(fault, copies);
  EXPECT_LT(copies, synced);
  EXPECT_LT(synced, physical);
  EXPECT_LT(physical, ran.out.size());
  EXPECT_THAT(ran.out, EndsWith("\nswapper_pg_dir has an entry that the directory lacks in slot 786\n"));
}

TEST_F(WalkCommand, ShowsTheDefectOfFaultsOfPrograms) {
  const Ran ran = walk("0xc4800010 --pgd 1 --user");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("error code 4: "), HasSubstr("    defect.kernel.user_fault  "),
                             HasSubstr("error code 5: "), HasSubstr("the program gets SIGSEGV\n")));
}

TEST_F(WalkCommand, ShowsThatNothingIsMapped) {
  const Ran ran = walk("0xd0000000");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("slot 832   0x00000000 empty\n"), HasSubstr("error code 0: "),
                             HasSubstr("    paging.walk.no_table "), HasSubstr("has nothing to copy: an oops")));
}

TEST_F(WalkCommand, ShowsWhatTheProcessorMayStillUse) {
  // Of the area that kmap has written over, the TLB may hold the translation. [defect.kernel.kmap_window]
  put("session.mmt",
      "boot family=kernel ram_pages=16384 highmem_pages=16 config=highmem\n"
      "ioremap(0x80000000, 0x39800000) = 0xc4800000\n"
      "ioremap(0xe0000000, 0x2000) = 0xfe001000\n"
      "get_page_high() = pfn 16384\n"
      "kmap(pfn 16384) = 0xfe001000\n");
  const Ran ran = walk("0xfe001008");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("\n  physical   0x04000008\n"),
                    EndsWith("\nthe processor may still use what the tables have lost: 0xe0000063, pfn 917504, "
                             "present|rw|accessed|dirty\n")));
}

TEST_F(WalkCommand, WalksAtTheEndOfTheLastTranscript) {
  put("session.mmt", std::string(script) + "boot family=kernel ram_pages=16384\npgd_alloc()\nvmlist:\n");
  const Ran ran = walk("0xc4800123");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr(":8: at the end, "));
}

TEST_F(WalkCommand, WalksAtTheEndOfEveryRecording) {
  const Ran ran =
      run("for file in tests/transcripts/kernel/*.mmt; do for address in 0xc4801000; do\n"
          "refmm walk $file $address > $scratch/walked || test $? -le 2 || echo $file $address\ndone; done");
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, Not(HasSubstr("internal error")));
}

// ---- Bad input ------------------------------------------------------------------------------------------------

TEST_F(WalkCommand, RefusesWhatItDoesNotUnderstand) {
  for (const char* arguments : {"", "0xc4800000 0xc4800000", "c4800000", "0x", "0x100000000", "-1", "12g",
                                "0xc4800000 --pgd 0", "0xc4800000 --pgd one", "0xc4800000 --write-protect"}) {
    const Ran ran = walk(arguments);
    EXPECT_EQ(ran.exit, 2) << arguments;
    EXPECT_THAT(ran.err, StartsWith("refmm: ")) << arguments;
    EXPECT_THAT(ran.out, IsEmpty()) << arguments;
  }
  EXPECT_THAT(walk("c4800000").err, HasSubstr("Did you mean 0xc4800000?"));
}

TEST_F(WalkCommand, NamesTheDirectoriesThatThereAre) {
  const Ran ran = walk("0xc4800000 --pgd 7");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, AllOf(StartsWith("refmm: there is no pgd 7 at the end of "), EndsWith("in use are 1\n")));
  put("session.mmt", "boot family=kernel ram_pages=16384\n");
  EXPECT_THAT(walk("0xc4800000 --pgd 7").err, HasSubstr("no directory of a process is in use"));
}

TEST_F(WalkCommand, RefusesTranscriptsThatHaveNoEndToLookAt) {
  const struct {
    std::string text;
    const char* error;
  } bad_files[] = {
      {"boot family=slab ram_pages=16384\n",
       ":1:13: error: only transcripts of the kernel and fault families have page"},
      {"boot ram_pages=16384\n", ":1:1: error: only transcripts of the kernel and fault families"},
      {"boot family=kernel ram_pages=16384\nvmalloc(0) = BUG\n",
       ":2:1: error: nothing is defined behind this call"},
      {"boot family=kernel ram_pages=16384\nvmalloc(1) = NULL\n",
       ":2:1: error: the transcript and the model differ"},
      {"boot family=kernel ram_pages=16384\nvmalloc(-1)\n", ":2:9: error: a size has no sign"},
      {"vmalloc(1)\n", ":1:1: error: "},
      {"", ":1:1: error: "},
  };
  for (const auto& [text, error] : bad_files) {
    const auto path = put("session.mmt", text);
    const Ran ran = walk("0xc4800000");
    EXPECT_EQ(ran.exit, 2) << text;
    EXPECT_THAT(ran.err, StartsWith(path.string() + error)) << text;
    EXPECT_THAT(ran.out, IsEmpty()) << text;
  }
  EXPECT_EQ(run("refmm walk $scratch/none.mmt 0").exit, 2);
}

}  // namespace
}  // namespace refmm

// refmm walk: addresses of processes as people ask for them.
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

/// Process 2 shares a page with its parent, has one in a slot, and one that nobody may access; one is untouched.
constexpr auto script =
    "boot family=fault ram_pages=32 swap_pages=8\n"
    "[pid 1] mmap(NULL, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000\n"
    "[pid 1] store(0x40000123, 7) = ok\n"
    "[pid 1] store(0x40001000, 2) = ok\n"
    "[pid 1] store(0x40002000, 3) = ok\n"
    "[pid 1] fork() = 2\n"
    "swap_out(2, 0x40001000) = 1\n"
    "[pid 2] mprotect(0x40002000, 4096, PROT_NONE) = 0\n"
    "\n";

class WalkOfProcessCommand : public Command {
 protected:
  WalkOfProcessCommand() { put("session.mmt", script); }
  Ran walk(const std::string& arguments) const { return run("refmm walk $scratch/session.mmt " + arguments); }

  /// What a load, or behind it a store, would do.
  static std::string load_of(const std::string& out) {
    const std::size_t load = out.find("\na load would do this:\n"), store = out.find("\na store would do this:\n");
    return load < store && store != out.npos ? out.substr(load, store - load) : "";
  }
  static std::string store_of(const std::string& out) {
    const std::size_t store = out.find("\na store would do this:\n");
    return store == out.npos ? "" : out.substr(store);
  }
};

// ---- Pages that are there -------------------------------------------------------------------------------------

TEST_F(WalkOfProcessCommand, ShowsEachStepToTheByteAndEachFlag) {
  const Ran ran = walk("0x40000123 --pid 2");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              StartsWith((scratch_ / "session.mmt").string() +
                         ":8: at the end, 0x40000123 of process 2\n"
                         "\n"
                         "  directory  pfn 6, slot 256     0x00007067 table in pfn 7     "
                         "present|rw|user|accessed|dirty\n"
                         "  table      pfn 7, slot 0       0x00003045 page in pfn 3      present|user|dirty\n"
                         "             present   yes  the processor finds the page\n"
                         "             rw        no   a write faults\n"
                         "             user      yes  programs may use it\n"
                         "             accessed  no   it has not been used through this entry\n"
                         "             dirty     yes  it has been written through this entry\n"
                         "  page       pfn 3: count 2 = 2 entries; memory, copied on write: 40000000 of pid 1,2\n"
                         "  physical   0x00003123\n"
                         "  byte       7\n"
                         "  area       40000000-40002000 rw-p\n"));
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(WalkOfProcessCommand, SaysWhatALoadAndAStoreWouldDo) {
  const Ran ran = walk("0x40000123 --pid 2");
  EXPECT_THAT(load_of(ran.out), AllOf(HasSubstr("\n  [pid 2] load(0x40000123) = 7\n  because\n    process.load"),
                                      Not(HasSubstr("page_fault")),
                                      EndsWith("\n  then       pfn 7, slot 0       0x00003065 page in pfn 3      "
                                               "present|user|accessed|dirty\n")));
  EXPECT_THAT(store_of(ran.out), AllOf(HasSubstr("\n  [pid 2] store(0x40000123, 1) = ok\n"
                                                 "  | page_fault(0x40000123, present|write|user)\n"
                                                 "  | alloc_page(GFP_USER) = pfn 8\n"
                                                 "  | copy_page(pfn 8, pfn 3)\n"
                                                 "  | flush_tlb_page(0x40000123)\n"
                                                 "  | minor_fault()\n"
                                                 "  because\n"),
                                       HasSubstr("\n    fault.wp.copies"), HasSubstr("\n    process.store"),
                                       EndsWith("\n  then       pfn 7, slot 0       0x00008067 page in pfn 8      "
                                                "present|rw|user|accessed|dirty\n")));
}

TEST_F(WalkOfProcessCommand, IsOfProcessOneWhereNoOtherIsNamed) {
  const Ran ran = walk("0x40001000");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("0x40001000 of process 1\n"), HasSubstr("\n  byte       2\n"),
                             HasSubstr("\n  page       pfn 4: count 2 = entry + cache; slot 1, dirty")));
}

// ---- Pages that are not ---------------------------------------------------------------------------------------

TEST_F(WalkOfProcessCommand, ShowsSlots) {
  const Ran ran = walk("0x40001004 --pid 2");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\n  table      pfn 7, slot 1       0x00000100 slot 1\n"),
                             HasSubstr("\n  slot       1: count 2 = entry + cache; in pfn 4: 40001000 of pid 2\n"),
                             HasSubstr("\n  area       40000000-40002000 rw-p\n"), Not(HasSubstr("\n  byte "))));
  EXPECT_THAT(load_of(ran.out), AllOf(HasSubstr("fault.swap_in.cached"), HasSubstr("page in pfn 4 ")));
  EXPECT_THAT(store_of(ran.out), AllOf(HasSubstr("page_fault(0x40001004, write|user)\n  | minor_fault()\n"),
                                       HasSubstr("copy_page(pfn 8, pfn 4)")));
}

TEST_F(WalkOfProcessCommand, ShowsPagesThatNobodyMayAccess) {
  const Ran ran = walk("0x40002000 --pid 2");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("             present   no   the processor finds nothing\n"),
                    HasSubstr("             protnone  yes  there is a page that nobody may access\n"),
                    HasSubstr("\n  byte       3\n"), HasSubstr("\n  area       40002000-40003000 ---p\n")));
  EXPECT_THAT(load_of(ran.out),
              AllOf(HasSubstr("= SIGSEGV\n"), HasSubstr("SEGV_ACCERR"), HasSubstr("process.fault.not_readable"),
                    EndsWith("\n  then       the entries are as they were\n")));
  EXPECT_THAT(store_of(ran.out), HasSubstr("process.fault.not_writable"));
}

TEST_F(WalkOfProcessCommand, ShowsPagesThatHaveNotBeenTouched) {
  const Ran ran = walk("0x40003000 --pid 2");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\n  table      pfn 7, slot 3       0x00000000 none\n"),
                             HasSubstr("             the page has not been touched yet")));
  EXPECT_THAT(load_of(ran.out), AllOf(HasSubstr("fault.anonymous.zero_page"), HasSubstr(" ZERO_PAGE  ")));
  EXPECT_THAT(store_of(ran.out), AllOf(HasSubstr("clear_page(pfn 8)"), HasSubstr("fault.anonymous.fresh")));
}

TEST_F(WalkOfProcessCommand, ShowsTablesThatAnAccessMakes) {
  const Ran ran = walk("0xbffff004 --pid 2");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("slot 767     0x00000000 empty: there is no page table\n"),
                             HasSubstr("\n  area       bffff000-c0000000 rwxp, grows down\n")));
  EXPECT_THAT(load_of(ran.out), AllOf(HasSubstr("\n  then       pfn 6, slot 767     0x00008067 table in pfn 8 "),
                                      HasSubstr("\n             pfn 8, slot 1023    0xffffd025 ZERO_PAGE ")));
}

TEST_F(WalkOfProcessCommand, SaysWhichSignalThereIsWhereNothingIsMapped) {
  Ran ran = walk("0x40004000");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\n  area       none; the next one above is bffff000-c0000000 rwxp, grows "
                                       "down; esp is bfffff00\n"),
                             Not(HasSubstr("has not been touched"))));
  EXPECT_THAT(load_of(ran.out), AllOf(HasSubstr("force_sig(SIGSEGV, SEGV_MAPERR, 0x40004000)"),
                                      HasSubstr("process.stack.below_pointer")));
  ran = walk("0xc0000000");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("\n  kernel     memory is there, but not for programs\n"));
  EXPECT_THAT(store_of(ran.out), AllOf(HasSubstr("force_sig(SIGSEGV, ?, 0xc0000000)"),
                                       HasSubstr("process.fault.kernel_address"), Not(HasSubstr("\n  then "))));
}

TEST_F(WalkOfProcessCommand, NamesFilesAndTheirPages) {
  put("session.mmt",
      "boot family=fault ram_pages=32 swap_pages=8 files=8192\n"
      "open(\"file1\", O_RDONLY) = 3\n"
      "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 4096) = 0x40000000\n"
      "load(0x40000000) = 38\n"
      "munmap(0xbffff000, 4096) = 0\n");
  const Ran ran = walk("0x40000000");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("\n  page       pfn 3: count 2 = entry + cache; file1:1: 40000000 of pid 1\n"),
                    HasSubstr("\n  area       40000000-40002000 r--p, of file1, page 1\n")));
  const Ran beyond = walk("0x40001000");
  EXPECT_EQ(beyond.exit, 1);
  EXPECT_THAT(load_of(beyond.out), AllOf(HasSubstr("= SIGBUS\n"), HasSubstr("fault.file.beyond_end")));
  EXPECT_THAT(walk("0x50000000").out, HasSubstr("\n  area       none, nor any above it\n"));
}

TEST_F(WalkOfProcessCommand, ShowsWhatRunsOutOfMemory) {
  put("session.mmt", std::string(script) + "set fail_alloc_all=1\n");
  const Ran ran = walk("0x40000000 --pid 2");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(store_of(ran.out), AllOf(HasSubstr("= OOM\n"), HasSubstr("do_exit(SIGKILL)"),
                                       EndsWith("\n  then       process 2 is gone\n")));
}

// ---- Recordings -----------------------------------------------------------------------------------------------

TEST_F(WalkOfProcessCommand, WalksAtTheEndOfEveryRecording) {
  const Ran ran =
      run("for file in tests/transcripts/fault/*.mmt; do for address in 0x40000000 0xbffff000; do\n"
          "refmm walk $file $address > $scratch/walked || test $? -le 2 || echo $file $address\ndone; done");
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, Not(HasSubstr("internal error")));
}

// ---- Bad input ------------------------------------------------------------------------------------------------

TEST_F(WalkOfProcessCommand, NamesTheProcessesThatThereAre) {
  const Ran ran = walk("0x40000000 --pid 3");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err,
              AllOf(StartsWith("refmm: there is no process 3 at the end of "), EndsWith("; --pid can be 1, 2\n")));
  put("session.mmt", std::string(script) + "[pid 1] exit()\n");
  EXPECT_THAT(walk("0x40000000").err, AllOf(HasSubstr("there is no process 1 "), EndsWith("; --pid can be 2\n")));
  put("session.mmt", "boot family=fault\nexit()\n");
  EXPECT_THAT(walk("0x40000000").err, EndsWith(": all are gone\n"));
}

TEST_F(WalkOfProcessCommand, RefusesTheOptionsOfOtherTranscripts) {
  for (const std::string option : {"--pgd 1", "--user", "--write", "--no-wp"}) {
    const Ran ran = walk("0x40000000 " + option);
    EXPECT_EQ(ran.exit, 2) << option;
    EXPECT_THAT(ran.err, StartsWith("refmm: " + option.substr(0, option.find(' ')) +
                                    " is not for transcripts of the fault family: "));
    EXPECT_THAT(ran.out, IsEmpty()) << option;
  }
  EXPECT_EQ(walk("0x40000000 --pid 0").exit, 2);
  EXPECT_EQ(walk("0x40000000 --pid one").exit, 2);
}

TEST_F(WalkOfProcessCommand, RefusesTranscriptsThatHaveNoEndToLookAt) {
  const struct {
    std::string text;
    const char* error;
  } bad_files[] = {
      {"boot family=fault\nload(0xbffff000) = 1\n", ":2:1: error: the transcript and the model differ"},
      {"boot family=fault\nmmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
       "madvise(0x40000000, 4096, MADV_RANDOM) = OOPS\n",
       ":3:1: error: nothing is defined behind this call"},
      {"boot family=fault\nload(bffff000)\n", ":2:6: error: "},
  };
  for (const auto& [text, error] : bad_files) {
    const auto path = put("session.mmt", text);
    const Ran ran = walk("0xbffff000");
    EXPECT_EQ(ran.exit, 2) << text;
    EXPECT_THAT(ran.err, StartsWith(path.string() + error)) << text;
    EXPECT_THAT(ran.out, IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace refmm

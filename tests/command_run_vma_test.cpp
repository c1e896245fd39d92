// refmm run on memory areas, as people use it.
#include <refmm/tests/command_fixture.hpp>
#include <refmm/tests/vma_mutants.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* machine = "boot family=vma effects=all task_size=0xc0000000 free_pages=1000\n";
constexpr const char* script =
    "boot family=vma effects=all task_size=0xc0000000 free_pages=1000\n"
    "mmap(0,  8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
    "maps:\n"
    "munmap(0x40000000, 4096)\n"
    "mm:\n";
constexpr const char* filled =
    "boot family=vma effects=all task_size=0xc0000000 free_pages=1000\n"
    "mmap(0,  8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000\n"
    "| vma_alloc()\n"
    "maps:\n"
    "  40000000-40002000 r--p 00000000 - may=rwx 0\n"
    "munmap(0x40000000, 4096) = 0\n"
    "| vma_alloc()\n"
    "| zap_page_range(0x40000000, 4096)\n"
    "| vma_free()\n"
    "mm:\n"
    "  total_vm=1 locked_vm=0 map_count=1 brk=0x00000000 def_flags=0 tree=no\n";

/// What is defined, and a defect: a tail without an area at its address is unmapped.
constexpr const char* with_defect =
    "boot family=vma effects=all task_size=0xc0000000 free_pages=1000\n"
    "mmap(0x40001000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n"
    "mremap(0x40000000, 8192, 4096, 0)\n"
    "maps:\n";

class RunVmaCommand : public Command {};

// ---- Recordings -----------------------------------------------------------------------------------------------

TEST_F(RunVmaCommand, ReplaysTheRecordings) {
  const std::string summary = "202 transcripts, 50798 calls: 202 agree, 0 differ\n";
  for (const char* subject : {"", "--subject model"}) {
    const Ran ran = run(std::string("refmm run tests/transcripts/vma ") + subject);
    EXPECT_EQ(ran.exit, 0) << ran.out;
    EXPECT_EQ(ran.out, summary);
    EXPECT_THAT(ran.err, IsEmpty());
  }
  for (const char* subject : {"--subject impl", "--subject both"}) {
    const Ran ran = run(std::string("refmm run tests/transcripts/vma ") + subject);
    EXPECT_EQ(ran.exit, 0) << ran.out;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("calls were compared with the corrected model"),
                               HasSubstr("blocks show structures for lookups"), EndsWith(summary)));
    EXPECT_THAT(ran.err, IsEmpty());
  }
}

TEST_F(RunVmaCommand, SaysWhereDefectsDecided) {
  const std::string file = "tests/transcripts/vma/mremap-overlap-defect.mmt";
  const Ran ran = run("refmm run --subject impl " + file);
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              StartsWith(file + ":8: 11 of 13 calls, the first here, were compared with the corrected model: "
                                "defect.vma.remap_destination\n"));
  EXPECT_EQ(run("refmm run " + file).out, "1 transcript, 13 calls: 1 agree, 0 differ\n");
}

TEST_F(RunVmaCommand, ShowsWithTheCorrectedProfileWhatIsADefect) {
  const std::string file = "tests/transcripts/vma/mremap-overlap-defect.mmt";
  for (const char* subject : {"model", "both"}) {
    const Ran ran = run("refmm run --profile corrected --subject " + std::string(subject) + " " + file);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.out, AllOf(StartsWith(file + ":8: mremap("), HasSubstr("  ! -1 ENOMEM\n"),
                               HasSubstr("\n    vma.mremap.fixed.destination_stays"),
                               HasSubstr(file + ":8: 2.4.0 as built goes another way than the corrected kernel: "
                                                "defect.vma.remap_destination\n")));
  }
  EXPECT_EQ(run("refmm run --profile corrected tests/transcripts/vma/munmap-arguments.mmt").exit, 0);
  const Ran slab = run("refmm run --profile corrected tests/transcripts/slab/list-order.mmt");
  EXPECT_EQ(slab.exit, 0) << slab.out;
  const Ran wrong = run("refmm run --profile mended " + file);
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, StartsWith("refmm: "));
}

TEST_F(RunVmaCommand, ShowsADifference) {
  put("wrong.mmt", std::string(machine) + "munmap(0x40000001, 4096) = 0\nmaps: (empty)\n");
  const Ran ran = run("refmm run $scratch/wrong.mmt --subject both");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out,
              StartsWith((scratch_ / "wrong.mmt").string() + ":2: munmap(0x40000001, 4096)\n"
                                                             "  = 0\n"
                                                             "  ! -1 EINVAL\n"
                                                             "  the result is 0 in the transcript (=), "
                                                             "-1 EINVAL in the model and implementation"));
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("\n    vma.munmap."), EndsWith("1 transcript, 1 call: 0 agree, 1 differ\n")));
}

// ---- Scripts --------------------------------------------------------------------------------------------------

TEST_F(RunVmaCommand, FillsAScriptIn) {
  for (const char* subject : {"model", "impl", "both"}) {
    put("script.mmt", script);
    EXPECT_THAT(run(std::string("refmm run $scratch/script.mmt --subject ") + subject).out, StartsWith(filled));
    EXPECT_EQ(run(std::string("refmm run --fill $scratch/script.mmt --subject ") + subject).exit, 0);
    EXPECT_EQ(contents(scratch_ / "script.mmt"), filled);
  }
}

TEST_F(RunVmaCommand, FillsAScriptInForEitherKernel) {
  put("script.mmt", with_defect);
  EXPECT_THAT(run("refmm run $scratch/script.mmt").out,
              AllOf(HasSubstr("mremap(0x40000000, 8192, 4096, 0) = 0x40000000\n"), HasSubstr("maps: (empty)\n")));
  EXPECT_THAT(run("refmm run --profile corrected --subject both $scratch/script.mmt").out,
              AllOf(HasSubstr("mremap(0x40000000, 8192, 4096, 0) = -1 EFAULT\n"),
                    HasSubstr("maps:\n  40001000-40002000 r--p")));
}

TEST_F(RunVmaCommand, ExplainsCalls) {
  put("script.mmt", script);
  const Ran ran = run("refmm run --explain $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr(":4: munmap(0x40000000, 4096) = 0\n  | vma_alloc()\n"),
                             HasSubstr("\n    vma.munmap.exactly"), HasSubstr("\n    vma.unmapped.first_fit")));
}

// ---- Pictures -------------------------------------------------------------------------------------------------

TEST_F(RunVmaCommand, DrawsAddressSpaces) {
  put("script.mmt", script);
  EXPECT_THAT(run("refmm run $scratch/script.mmt").out, Not(HasSubstr("Page directory")));
  const Ran ran = run("refmm run --picture --explain $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  const std::string file = (scratch_ / "script.mmt").string();
  const std::size_t mmap = ran.out.find(file + ":2: mmap("), maps = ran.out.find(file + ":3: maps:\n  1 area,"),
                    munmap = ran.out.find(file + ":4: munmap("), end = ran.out.find(file + ":5: at the end\n");
  EXPECT_LT(mmap, maps);
  EXPECT_LT(maps, munmap);
  EXPECT_LT(munmap, end);
  EXPECT_LT(end, ran.out.size());
  EXPECT_THAT(ran.out.substr(end), HasSubstr("40001000-40002000"));
  put("bug.mmt", "boot family=slab l1=32 ram_pages=16384\nkmem_cache_create(NULL, 8, 0, 0, NULL, NULL) = BUG\n");
  EXPECT_THAT(run("refmm run --picture $scratch/bug.mmt").out, HasSubstr("there is nothing to draw"));
}

TEST_F(RunVmaCommand, DrawsEveryRecording) {
  const Ran ran = run("refmm run --picture tests/transcripts/vma");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.err, IsEmpty());
}

// ---- Mutants --------------------------------------------------------------------------------------------------

TEST_F(RunVmaCommand, LetsTheImplementationMakeAMistake) {
  const std::string file = "tests/transcripts/vma/munmap-split.mmt";
  const std::string mutant = " --mutant vma.impl.munmap.upper_piece_keeps_offset";
  EXPECT_EQ(run("refmm run --subject impl " + file).exit, 0);
  const Ran ran = run("refmm run " + file + mutant);
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("in the implementation (!)"), EndsWith(": 0 agree, 1 differ\n")));
  const Ran wrong = run("refmm run " + file + " --mutant vma.impl.munmap.upper_piece_keeps_offsets");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, HasSubstr("vma.impl.munmap.upper_piece_keeps_offset"));
}

TEST_F(RunVmaCommand, SurvivesEveryMutant) {
  for (const Mutant& mutant : vma_mutants) {
    const Ran ran =
        run("refmm run tests/transcripts/vma/random-mixed-0[1-3].mmt --mutant " + std::string(mutant.name));
    EXPECT_THAT(ran.exit, testing::AnyOf(0, 1)) << mutant.name << ran.err;
    EXPECT_THAT(ran.err, IsEmpty()) << mutant.name;
    EXPECT_THAT(ran.out, HasSubstr("3 transcripts, ")) << mutant.name;
  }
}

// ---- Bad input ------------------------------------------------------------------------------------------------

TEST_F(RunVmaCommand, RefusesBadInput) {
  const std::string boot = machine;
  struct Bad {
    std::string text;
    const char* error;
  };
  const Bad bad_files[] = {
      {boot + "mmap(0x1ffffffff, 4096, PROT_READ, MAP_PRIVATE, -1, 0)\n", ":2:6: error: "},
      {boot + "munmap(0x40000000, -4096)\n", ":2:20: error: "},
      {boot + "mprotect(0x40000000, 4096, PROT_FAST)\n", ":2:28: error: "},
      {boot + "munmap(0x40000000)\n", ":2:18: error: munmap has the wrong number of arguments"},
      {boot + "munnap(0x40000000, 1)\n", ":2:1: error: the vma family has no such call"},
      {boot + "munmap(0x40000000, 1) = NULL\n", ":2:25: error: "},
      {boot + "[pid 2] munmap(0x40000000, 1)\n", ":2:1: error: "},
      {boot + "slabs x:\n", ":2:1: error: "},
      {"boot family=vma task_size=0x80000000\n", ":1:27: error: "},
  };
  for (const auto& [text, error] : bad_files) {
    const fs::path path = put("bad.mmt", text);
    for (const char* options : {"", " --subject both --fill", " --picture --profile corrected"}) {
      const Ran ran = run("refmm run $scratch/bad.mmt" + std::string(options));
      EXPECT_EQ(ran.exit, 2) << text;
      EXPECT_THAT(ran.err, StartsWith(path.string() + error)) << text;
      EXPECT_THAT(ran.out, IsEmpty()) << text;
      EXPECT_EQ(contents(path), text);
    }
  }
}

TEST_F(RunVmaCommand, TakesWhatTheKernelRefuses) {
  put("odd.mmt", std::string(machine) +
                     "close(77)\nmmap(0, 4096, 0x80000000, 0xfffffff0, 99, 0xffffffff)\n"
                     "mremap(0, 0xffffffff, 0xffffffff, 0xfffffffc)\n");
  const Ran ran = run("refmm run --subject both $scratch/odd.mmt");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("close(77) = -1 EBADF\n"));
}

}  // namespace
}  // namespace refmm

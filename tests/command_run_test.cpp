// refmm run as people use it: what it prints, what it writes, and what it exits with.
#include <refmm/tests/command_fixture.hpp>
#include <refmm/tests/slab_mutants.hpp>

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

constexpr const char* machine = "boot family=slab l1=32 ram_pages=16384\n";
constexpr const char* script =
    "# a script\n"
    "boot family=slab l1=32 ram_pages=16384 effects=all\n"
    "kmalloc(100,  GFP_KERNEL)\n"
    "order size-128:\n";
constexpr const char* filled =
    "# a script\n"
    "boot family=slab l1=32 ram_pages=16384 effects=all\n"
    "kmalloc(100,  GFP_KERNEL) = size-128:0[0]\n"
    "| get_pages(size-128:0, order=0, gfp=0x7)\n"
    "order size-128:\n"
    "  full none\n"
    "  partial 0\n"
    "  free none\n"
    "  firstnotfull 0\n";

class RunCommand : public Command {};

// ---- Tests ----------------------------------------------------------------------------------------------------

TEST_F(RunCommand, ReplaysTheRecordings) {
  for (const char* subject : {"", "--subject model", "--subject impl", "--subject both"}) {
    const Ran ran = run(std::string("refmm run tests/transcripts/slab ") + subject);
    EXPECT_EQ(ran.exit, 0) << ran.out;
    EXPECT_EQ(ran.out, "168 transcripts, 83537 calls: 168 agree, 0 differ\n");
    EXPECT_THAT(ran.err, IsEmpty());
  }
}

TEST_F(RunCommand, CountsTranscriptsNotFiles) {
  put("two.mmt",
      std::string(machine) + "kfree(NULL)\n" + machine + "kmalloc(1, GFP_KERNEL) = NULL\nkfree(NULL)\n");
  const Ran ran = run("refmm run $scratch/two.mmt $scratch/two.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, EndsWith("\n4 transcripts, 4 calls: 2 agree, 2 differ\n"));
  EXPECT_THAT(ran.out, HasSubstr("not compared: 1\n"));
}

TEST_F(RunCommand, ShowsADifference) {
  put("wrong.mmt", std::string(machine) + "# one\nkmalloc(100, GFP_KERNEL) = size-128:0[1]\n");
  const Ran ran = run("refmm run $scratch/wrong.mmt --subject both");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, StartsWith((scratch_ / "wrong.mmt").string() + ":3: kmalloc(100, GFP_KERNEL)\n"
                                                                      "  = size-128:0[1]\n"
                                                                      "  ! size-128:0[0]\n"));
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("the index is 1 in the transcript (=), 0 in the model and implementation (!)"),
                    HasSubstr("because\n"), HasSubstr("    slab.kmalloc.smallest"),
                    EndsWith("1 transcript, 1 call: 0 agree, 1 differ\n")));
}

TEST_F(RunCommand, ShowsOfABlockWhatDiffers) {
  put("wrong.mmt", std::string(machine) + "slabinfo:\n");
  ASSERT_EQ(
      run("refmm run --fill $scratch/wrong.mmt && sed -i 's/^  size-512  .*/  size-512   1/' $scratch/wrong.mmt")
          .exit,
      0);
  const Ran ran = run("refmm run $scratch/wrong.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr(":2: slabinfo:\n    ...\n"));
  EXPECT_THAT(ran.out,
              HasSubstr("\n  = size-512   1\n  ! size-512               0      0    512    0    0    1\n"));
  EXPECT_THAT(ran.out, Not(HasSubstr("size-131072")));
}

TEST_F(RunCommand, ShowsOfLongLinesWhereTheyDiffer) {
  put(
      "wrong.mmt", std::string(machine) + "kmem_cache_create(\"tiny\", 4, 4, 0, NULL, NULL)\n" + [] {
        std::string calls;
        for (int i = 0; i < 200; ++i) calls += "kmem_cache_alloc(tiny, SLAB_KERNEL)\n";
        for (int i = 0; i < 200; i += 2) calls += "kfree(tiny:0[" + std::to_string(i) + "])\n";
        return calls;
      }() + "slabs tiny:\n");
  ASSERT_EQ(run("refmm run --fill $scratch/wrong.mmt && sed -i 's/,2,0,/,2,1,/' $scratch/wrong.mmt").exit, 0);
  const Ran ran = run("refmm run $scratch/wrong.mmt");
  EXPECT_EQ(ran.exit, 1) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("= ..."), HasSubstr(",4,2,1,"), HasSubstr("! ..."), HasSubstr(",4,2,0,")));
}

// ---- Mutants --------------------------------------------------------------------------------------------------

TEST_F(RunCommand, LetsTheImplementationMakeAMistake) {
  const std::string file = "tests/transcripts/slab/list-order.mmt";
  const std::string mutant = " --mutant slab.impl.free.leaves_free_slab_in_place";
  EXPECT_EQ(run("refmm run " + file).exit, 0);
  for (const char* subject : {"", " --subject impl", " --subject both"}) {
    const Ran ran = run("refmm run " + file + mutant + subject);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.out, AllOf(HasSubstr("in the implementation (!)"), EndsWith(": 0 agree, 1 differ\n")));
  }
}

TEST_F(RunCommand, SurvivesEveryMutant) {
  for (const Mutant& mutant : slab_mutants) {
    const Ran ran = run("refmm run tests/transcripts/slab/random-00*.mmt --mutant " + std::string(mutant.name));
    EXPECT_THAT(ran.exit, testing::AnyOf(0, 1)) << mutant.name;
    EXPECT_THAT(ran.err, IsEmpty()) << mutant.name;
    EXPECT_THAT(ran.out, HasSubstr("10 transcripts, ")) << mutant.name;
  }
}

TEST_F(RunCommand, KnowsWhichMutantMayHaveBeenMeant) {
  const Ran ran = run("refmm run tests/transcripts/slab/list-order.mmt --mutant slab.impl.free.loses_links");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, AllOf(StartsWith("refmm: "), HasSubstr("slab.impl.free.loses_link")));
  const Ran of_model =
      run("refmm run tests/transcripts/slab/list-order.mmt --subject model --mutant slab.impl.free.loses_link");
  EXPECT_EQ(of_model.exit, 2);
  EXPECT_THAT(of_model.err, AllOf(StartsWith("refmm: "), HasSubstr("--subject impl or both")));
}

// ---- Scripts --------------------------------------------------------------------------------------------------

TEST_F(RunCommand, FillsAScriptIn) {
  put("script.mmt", script);
  const Ran ran = run("refmm run $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, std::string(filled) + "1 transcript, 1 call: 1 agree, 0 differ\n");
  EXPECT_EQ(contents(scratch_ / "script.mmt"), script);
}

TEST_F(RunCommand, WritesAnswersIntoTheFile) {
  const fs::path path = put("script.mmt", script);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  const Ran ran = run("refmm run --fill $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, path.string() + ": 2 answers filled in\n1 transcript, 1 call: 1 agree, 0 differ\n");
  EXPECT_EQ(contents(path), filled);
  EXPECT_EQ(fs::status(path).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  EXPECT_EQ(run("ls $scratch | grep -c script.mmt").out, "1\n");

  EXPECT_EQ(run("refmm run --fill $scratch/script.mmt").out, "1 transcript, 1 call: 1 agree, 0 differ\n");
  EXPECT_EQ(contents(path), filled);
}

TEST_F(RunCommand, WritesThroughALink) {
  put("script.mmt", script);
  EXPECT_EQ(run("ln -s script.mmt $scratch/link.mmt && refmm run --fill $scratch/link.mmt").exit, 0);
  EXPECT_EQ(contents(scratch_ / "script.mmt"), filled);
  EXPECT_TRUE(fs::is_symlink(scratch_ / "link.mmt"));
}

TEST_F(RunCommand, WritesNothingWhereSomethingIsWrong) {
  put("script.mmt", script);
  put("bad.mmt", std::string(machine) + "kfree(nowhere:0[0])\n");
  const std::string differs = std::string(machine) + "kmalloc(1, GFP_KERNEL)\nkmalloc(1, GFP_KERNEL) = NULL\n";
  put("differs.mmt", differs);
  const Ran bad = run("refmm run --fill $scratch/script.mmt $scratch/bad.mmt");
  EXPECT_EQ(bad.exit, 2);
  EXPECT_THAT(bad.out, IsEmpty());
  EXPECT_EQ(contents(scratch_ / "script.mmt"), script);
  const Ran different = run("refmm run --fill $scratch/differs.mmt");
  EXPECT_EQ(different.exit, 1);
  EXPECT_THAT(different.out, HasSubstr("left open, because it differs"));
  EXPECT_EQ(contents(scratch_ / "differs.mmt"), differs);
}

TEST_F(RunCommand, DoesNotLoseAFileThatCannotBeWritten) {
  put("script.mmt", script);
  // A name that is already as long as the file system allows has no room for another beside it.
  const std::string longest(255 - 4, 'x');
  const fs::path path = put(longest + ".mmt", script);
  const Ran ran = run("refmm run --fill " + path.string());
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("error: the file cannot be written: File name too long"));
  EXPECT_EQ(contents(path), script);
  EXPECT_EQ(run("cat $scratch/script.mmt | refmm run --fill /dev/stdin").exit, 2);
}

// ---- Explanations ---------------------------------------------------------------------------------------------

TEST_F(RunCommand, ExplainsCalls) {
  put("script.mmt", script);
  const Ran ran = run("refmm run --explain $scratch/script.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              StartsWith((scratch_ / "script.mmt").string() + ":3: kmalloc(100,  GFP_KERNEL) = size-128:0[0]\n"
                                                              "  | get_pages(size-128:0, order=0, gfp=0x7)\n"
                                                              "    slab.kmalloc.smallest"));
  EXPECT_THAT(ran.out, HasSubstr("\n    slab.grow.appended"));
}

// ---- Folders --------------------------------------------------------------------------------------------------

TEST_F(RunCommand, FindsTranscriptsInFolders) {
  const std::string wrong = std::string(machine) + "kmalloc(1, GFP_KERNEL) = NULL\n";
  put("folder/b.mmt", wrong);
  put("folder/a/z.mmt", wrong);
  put("folder/notes.txt", "not a transcript");
  fs::create_directory(scratch_ / "folder/folder.mmt");
  const Ran ran = run("refmm run $scratch/folder");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, EndsWith("2 transcripts, 2 calls: 0 agree, 2 differ\n"));
  EXPECT_LT(ran.out.find("folder/a/z.mmt:2"), ran.out.find("folder/b.mmt:2"));
}

TEST_F(RunCommand, RefusesFoldersWithoutTranscripts) {
  fs::create_directory(scratch_ / "empty");
  const Ran empty = run("refmm run $scratch/empty");
  EXPECT_EQ(empty.exit, 2);
  EXPECT_THAT(empty.err, HasSubstr("empty:1:1: error: there are no transcripts in this folder"));
  const Ran fill = run("refmm run --fill tests/transcripts/slab");
  EXPECT_EQ(fill.exit, 2);
  EXPECT_THAT(fill.err, HasSubstr("it is a folder"));
}

// ---- Bad input ------------------------------------------------------------------------------------------------

TEST_F(RunCommand, RefusesBadInput) {
  const std::string boot = machine;
  struct Bad {
    std::string text;
    const char* error;
  };
  const Bad bad_files[] = {
      {"", ":1:1: error: there is no transcript"},
      {std::string(5000, '\0'), ":1:1: error: a transcript is text"},
      {boot + "\xff\xfe", ":2:1: error: "},
      {boot + "kmalloc(" + std::string(1'000'000, 'x') + ", 0)\n",
       ":2:9: error: the size of a request is a number"},
      {boot + "# " + std::string(1'000'000, 'x') + "\nkmaloc(1, 0)\n",
       ":3:1: error: the slab family has no such call"},
      {boot + "kmalloc(1\n", ":2:10: error: "},
      {boot + "kmalloc(1)\n", ":2:10: error: kmalloc has the wrong number of arguments"},
      {boot + "kmalloc(x, 0)\n", ":2:9: error: the size of a request is a number"},
      {boot + "kmalloc(1, GFP_FAST)\n", ":2:12: error: there is no such flag"},
      {boot + "kmalloc(1, 0) = 3\n", ":2:17: error: the call cannot have this result"},
      {boot + "kfree(size-32:0[0])\n", ":2:7: error: the caller was never given this object"},
      {boot + "kmem_cache_alloc(conn, 0)\n", ":2:18: error: there is no such cache"},
      {"boot family=pipe pages=1\n", ":1:13: error: family `pipe` cannot be replayed yet"},
      {"boot family=malloc pages=1\n", ":1:20: error: a process of the malloc family has no such setting"},
      {"boot family=fault pages=1\n", ":1:19: error: the machine of the fault family has no such setting"},
      {"boot family=slab l1=31 ram_pages=1\n", ":1:21: error: no kernel is built for such a cache line"},
  };
  for (const auto& [text, error] : bad_files) {
    const fs::path path = put("bad.mmt", text);
    for (const char* options : {"", " --subject both --fill", " --mutant slab.impl.free.loses_link"}) {
      const Ran ran = run("refmm run $scratch/bad.mmt" + std::string(options));
      EXPECT_EQ(ran.exit, 2) << error;
      EXPECT_THAT(ran.err, StartsWith(path.string() + error));
      EXPECT_THAT(ran.out, IsEmpty()) << error;
      EXPECT_LT(ran.err.size(), 2000u);
      EXPECT_EQ(contents(path), text);
    }
  }
}

TEST_F(RunCommand, RefusesRecordingsOfOtherFamilies) {
  put("pipe.mmt", "boot family=pipe\n");
  const Ran ran = run("refmm run $scratch/pipe.mmt");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("family `pipe` cannot be replayed yet"),
                             HasSubstr("a family that can: buddy, fault, kernel, malloc, since, slab, vma")));
}

TEST_F(RunCommand, RefusesFilesThatCannotBeRead) {
  const Ran missing = run("refmm run $scratch/missing.mmt");
  EXPECT_EQ(missing.exit, 2);
  EXPECT_THAT(missing.err,
              HasSubstr("missing.mmt:1:1: error: the file cannot be read: No such file or directory"));
  const Ran loop = run("ln -s loop.mmt $scratch/loop.mmt; refmm run $scratch/loop.mmt");
  EXPECT_EQ(loop.exit, 2);
  EXPECT_THAT(loop.err, HasSubstr("error: the file cannot be read: "));
}

}  // namespace
}  // namespace refmm

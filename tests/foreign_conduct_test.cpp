// Libraries that crash, hang, take all memory, or are no subjects at all (tests/subjects/unruly.c): a finding with a transcript,
// or an error that says what to try, and never the end of refmm.
#include <refmm/tests/foreign_fixture.hpp>

namespace refmm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* last_call = "# ! kmalloc(";

class UnrulySubject : public ForeignSubject {
 protected:
  void expect_loss(const std::string& name, const std::string& how) const {
    const Ran ran = check(name, "slab", "--runs 200 --patience 250ms");
    EXPECT_EQ(ran.exit, 1) << ran.out << ran.err;
    EXPECT_THAT(transcript(), HasSubstr(how));
    EXPECT_EQ(calls(), 1u) << ran.out;
    const Ran replayed = replay(name);
    EXPECT_EQ(replayed.exit, 1) << replayed.out << replayed.err;
  }

  void expect_refusal(const std::string& name, const std::string& words) const {
    const Ran ran = check(name, "slab", "--runs 1");
    EXPECT_EQ(ran.exit, 2) << ran.out;
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err, HasSubstr(words));
    EXPECT_FALSE(std::filesystem::exists(scratch_ / "found"));
  }
};

// ---- Findings -----------------------------------------------------------------------------------------------------------

TEST_F(UnrulySubject, ThatCrashesIsFound) {
  expect_loss("crashes", "killed by signal 11 (Segmentation fault)");
  EXPECT_THAT(transcript(), HasSubstr(last_call));
}

TEST_F(UnrulySubject, ThatCrashesIsHeard) {
  const Ran ran = check("crashes", "slab", "--runs 200");
  EXPECT_THAT(ran.out, HasSubstr("in that session the subject wrote:\n  the last words of the subject\n"));
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(UnrulySubject, ThatHangsIsFound) { expect_loss("hangs", "does not come back"); }

TEST_F(UnrulySubject, ThatTakesAllMemoryIsFound) {
  expect_loss("takes_all_memory", "ended, as it took more memory than it may (512 MB)");
}

TEST_F(UnrulySubject, ThatCannotBootIsFound) {
  const Ran ran = check("returns_no_allocator", "slab", "--runs 1");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_THAT(transcript(),
              HasSubstr("what create returns is an allocator in the reference, NULL in the subject"));
}

TEST_F(UnrulySubject, ThatCrashesWhenItIsGivenUpIsFound) {
  const Ran ran = check("crashes_at_destroy", "slab", "--runs 200");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_THAT(transcript(), HasSubstr("killed by signal 6 (Aborted)"));
  EXPECT_EQ(calls(), 3u) << ran.out;
}

// ---- Errors -------------------------------------------------------------------------------------------------------------

TEST_F(UnrulySubject, ThatIsNoSubjectIsRefused) {
  expect_refusal("null_table", "refmm_slab_subject() returned NULL; a table was expected");
  expect_refusal("dies_when_asked",
                 "a process that calls refmm_slab_subject() does not survive: killed by signal 6");
  expect_refusal("no_function", "exports no function refmm_slab_subject");
  expect_refusal("other_version", "is of version 0x7 of the interface, and this refmm knows version 1");
  expect_refusal("no_size", "begin it with REFMM_TABLE(refmm_slab_subject)");
  expect_refusal("no_destroy", "has no destroy: a function was expected, NULL was found");
  expect_refusal("no_kfree", "has kmalloc, but no kfree");
  expect_refusal("nothing_to_test",
                 "it needs kmalloc, kfree; or kmem_cache_create, kmem_cache_alloc, kmem_cache_free");
}

TEST_F(UnrulySubject, ThatIsNoLibraryIsRefused) {
  expect_refusal("no_such_library", "there is no such file");
  put("text.so", "not a library\n");
  const Ran ran = run("refmm check --subject $scratch/text.so");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("cannot be loaded"));
}

TEST_F(UnrulySubject, WhoseTableIsOlderIsTestedAsFarAsItGoes) { expect_agreement("older", "slab", 100); }

TEST_F(UnrulySubject, IsOfAnAreaThatItHas) {
  const Ran ran = run("refmm check --subject " + library("slab") + " --area nowhere");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no area `nowhere`"));
}

TEST_F(UnrulySubject, GoesWithNoOptionOfTheImplementation) {
  for (const char* option : {"--mutant slab.impl.x", "--defects", "--profile as-built"}) {
    const Ran ran = run("refmm check --subject " + library("slab") + " " + option);
    EXPECT_EQ(ran.exit, 2) << option;
    EXPECT_THAT(ran.err, HasSubstr("excludes")) << option;
  }
}

// ---- What a check leaves ------------------------------------------------------------------------------------------------

TEST_F(UnrulySubject, IsKeptInACorpusThatIsReplayedFirst) {
  const std::string options = "--runs 200 --corpus $scratch/kept";
  const Ran found = check("crashes", "slab", options);
  EXPECT_EQ(found.exit, 1) << found.err;
  EXPECT_THAT(found.out, HasSubstr("corpus             0 transcripts of slab"));
  const Ran again = check("crashes", "slab", options);
  EXPECT_EQ(again.exit, 1) << again.err;
  EXPECT_THAT(again.out, HasSubstr("corpus             1 transcript of slab"));
  EXPECT_THAT(again.out, HasSubstr("1 differ"));
  EXPECT_THAT(again.out, HasSubstr(last_call));
}

TEST_F(UnrulySubject, IsToldOfForMachines) {
  const Ran ran = check("crashes", "slab", "--runs 200 --json $scratch/found.json --junit $scratch/found.xml");
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_THAT(contents(scratch_ / "found.json"), HasSubstr("--subject " + library("crashes")));
  EXPECT_THAT(contents(scratch_ / "found.xml"), HasSubstr("does not survive"));
}

TEST_F(UnrulySubject, IsShownBesideTheModel) {
  put("crash.mmt", "boot family=slab l1=32 ram_pages=16384\nkmalloc(2000, GFP_KERNEL)\n");
  const Ran shown = run("refmm show $scratch/crash.mmt --text --subject " + library("crashes"));
  EXPECT_EQ(shown.exit, 1) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("killed by signal 11 (Segmentation fault)"));
  EXPECT_THAT(shown.err, IsEmpty());
  const Ran right = run("refmm show $scratch/crash.mmt --text --subject " + library("slab"));
  EXPECT_EQ(right.exit, 0) << right.out << right.err;
}

// ---- refmm run ----------------------------------------------------------------------------------------------------------

TEST_F(UnrulySubject, CannotReplayWhatItHasNotGot) {
  put("vma.mmt", "boot family=vma\nbrk(0) = 0x0804c000\n");
  const Ran ran = run("refmm run $scratch/vma.mmt --subject " + library("slab"));
  EXPECT_EQ(ran.exit, 2) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("has no subject for line 1, a transcript of family vma"));
}

TEST_F(UnrulySubject, MayBeMisspelt) {
  for (const char* command :
       {"run tests/transcripts/slab", "show tests/transcripts/slab/boot-l1-16-ram-16384.mmt"}) {
    const Ran ran = run(std::string("refmm ") + command + " --subject imlp");
    EXPECT_EQ(ran.exit, 2) << command;
    EXPECT_THAT(ran.err, HasSubstr("and shared libraries, as in --subject ./mine.so")) << command;
  }
}

TEST_F(UnrulySubject, ReplaysTheRecordings) {
  const Ran ran = run("refmm run tests/transcripts/slab/*1-*.mmt --subject " + library("slab"));
  EXPECT_EQ(ran.exit, 0) << ran.out.substr(0, 2000) << ran.err;
}

}  // namespace
}  // namespace refmm

// refmm conform, and refmm run on the running kernel.
#include <refmm/tests/command_fixture.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace refmm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// What needs no kernel but the model.
class SinceCommand : public Command {};

/// Left out where the running kernel cannot be asked.
class ConformCommand : public SinceCommand {
 protected:
  void SetUp() override {
    if (!conform::is_settled(conform::running_version())) GTEST_SKIP() << conform::not_settled;
    for (const unsigned bits : {32u, 64u}) {
      if (const auto refusal = no_running_kernel(bits)) GTEST_SKIP() << refusal->why;
    }
  }
};

constexpr auto example =
    "boot family=since era=6.18 bits=64\n"
    "mmap(0x10000000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000000\n"
    "store(0x10000000, 7) = 0\n"
    "mprotect(0x10001000, 4096, PROT_NONE) = 0\n"
    "load(0x10001000) = SIGSEGV\n"
    "areas:\n"
    "  10000000-10001000 rw-p 00000000 rd wr mr mw me ac\n"
    "  10001000-10002000 ---p 00000000 mr mw me ac\n";

TEST_F(ConformCommand, SaysWhatWasComparedAndThatItAgrees) {
  const Ran ran = run("refmm conform --sessions 20 --seed 7");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(StartsWith("Linux "), HasSubstr("20 sessions, 1200 calls"),
                             HasSubstr("no difference (--seed 7)")));
}

TEST_F(ConformCommand, MakesTheSameCallsOfTheSameSeed) {
  const auto decided = [&] {  // how many clauses; not how long it took
    const std::string out = run("refmm conform --sessions 10 --seed 3 --bits 64").out;
    return out.substr(out.find(" s; "));
  };
  EXPECT_EQ(decided(), decided());
}

TEST_F(ConformCommand, ShowsADifferenceAndKeepsItAsATranscriptAndAProgram) {
  const Ran ran = run("refmm conform --without since.mmap.length_zero --seed 1 --keep $scratch/found");
  EXPECT_EQ(ran.exit, 1) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("shrunk to 1 call:"), HasSubstr("boot family=since"),
                             HasSubstr("kernel: -1 EINVAL")));
  EXPECT_THAT(contents(scratch_ / "found.mmt"), HasSubstr("mmap("));
  EXPECT_THAT(contents(scratch_ / "found.c"), HasSubstr("int main("));
  EXPECT_EQ(run("refmm run $scratch/found.mmt").exit, 0);
}

TEST_F(SinceCommand, KnowsNoOtherChanges) {
  const Ran ran = run("refmm conform --without since.mmap.everything");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no change since.mmap.everything"));
}

TEST_F(SinceCommand, RunsATranscriptInModelAndImplementation) {
  put("example.mmt", example);
  EXPECT_EQ(run("refmm run --subject both $scratch/example.mmt").exit, 0);
}

TEST_F(ConformCommand, RunsATranscriptOnTheRunningKernel) {
  put("example.mmt", example);
  const Ran ran = run("refmm run --subject kernel $scratch/example.mmt");
  EXPECT_EQ(ran.exit, 0) << ran.out;
}

TEST_F(ConformCommand, SaysWhereTheRunningKernelDiffersFromATranscript) {
  std::string wrong = example;
  wrong.replace(wrong.find("SIGSEGV"), 7, "0");
  put("wrong.mmt", wrong);
  const Ran ran = run("refmm run --subject kernel $scratch/wrong.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("wrong.mmt:5"), HasSubstr("= 0"), HasSubstr("! SIGSEGV")));
}

TEST_F(SinceCommand, RefusesWhatIsNoTranscriptOfTheFamily) {
  const auto refused = [&](const std::string& text) {
    put("bad.mmt", text);
    const Ran ran = run("refmm run $scratch/bad.mmt");
    EXPECT_EQ(ran.exit, 2) << text << ran.out;
    return ran.err;
  };
  EXPECT_THAT(refused("boot family=since era=7\n"), HasSubstr("this is no version of Linux"));
  EXPECT_THAT(refused("boot family=since era=2.2.0\n"), HasSubstr("eras begin with 2.4.0"));
  EXPECT_THAT(refused("boot family=since bits=16\n"), HasSubstr("programs have 32 or 64 bits"));
  EXPECT_THAT(refused("boot family=since\nmmapp(1)\n"), HasSubstr("no such call"));
  EXPECT_THAT(refused("boot family=since\nmunmap(1)\n"), HasSubstr("`munmap` has 2 arguments"));
  EXPECT_THAT(refused("boot family=since\nmprotect(1, 2, PROT_RAED)\n"), HasSubstr("there is no flag"));
  EXPECT_THAT(refused("boot family=since\n[pid 2] munmap(1, 2)\n"), HasSubstr("there is no process 2"));
  EXPECT_THAT(refused("boot family=since\nmaps:\n"), HasSubstr("no such block"));
  EXPECT_THAT(refused("boot family=since\nset brk=1\n"), HasSubstr("nothing can be set"));
}

TEST_F(SinceCommand, WritesATranscriptAsACProgram) {
  put("example.mmt", example);
  const Ran ran = run("refmm conform --program $scratch/example.mmt");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("SYS_mprotect"), HasSubstr("load(\"load(0x10001000)\""), HasSubstr("// SIGSEGV")));
}

}  // namespace
}  // namespace refmm

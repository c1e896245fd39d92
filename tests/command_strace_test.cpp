// refmm run --strace and refmm trace, as people use them.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace refmm {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// ---- refmm run --strace -----------------------------------------------------------------------------------------------

class RunStrace : public Command {
 protected:
  /// A recorded log with the result of the call that begins so replaced.
  std::string changed_log(const std::string& call, const std::string& result) const {
    std::istringstream lines(contents("tests/strace/calls-64.strace"));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      const bool is_it = line.find(call) != std::string::npos;
      text += (is_it ? line.substr(0, line.find(" = ")) + " = " + result : line) + "\n";
    }
    return put("changed.strace", text).string();
  }
};

TEST_F(RunStrace, AgreesWithARecordedLog) {
  const Ran ran = run("refmm run --strace tests/strace/calls-64.strace --maps tests/strace/calls-64.maps");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.err, IsEmpty());
  EXPECT_THAT(
      ran.out,
      AllOf(StartsWith("tests/strace/calls-64.strace: 90 calls of 2 address spaces, 67 about memory areas, "
                       "as of Linux 6.18\n"),
            HasSubstr("57  allowed by what is known\n"), HasSubstr("mincore (2)"),
            EndsWith("every result is allowed\n")));
}

TEST_F(RunStrace, SaysWhatIsNotAllowed) {
  const Ran ran = run("refmm run --strace " + changed_log("munmap(0x7f4acbe9e001", "0"));
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("changed.strace:67: [9514] munmap(0x7f4acbe9e001, 4096) = 0\n"),
                             HasSubstr("allowed is -1 EINVAL\n"), HasSubstr("vma.munmap.unaligned  "),
                             EndsWith("1  not allowed\n")));
}

TEST_F(RunStrace, NamesTheAreaThatWasMappedOver) {
  const Ran ran = run("refmm run --strace " + changed_log("mmap(NULL, 65536", "0x7f4acbeb0000"));
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("allowed is an address where there is room\n"),
                             HasSubstr("there is 7f4acbeae000-7f4acbeb1000 rw-p\n"),
                             HasSubstr("since.unmapped.anywhere  ")));
}

TEST_F(RunStrace, JudgesByTheEraThatIsAskedFor) {
  const Ran ran = run("refmm run --strace tests/strace/calls-64.strace --era 4.16");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("as of Linux 4.16\n"));
}

TEST_F(RunStrace, ExplainsEveryCall) {
  const Ran ran = run("refmm run --strace tests/strace/loader-64.strace --explain");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("loader-64.strace:4: "), HasSubstr("vma.mmap."),
                             HasSubstr("since.unmapped.anywhere")));
}

TEST_F(RunStrace, CountsWhatItDoesNotUnderstand) {
  const auto log = put("gap.strace", "brk(NULL) = 0x5000000\nbrk(NULL) = 0x5000000\nbrk(NULL = 0x5000000\n");
  const Ran ran = run("refmm run --strace " + log.string());
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("gap.strace:3:"), HasSubstr("1 line not understood")));
}

TEST_F(RunStrace, RefusesWhatIsNoLog) {
  const Ran ran = run("refmm run --strace README.md");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, HasSubstr("README.md:3:1: error: strace prints no such line"));
  EXPECT_THAT(run("refmm run --strace " + put("empty", "").string()).err, HasSubstr("there is no call in it"));
}

TEST_F(RunStrace, RefusesOptionsThatDoNotGoTogether) {
  for (const char* options :
       {"--maps tests/strace/calls-64.maps", "--era 5.10", "--strace tests/strace/calls-64.strace README.md",
        "--strace tests/strace/calls-64.strace --subject impl", "--strace tests/strace/calls-64.strace --fill",
        "--strace tests/strace/calls-64.strace --era 2.2", "--strace tests/strace/calls-64.strace --era six",
        "--strace nothing.strace", "--strace tests/strace/calls-64.strace --maps nothing.maps"}) {
    const Ran ran = run(std::string("refmm run ") + options);
    EXPECT_EQ(ran.exit, 2) << options;
    EXPECT_THAT(ran.out, IsEmpty()) << options;
    EXPECT_THAT(ran.err, Not(IsEmpty())) << options;
  }
}

/// Every command of the page about real programs prints what the page shows.
TEST_F(RunStrace, LeadsToWhatTheGuideShows) {
  std::istringstream lines(contents("spec/book/guides/real-programs.md"));
  std::string script = "ln -s $PWD/tests $scratch/tests; cd $scratch", expected;
  bool in_console = false;
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_console = line == "```console";
    } else if (in_console && line.starts_with("$ ")) {
      ++commands;
      if (!line.starts_with("$ export PATH=")) script += "\n" + line.substr(2);
    } else if (in_console) {
      expected += line + "\n";
    }
  }
  EXPECT_EQ(commands, 5u);
  EXPECT_EQ(run(script).out, expected);
}

// ---- refmm trace ------------------------------------------------------------------------------------------------------

class Trace : public Command {
 protected:
  /// Skipped where strace itself can neither run a program nor attach to one; where it can, refmm has no excuse.
  void SetUp() override {
    const Ran ran = run("strace -o /dev/null true && { sleep 0.2 & strace -o /dev/null -p $!; }");
    if (ran.exit != 0) GTEST_SKIP() << ran.err;
  }
};

TEST_F(Trace, AgreesWithTheKernel) {
  const Ran ran = run("cd $scratch && refmm trace -- true");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(StartsWith("true: "), HasSubstr("every result is allowed\n"),
                             HasSubstr("all as the model has them\n"), EndsWith("the program ended with 0\n")));
}

TEST_F(Trace, TellsHowTheProgramEnded) {
  const Ran ran = run("refmm trace -- sh -c 'exit 3'");
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, EndsWith("the program ended with 3\n"));
  const Ran killed = run("refmm trace -- sh -c 'kill -KILL $$'");
  EXPECT_EQ(killed.exit, 0) << killed.out;
  EXPECT_THAT(
      killed.out,
      EndsWith(
          "the areas at the end were not compared: the program was killed\nthe program was killed by Killed\n"));
}

TEST_F(Trace, FollowsChildrenAndProgramsThatTheyExecute) {
  const Ran ran = run("refmm trace -- sh -c 'ls / | sort | wc -l; (exit 1); echo done'");
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("done\n"));
}

/// Calls of threads overlap, and the log has them in an order that need not be the kernel's.
TEST_F(Trace, JudgesThreadsThatMapAtTheSameTime) {
  const auto program = put("threads.py",
                           "import mmap, threading\n"
                           "def work():\n"
                           "    for i in range(100):\n"
                           "        memory = mmap.mmap(-1, 4096 * (1 + i % 7))\n"
                           "        block = bytearray(300000)\n"
                           "        memory.resize(4096 * (1 + i % 5))\n"
                           "        memory.close()\n"
                           "threads = [threading.Thread(target=work) for i in range(6)]\n"
                           "for thread in threads: thread.start()\n"
                           "for thread in threads: thread.join()\n");
  const Ran ran = run("refmm trace -- /usr/bin/python3 -I " + program.string());
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, EndsWith("the program ended with 0\n"));
}

TEST_F(Trace, KeepsALogThatLeadsToTheSame) {
  const Ran traced = run("refmm trace --keep $scratch/kept -- true");
  EXPECT_THAT(traced.out, HasSubstr("to repeat: refmm run --strace "));
  const Ran again = run("refmm run --strace $scratch/kept --maps $scratch/kept.maps");
  EXPECT_EQ(again.exit, 0);
  EXPECT_THAT(again.out, HasSubstr("1  accepted"));
}

TEST_F(Trace, RefusesWhatCannotBeTraced) {
  const Ran missing = run("refmm trace -- $scratch/no-such-program");
  EXPECT_EQ(missing.exit, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot be executed: No such file or directory"));
  const Ran traced = run("strace -f -o /dev/null refmm trace -- true");
  EXPECT_EQ(traced.exit, 2);
  EXPECT_THAT(traced.err, HasSubstr("no process may be traced here: Operation not permitted"));
  const Ran without = run("refmm=$(command -v refmm); PATH=$scratch $refmm trace -- /bin/true");
  EXPECT_EQ(without.exit, 2);
  EXPECT_THAT(without.err, AllOf(HasSubstr("there is no strace"), HasSubstr("try: apt-get install strace")));
}

}  // namespace
}  // namespace refmm

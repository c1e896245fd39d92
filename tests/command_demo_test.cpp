// refmm demo: scenarios as people hear them.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace refmm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr auto scenario =
    "#: title A load takes no frame\n"
    "# The machine has {ram} frames.\n"
    "boot family=fault ram_pages=8 swap_pages=0 effects=all\n"
    "#: read ram = ram_pages\n"
    "#: heading The load\n"
    "#: explain\n"
    "[pid 1] load(0x40000000) = SIGSEGV\n"
    "| page_fault(0x40000000, user)\n"
    "| force_sig(SIGSEGV, SEGV_MAPERR, 0x40000000)\n"
    "#: count faults = effects page_fault\n"
    "#: picture end\n"
    "#   {faults} fault\n";

class DemoCommand : public Command {
 protected:
  DemoCommand() { put("load.mmt", scenario); }
};

TEST_F(DemoCommand, HelpSaysAllThereIsToSay) {
  const Ran help = run("refmm demo --help");
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("NAME"), HasSubstr("--page"), HasSubstr("Examples:\n"),
                              HasSubstr("Exit codes:\n  0  the scenario was told")));
  EXPECT_THAT(run("refmm --help").out, HasSubstr("demo "));
}

TEST_F(DemoCommand, ListsTheScenarios) {
  const Ran list = run("refmm demo");
  EXPECT_EQ(list.exit, 0);
  EXPECT_THAT(list.out, AllOf(HasSubstr("fork            A fork copies no memory until somebody writes\n"),
                              HasSubstr("port-io         ")));
  EXPECT_THAT(list.err, IsEmpty());
}

TEST_F(DemoCommand, TellsAScenarioFromAnywhere) {
  const Ran told = run("cd / && refmm demo fork");
  EXPECT_EQ(told.exit, 0);
  EXPECT_THAT(told.out,
              AllOf(StartsWith("A fork copies no memory until somebody writes\n\nAfter a fork "),
                    HasSubstr("\n== The fork\n\n    [pid 1] fork() = 2\n    | alloc_page(GFP_KERNEL) = pfn 7\n"),
                    HasSubstr("\n      because\n        fault.frame.lowest        A request for a frame"),
                    HasSubstr("\nThe fork took 2 frames, a page directory and a page table"),
                    HasSubstr("\n      pfn 3..6    2 = 2 entries  memory, copied on write")));
  EXPECT_THAT(told.out, Not(HasSubstr("#:")));
  EXPECT_THAT(told.err, IsEmpty());
}

TEST_F(DemoCommand, TellsEachOfThem) {
  const Ran told =
      run("for name in $(refmm demo | cut -d' ' -f1); do refmm demo $name >$scratch/told || exit 9; done");
  EXPECT_EQ(told.exit, 0);
  EXPECT_THAT(told.err, IsEmpty());
}

TEST_F(DemoCommand, TellsAFileLineByLine) {
  const Ran told = run("refmm demo $scratch/load.mmt");
  EXPECT_EQ(told.exit, 0);
  EXPECT_THAT(told.out, StartsWith("A load takes no frame\n"
                                   "\n"
                                   "The machine has 8 frames.\n"
                                   "\n"
                                   "    boot family=fault ram_pages=8 swap_pages=0 effects=all\n"
                                   "\n"
                                   "== The load\n"
                                   "\n"
                                   "    [pid 1] load(0x40000000) = SIGSEGV\n"
                                   "    | page_fault(0x40000000, user)\n"
                                   "    | force_sig(SIGSEGV, SEGV_MAPERR, 0x40000000)\n"
                                   "      because\n"));
  EXPECT_THAT(told.out, HasSubstr("\n\n    1 of 8 frames in use, 7 free; no swap area; 1 process\n"));
  EXPECT_THAT(told.out, HasSubstr("\n\n  1 fault\n"));
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = told.out.find('\n', begin)) != std::string::npos; begin = end + 1)
    EXPECT_LE(end - begin, 100u) << told.out.substr(begin, end - begin);
}

TEST_F(DemoCommand, SaysWhereMeasuredFiguresAreFrom) {
  put("load.figures", R"({"command": "a benchmark", "machine": "two cores", "figures": {"speed": "2.6"}})");
  EXPECT_THAT(run("echo '# {speed} times' >>$scratch/load.mmt && refmm demo $scratch/load.mmt").out,
              HasSubstr("2.6 times\n\nWhat was measured was printed by a benchmark, on two cores.\n"));
}

TEST_F(DemoCommand, KnowsNoOthers) {
  const Ran ran = run("refmm demo frok");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no scenario frok; did you mean fork?\nrefmm demo lists them all.\n"));
  EXPECT_EQ(run("refmm demo none.mmt").exit, 2);
  EXPECT_EQ(run("refmm demo --page x.md").exit, 2);
}

TEST_F(DemoCommand, SaysWhereAScenarioDiffersFromTheModel) {
  const Ran ran = run("sed -i s/SIGSEGV$/7/ $scratch/load.mmt && refmm demo $scratch/load.mmt");
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("load.mmt:7: [pid 1] load(0x40000000)\n  = 7\n  ! SIGSEGV\n")));
}

TEST_F(DemoCommand, SaysWhatIsNoScenario) {
  const Ran ran = run("echo '#: pictur p' >>$scratch/load.mmt && refmm demo $scratch/load.mmt");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("load.mmt:13:4: error: there is no such directive\n"), HasSubstr("try: picture\n")));
}

TEST_F(DemoCommand, BringsAPageUpToDate) {
  const auto page = put("load.md", "# Load\n\n<!--faults--> fault, 9<!--ram--> frames.\n");
  const Ran first = run("refmm demo $scratch/load.mmt --page $scratch/load.md");
  EXPECT_EQ(first.exit, 0);
  EXPECT_EQ(contents(page), "# Load\n\n1<!--faults--> fault, 8<!--ram--> frames.\n");
  EXPECT_THAT(first.out,
              AllOf(HasSubstr("load.md:3:5: faults is `1`\n"), HasSubstr("load.md:3:27: ram is `8`, was `9`\n"),
                    HasSubstr("load.md: 2 figures, 0 pictures, 2 brought up to date\n")));
  EXPECT_THAT(run("refmm demo $scratch/load.mmt --page $scratch/load.md").out,
              HasSubstr("load.md: 2 figures, 0 pictures, 0 brought up to date\n"));
}

TEST_F(DemoCommand, LeavesAPageAloneThatItDoesNotUnderstand) {
  const auto page = put("load.md", "9<!--ram--> 2<!--frames-->\n");
  const Ran ran = run("refmm demo $scratch/load.mmt --page $scratch/load.md");
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("load.md:1:18: error: the scenario has no such figure\n"));
  EXPECT_EQ(contents(page), "9<!--ram--> 2<!--frames-->\n");
  EXPECT_EQ(run("refmm demo $scratch/load.mmt --page $scratch/none.md").exit, 2);
}

}  // namespace
}  // namespace refmm

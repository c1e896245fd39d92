// The command as people use it: lines of a shell, what they print, and what they exit with.
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

// ---- Usage ----------------------------------------------------------------------------------------------------------

TEST_F(Command, HelpNamesSubCommandsAndExitCodes) {
  const Ran help = run("refmm --help");
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("run "), HasSubstr("check "), HasSubstr("prove "), HasSubstr("clause ")));
  EXPECT_THAT(help.out, AllOf(HasSubstr("Exit codes"), HasSubstr("0  "), HasSubstr("1  "), HasSubstr("2  "),
                              HasSubstr("3  ")));
  for (const char* sub_command : {"run", "check", "prove", "clause"}) {
    const Ran of_one = run(std::string("refmm ") + sub_command + " --help");
    EXPECT_EQ(of_one.exit, 0) << sub_command;
    EXPECT_THAT(of_one.out, HasSubstr("Exit codes")) << sub_command;
  }
}

TEST_F(Command, TellsItsVersion) { EXPECT_EQ(run("refmm --version").out, "refmm " REFMM_VERSION "\n"); }

TEST_F(Command, RefusesWhatItDoesNotUnderstand) {
  for (const char* line : {"refmm", "refmm frobnicate", "refmm --frobnicate", "refmm clause --frobnicate",
                           "refmm clause slab.boot slab.order", "refmm run", "refmm run --subject hardware x.mmt",
                           "refmm check --runs many", "refmm check --time 30y", "refmm check --jobs 0",
                           "refmm prove --jobs -1", "refmm check --runs 1 --time 1s"}) {
    const Ran ran = run(line);
    EXPECT_EQ(ran.exit, 2) << line;
    EXPECT_THAT(ran.err, StartsWith("refmm: ")) << line;
    EXPECT_THAT(ran.out, IsEmpty()) << line;
  }
}

TEST_F(Command, FailsWhereItsOutputCannotBeWritten) {
  const Ran full = run("refmm clause > /dev/full");
  EXPECT_EQ(full.exit, 3);
  EXPECT_THAT(full.err, StartsWith("refmm: "));
}

TEST_F(Command, EndsQuietlyWhenItsReaderDoes) {
  const Ran ran = run("refmm clause | head -n 1; (trap '' PIPE; refmm clause | head -n 1)");
  EXPECT_THAT(ran.err, IsEmpty());
}

// ---- refmm clause ---------------------------------------------------------------------------------------------------

TEST_F(Command, ListsClauses) {
  const Ran list = run("refmm clause");
  EXPECT_EQ(list.exit, 0);
  EXPECT_THAT(list.out, AllOf(StartsWith("buddy.init.nothing_free "), HasSubstr("\nslab.boot "),
                              HasSubstr("\nslab.grow.colour "), HasSubstr(" unspecified ")));
}

TEST_F(Command, ShowsAClause) {
  const Ran shown = run("refmm clause slab.order");
  EXPECT_EQ(shown.exit, 0);
  EXPECT_THAT(shown.out, StartsWith("slab.order\nmust · mm/slab.c:slab_t\n"));
  EXPECT_THAT(shown.out, AllOf(HasSubstr("spec/book/slab.md:"), HasSubstr("\nlaws\n"), HasSubstr("\ntheorems\n"),
                               HasSubstr("\ntests\n"), HasSubstr("\ntranscripts\n")));
  EXPECT_THAT(shown.out, HasSubstr("take_keeps_slabs_ordered_full_partial_free"));
}

TEST_F(Command, SaysWhyAClauseHasNoLaw) {
  EXPECT_THAT(run("refmm clause slab.create.bug.name_missing").out, HasSubstr("a usage error"));
}

TEST_F(Command, KnowsWhatMayHaveBeenMeant) {
  const Ran unknown = run("refmm clause slab.grow.color");
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("slab.grow.colour"));
}

TEST_F(Command, CitesAClause) {
  const Ran cited = run("refmm clause slab.order --cite");
  EXPECT_EQ(cited.exit, 0);
  EXPECT_THAT(cited.out,
              AllOf(StartsWith("@misc{refmm:slab.order,\n"), HasSubstr(REFMM_VERSION), EndsWith("}\n")));
  EXPECT_THAT(run("refmm clause --cite").out, StartsWith("@misc{refmm,\n"));
}

}  // namespace
}  // namespace refmm

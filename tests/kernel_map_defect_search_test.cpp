// Each of 2.4.0's defects in kernel mappings is found by random checking, and shown by a short transcript that cites its clause.
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/kernel_map_check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

void PrintTo(const Defect<KernelMapFamily>& defect, std::ostream* stream) { *stream << defect.name; }

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// One call shows most of them; a stand-in table in two slots needs more to come about.
std::size_t most_commands(std::string_view defect) { return defect.starts_with("stand_in_") ? 7 : 5; }

std::vector<Defect<KernelMapFamily>> all_defects() {
  const auto all = defects<KernelMapFamily>();
  return {all.begin(), all.end()};
}

class KernelMapDefectSearch : public testing::TestWithParam<Defect<KernelMapFamily>> {};

TEST_P(KernelMapDefectSearch, FindsItAndShowsItInAFewCommands) {
  const Defect<KernelMapFamily>& defect = GetParam();
  const auto report = look_for(defect, {.seed = 1, .most_runs = 20'000, .shrink_time = 20s});
  ASSERT_TRUE(report.failure) << report.runs << " runs";
  const Counterexample<KernelMapFamily>& shown = report.failure->counterexample;
  EXPECT_LE(shown.script.items.size(), most_commands(defect.name)) << shown.text;
  EXPECT_EQ(shown.testimony.finding.clause, defect.clause) << shown.text;
  EXPECT_THAT(shown.text, AllOf(HasSubstr("#   clause   " + std::string(defect.clause->name) + "\n"),
                                HasSubstr("refmm run " + shown.file_name + " --profile as-built\n")));

  // It breaks a law of one of the two chapters.
  const Finding& finding = shown.testimony.finding;
  ASSERT_NE(finding.law, nullptr) << shown.text;
  EXPECT_THAT(area_of(finding.law->name), testing::AnyOf("paging", "kernel"));
  EXPECT_THAT(shown.text, HasSubstr("#   law      " + std::string(finding.sentence)));

  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);
}

INSTANTIATE_TEST_SUITE_P(Switches, KernelMapDefectSearch, testing::ValuesIn(all_defects()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(KernelMapDefects, AreThoseThatHaveAClause) {
  std::set<std::string_view> named, listed;
  for (const Clause* clause : clauses_to_exercise("kernel")) {
    if (clause->kind == ClauseKind::defect) named.insert(clause->name);
  }
  for (const Defect<KernelMapFamily>& defect : defects<KernelMapFamily>()) {
    ASSERT_NE(defect.clause, nullptr) << defect.name;
    listed.insert(defect.clause->name);
    EXPECT_FALSE(defect.with == defect.without);
    EXPECT_EQ(find_defect<KernelMapFamily>(defect.name)->clause, defect.clause);
  }
  EXPECT_EQ(named, listed);
  EXPECT_EQ(find_defect<KernelMapFamily>("ioremap_everything"), nullptr);
}

TEST(KernelMapDefects, ShowInTheKernelAsItWasBuilt) {
  CheckRequest<KernelMapFamily> request{.seed = 1, .runs = 1000};
  check_as_built(request);
  const auto report = check(request);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->counterexample.testimony.finding.clause->kind, ClauseKind::defect);
}

}  // namespace
}  // namespace refmm

// Each of 2.4.0's defects in memory areas is found by random checking, and shown by a short transcript that cites its clause.
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/vma_check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

void PrintTo(const Defect<VmaFamily>& defect, std::ostream* stream) { *stream << defect.name; }

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

Trials<VmaFamily> trials(const vma::Corrections& with, const vma::Corrections& without) {
  return {[with, without] { return make_defective_model<VmaFamily>(with, without); },
          10s,
          {.effects = true, .laws = false, .companion = false, .only_unlawful = false}};
}

/// One call shows most of them, up to five the others; the tree comes into use at 32 areas.
std::size_t most_commands(std::string_view defect) {
  return defect == "find_vma_prev" || defect == "tree_keys" ? 40 : 5;
}

std::vector<Defect<VmaFamily>> all_defects() {
  const auto all = defects<VmaFamily>();
  return {all.begin(), all.end()};
}

std::string test_name(const testing::TestParamInfo<Defect<VmaFamily>>& tested) {
  return std::string(tested.param.name);
}

class DefectSearch : public testing::TestWithParam<Defect<VmaFamily>> {};

TEST_P(DefectSearch, FindsItAndShowsItInAFewCommands) {
  const Defect<VmaFamily>& defect = GetParam();
  const auto report = look_for(defect, {.seed = 1, .most_runs = 20'000, .shrink_time = 20s});
  ASSERT_TRUE(report.failure) << report.runs << " runs";
  const Counterexample<VmaFamily>& shown = report.failure->counterexample;
  EXPECT_LE(shown.script.items.size(), most_commands(defect.name)) << shown.text;
  EXPECT_EQ(shown.testimony.finding.clause, defect.clause) << shown.text;
  EXPECT_THAT(shown.text, AllOf(HasSubstr("#   clause   " + std::string(defect.clause->name) + "\n"),
                                HasSubstr("refmm run " + shown.file_name + " --profile as-built\n")));

  // It breaks a law.
  const Finding& finding = shown.testimony.finding;
  ASSERT_NE(finding.law, nullptr) << shown.text;
  EXPECT_EQ(area_of(finding.law->name), "vma");
  EXPECT_THAT(shown.text, HasSubstr("#   law      " + std::string(finding.sentence)));

  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);

  // It is this defect that it shows: the kernel without it does what the transcript says.
  EXPECT_EQ(trials(defect.with, defect.without).failing_part(shown.script), shown.script);
  EXPECT_EQ(trials(defect.without, defect.without).failing_part(shown.script), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Switches, DefectSearch, testing::ValuesIn(all_defects()), test_name);

TEST(Defects, AreThoseThatHaveAClause) {
  std::set<std::string_view> named, listed;
  for (const Clause* clause : clauses_to_exercise("vma")) {
    if (clause->kind == ClauseKind::defect) named.insert(clause->name);
  }
  for (const Defect<VmaFamily>& defect : defects<VmaFamily>()) {
    ASSERT_NE(defect.clause, nullptr) << defect.name;
    listed.insert(defect.clause->name);
    EXPECT_FALSE(defect.with == defect.without);
    EXPECT_EQ(find_defect<VmaFamily>(defect.name)->clause, defect.clause);
  }
  EXPECT_EQ(named, listed);
  EXPECT_EQ(find_defect<VmaFamily>("remap_everything"), nullptr);
}

TEST(Defects, ShowInTheKernelAsItWasBuilt) {
  CheckRequest<VmaFamily> request{.seed = 1, .runs = 1000};
  check_as_built(request);
  const auto report = check(request);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->counterexample.testimony.finding.clause->kind, ClauseKind::defect);
}

}  // namespace
}  // namespace refmm

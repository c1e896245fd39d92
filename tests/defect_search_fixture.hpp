// What is to be true of the search for defects in any family.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/defect_search.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

template <HasDefects Family>
void PrintTo(const Defect<Family>& defect, std::ostream* stream) {
  *stream << defect.name;
}

/// All defects of a family, each a parameter of a test.
template <HasDefects Family>
std::vector<Defect<Family>> all_defects() {
  const auto all = defects<Family>();
  return {all.begin(), all.end()};
}

template <HasDefects Family>
std::string defect_test_name(const testing::TestParamInfo<Defect<Family>>& tested) {
  return std::string(tested.param.name);
}

/// It breaks a law of the family, and the transcript says which.
template <HasDefects Family>
void expect_broken_law(const Counterexample<Family>& shown) {
  const Finding& finding = shown.testimony.finding;
  ASSERT_NE(finding.law, nullptr) << shown.text;
  EXPECT_THAT(areas_of<Family>(), testing::Contains(area_of(finding.law->name)));
  EXPECT_THAT(shown.text, testing::HasSubstr("#   law      " + std::string(finding.sentence)));
}

/// It is this defect that a script shows: the kernel without it does what the transcript says.
template <HasDefects Family>
void expect_shows_only(const Defect<Family>& defect, const shrink::Script<Family>& script) {
  const auto failing_part = [&](const CorrectionsOf<Family>& with) {
    const auto model = [&] { return make_defective_model<Family>(with, defect.without); };
    constexpr Demands all_but_laws{.effects = true, .laws = false, .companion = false, .only_unlawful = false};
    return Trials<Family>(model, std::chrono::seconds(10), all_but_laws).failing_part(script);
  };
  EXPECT_EQ(failing_part(defect.with), script);
  EXPECT_EQ(failing_part(defect.without), std::nullopt);
}

/// The run of seed 1 that finds a defect, as the book says; nothing where it names none.
inline std::optional<std::uint64_t> run_in_book(std::string_view defect) {
  const std::regex words("--defect " + std::string(defect) + "`,\\s+run\\s+([0-9]+)\\s+of\\s+seed\\s+1\\b");
  for (const auto& file : std::filesystem::directory_iterator("spec/book")) {
    if (file.path().extension() != ".md") continue;
    std::ifstream stream(file.path());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (std::smatch found; std::regex_search(text, found, words)) return std::stoull(found[1]);
  }
  return std::nullopt;
}

/// The defect is found, by the run that the book names, and shown by a transcript of so many commands at most, which cites its clause.
/// Returns what it found, or nothing after a failure.
template <HasDefects Family>
std::optional<Counterexample<Family>> expect_found(const Defect<Family>& defect, std::size_t most_commands) {
  const auto report = look_for(defect, {.most_runs = 20'000, .shrink_time = std::chrono::seconds(20)});
  EXPECT_TRUE(report.failure) << report.runs << " runs";
  if (!report.failure) return std::nullopt;
  const std::uint64_t run = report.failure->run + 1;
  EXPECT_EQ(run_in_book(defect.name).value_or(run), run);
  const Counterexample<Family>& shown = report.failure->counterexample;
  EXPECT_LE(shown.script.items.size(), most_commands) << shown.text;
  EXPECT_EQ(shown.testimony.finding.clause, defect.clause) << shown.text;
  EXPECT_THAT(shown.text,
              testing::AllOf(testing::HasSubstr("#   clause   " + std::string(defect.clause->name) + "\n"),
                             testing::HasSubstr("refmm run " + shown.file_name + " --profile as-built\n")));
  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);
  expect_shows_only(defect, shown.script);
  return shown;
}

/// The defects that are looked for are those that have a clause, and each is found by its name.
template <HasDefects Family>
void expect_all_defects_have_a_clause() {
  std::set<std::string_view> named, listed;
  for (const std::string_view area : areas_of<Family>()) {
    for (const Clause* clause : clauses_to_exercise(area)) {
      if (clause->kind == ClauseKind::defect) named.insert(clause->name);
    }
  }
  for (const Defect<Family>& defect : defects<Family>()) {
    ASSERT_NE(defect.clause, nullptr) << defect.name;
    listed.insert(defect.clause->name);
    EXPECT_FALSE(defect.with == defect.without);
    EXPECT_EQ(find_defect<Family>(defect.name)->clause, defect.clause);
  }
  EXPECT_EQ(named, listed);
  EXPECT_EQ(find_defect<Family>("no_such_defect"), nullptr);
}

/// A check of the kernel as it was built fails at a defect.
template <HasDefects Family>
void expect_defects_of_the_kernel_as_built() {
  CheckRequest<Family> request{.seed = 1, .runs = 1000};
  check_as_built(request);
  const auto report = check(request);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->counterexample.testimony.finding.clause->kind, ClauseKind::defect);
}

}  // namespace refmm

// Every scenario: model and implementation agree with it, and its page in the book says what the run says.
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/scenario.hpp>
#include <refmm/tests/scenario_page.hpp>
#include <refmm/tests/scenario_run.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace refmm::scenario {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path scenarios_folder = "tests/scenarios", pages_folder = "spec/book/scenarios";

/// The names of the files in a folder that have this ending.
std::vector<std::string> names_in(const fs::path& folder, const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ending && entry.path().stem() != "README")
      names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

class EveryScenario : public testing::TestWithParam<std::string> {
 protected:
  Scenario scenario() const { return load((scenarios_folder / (GetParam() + ".mmt")).string()); }
  Page page() const { return read_page(transcript::load(pages_folder / (GetParam() + ".md"))); }

  void expect_agreement(const replay::Options& options) const {
    for (const replay::Replayed& replayed : replay::run(scenario().file, options).transcripts) {
      EXPECT_EQ(replayed.filled, 0u) << "it has a question, behind line " << replayed.boot.line;
      EXPECT_EQ(replayed.not_compared, 0u);
      for (const replay::Disagreement& disagreement : replayed.disagreements)
        ADD_FAILURE() << GetParam() << ".mmt:" << disagreement.at.line << ": " << disagreement.line << '\n'
                      << disagreement.subject << ": " << disagreement.field.path << " is "
                      << disagreement.field.expected << " in the " << disagreement.reference << ", "
                      << disagreement.field.found << " here";
    }
  }
};

TEST_P(EveryScenario, AgreesWithTheModel) { expect_agreement({}); }

TEST_P(EveryScenario, AgreesWithTheImplementation) {
  const auto buddy = make_buddy_implementation();
  const auto slab = make_slab_implementation();
  const auto vma = make_vma_implementation();
  const auto kernel_map = make_kernel_map_implementation();
  const auto fault = make_fault_implementation();
  expect_agreement({.model = false,
                    .implementation = {.buddy = buddy.get(),
                                       .slab = slab.get(),
                                       .kernel_map = kernel_map.get(),
                                       .vma = vma.get(),
                                       .fault = fault.get()}});
}

TEST_P(EveryScenario, TellsWhatTheRunSays) {
  const Scenario told = scenario();
  const Performed performed = perform(told);
  ASSERT_TRUE(performed.agrees());
  EXPECT_FALSE(performed.figures.empty());
  EXPECT_FALSE(pictures_of(told, performed).empty());
}

TEST_P(EveryScenario, HasAPageThatIsUpToDate) {
  const Scenario told = scenario();
  const Performed performed = perform(told);
  ASSERT_TRUE(performed.agrees());
  const Page of_book = page();
  EXPECT_FALSE(of_book.figures.empty());
  EXPECT_FALSE(of_book.pictures.empty());
  for (const Outdated& outdated : outdated(of_book, performed.figures, pictures_of(told, performed)))
    ADD_FAILURE() << of_book.source.file() << ":" << outdated.at.line << ":" << outdated.at.column << ": "
                  << outdated.name << " is " << outdated.is << ", not " << outdated.has
                  << "\nto mend it: refmm demo " << GetParam() << " --page " << of_book.source.file();
  EXPECT_THAT(unused_of_kept(told, of_book), IsEmpty()) << "neither the narration nor the page speaks of these";
}

TEST_P(EveryScenario, HasAPageWithoutLooseNumbers) {
  const Page of_book = page();
  for (const transcript::Word& number : loose_numbers(of_book))
    ADD_FAILURE() << of_book.source.file() << ":" << number.at.line << ":" << number.at.column
                  << ": nothing keeps " << number.text
                  << " up to date: pull it from the run, or write it as `code` if it is not of the run";
}

TEST_P(EveryScenario, HasAPageThatBeginsWithItsTitle) {
  EXPECT_EQ(page().source.line(1), "# " + scenario().title);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EveryScenario, testing::ValuesIn(names_in(scenarios_folder, ".mmt")),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace_if(
                               name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(Scenarios, HaveAPageEach) {
  const auto scenarios = names_in(scenarios_folder, ".mmt");
  EXPECT_GE(scenarios.size(), 4u);
  EXPECT_EQ(names_in(pages_folder, ".md"), scenarios);
}

TEST(Scenarios, HaveTheKeptRuns) {
  const auto scenarios = names_in(scenarios_folder, ".mmt");
  for (const std::string& kept : names_in(scenarios_folder, ".figures"))
    EXPECT_TRUE(std::ranges::find(scenarios, kept) != scenarios.end()) << kept << ".figures is of no scenario";
}

TEST(Scenarios, AreInTheContentsOfTheBook) {
  const transcript::Source contents = transcript::load("spec/book/README.md");
  for (const std::string& name : names_in(scenarios_folder, ".mmt"))
    EXPECT_NE(contents.text().find("`scenarios/" + name + ".md`"), std::string::npos) << name;
}

}  // namespace
}  // namespace refmm::scenario

// Pages of scenarios: what is pulled from the run, what is not as the run says, and which numbers nothing keeps up to date.
#include <refmm/tests/scenario_page.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace refmm::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Figures figures{{"copies", figure_of(2)},
                      {"bytes", figure_of(16777216)},
                      {"machine", figure_of("two cores, idle")},
                      {"window", figure_of("0xe0000000")}};
const Pictures pictures{{"after", {"one", "", "three"}}};

Page page(const std::string& text) { return read_page({"page.md", text}); }
std::string updated(const std::string& text) { return brought_up_to_date(page(text), figures, pictures); }

template <class Act>
Diagnostic error_of(Act act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.diagnostic();
  }
  ADD_FAILURE() << "there was no error";
  return {};
}

Diagnostic error_of_text(const std::string& text) {
  return error_of([&] { updated(text); });
}

// ---- Figures --------------------------------------------------------------------------------------------------

TEST(ScenarioPage, HasFigures) {
  const Page read = page("# Title\n\nIt made 2<!--copies--> copies (16,777,216<!--bytes-->).\n");
  ASSERT_EQ(read.figures.size(), 2u);
  EXPECT_EQ(read.figures[0].name, "copies");
  EXPECT_EQ(read.figures[0].at, (Position{3, 14}));
  EXPECT_EQ(read.figures[0].begin, 8u);
  EXPECT_EQ(read.figures[0].end, 9u);
  EXPECT_EQ(read.figures[1].end - read.figures[1].begin, 10u);
}

TEST(ScenarioPage, IsBroughtUpToDate) {
  EXPECT_EQ(updated("It made 7<!--copies--> copies of 1<!--bytes-->."),
            "It made 2<!--copies--> copies of 16,777,216<!--bytes-->.");
  EXPECT_EQ(updated("<!--copies--> at the start, and (<!--copies-->)\n"),
            "2<!--copies--> at the start, and (2<!--copies-->)\n");
  EXPECT_EQ(updated("16,777,216<!--copies--> and 1<!--bytes-->\n"), "2<!--copies--> and 16,777,216<!--bytes-->\n");
  EXPECT_EQ(updated("On `one core`<!--machine-->, `0x1`<!--window-->.\n"),
            "On `two cores, idle`<!--machine-->, `0xe0000000`<!--window-->.\n");
  EXPECT_EQ(updated("``<!--machine-->\n"), "`two cores, idle`<!--machine-->\n");
}

TEST(ScenarioPage, StaysAsItIsWhenItIsUpToDate) {
  const std::string text =
      "2<!--copies--> `two cores, idle`<!--machine-->\n\n<!--picture after-->\n```\none\n\nthree\n```\nEnd";
  EXPECT_EQ(updated(text), text);
  EXPECT_THAT(outdated(page(text), figures, pictures), IsEmpty());
}

TEST(ScenarioPage, HasNoFiguresInCode) {
  const std::string text = "Write `3<!--other-->`.\n```\n3<!--other-->\n```\n    \n";
  EXPECT_THAT(page(text).figures, IsEmpty());
  EXPECT_EQ(updated(text), text);
}

TEST(ScenarioPage, SaysWhatIsOutdated) {
  const auto found = outdated(
      page("2<!--copies--> and 3<!--copies-->\n<!--picture after-->\n```\none\ntwo\n```\n"), figures, pictures);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "copies");
  EXPECT_EQ(found[0].at, (Position{1, 25}));
  EXPECT_EQ(found[0].has, "3");
  EXPECT_EQ(found[0].is, "2");
  EXPECT_EQ(found[1].at, (Position{5, 1}));
  EXPECT_EQ(found[1].has, "two");
  EXPECT_EQ(found[1].is, "");
  const auto shorter = outdated(page("<!--picture after-->\n```\none\n```\n"), figures, pictures);
  ASSERT_EQ(shorter.size(), 1u);
  EXPECT_EQ(shorter[0].has, "the end");
}

// ---- Pictures -------------------------------------------------------------------------------------------------

TEST(ScenarioPage, HasPictures) {
  EXPECT_EQ(updated("<!--picture after-->\n```\n```\nText\n"),
            "<!--picture after-->\n```\none\n\nthree\n```\nText\n");
  EXPECT_EQ(updated("<!--picture after-->\n```text\nold\nlines\nof a picture\n```"),
            "<!--picture after-->\n```text\none\n\nthree\n```");
  EXPECT_EQ(updated("```\n<!--picture none-->\n```\n"), "```\n<!--picture none-->\n```\n");
}

// ---- Errors ---------------------------------------------------------------------------------------------------

TEST(ScenarioPageError, IsAboutComments) {
  const Diagnostic remark = error_of_text("One.\nTwo <!-- a remark -->\n");
  EXPECT_EQ(remark.file, "page.md");
  EXPECT_EQ(remark.at, (Position{2, 9}));
  EXPECT_EQ(remark.message, "a comment names the figure before it, or a picture");
  EXPECT_EQ(error_of_text("2<!--copies\n").message, "a comment names the figure before it, or a picture");
  EXPECT_EQ(error_of_text("2 <!--picture after-->\n").message,
            "a comment names the figure before it, or a picture");
  EXPECT_EQ(error_of_text("<!--picture After-->\n```\n```\n").message, "this is not the name of a picture");
  EXPECT_EQ(error_of_text("<!--picture after--> \n```\n```\n").message, "this is not the name of a picture");
  EXPECT_EQ(error_of_text("<!--picture after-->\n\n```\n```\n").message, "a picture is a block");
  EXPECT_EQ(error_of_text("<!--picture after-->").message, "a picture is a block");
  EXPECT_EQ(error_of_text("<!--picture after-->\n```\nx\n").message, "the block is not closed");
  EXPECT_EQ(error_of_text("```\nx\n").at, (Position{1, 1}));
}

TEST(ScenarioPageError, IsAboutWhatTheRunHasNot) {
  const Diagnostic unknown = error_of_text("2<!--copys-->\n");
  EXPECT_EQ(unknown.message, "the scenario has no such figure");
  EXPECT_EQ(unknown.at, (Position{1, 6}));
  EXPECT_EQ(unknown.hint, "copies");
  EXPECT_EQ(error_of_text("<!--picture before-->\n```\n```\n").message, "the scenario has no such picture");
  EXPECT_EQ(error_of([] { brought_up_to_date(page("2<!--a-->\n"), {}, {}); }).message,
            "the scenario has no figure");
  EXPECT_EQ(error_of([] { outdated(page("2<!--copys-->\n"), figures, pictures); }).found, "`copys`");
}

TEST(ScenarioPageError, IsAboutValuesThatCannotBeTold) {
  const Diagnostic blanks = error_of_text("On two<!--machine-->.\n");
  EXPECT_EQ(blanks.message, "this value cannot be told from the text around it");
  EXPECT_EQ(blanks.at, (Position{1, 4}));
}

// ---- Loose numbers --------------------------------------------------------------------------------------------

std::vector<std::string> loose(const std::string& text) {
  std::vector<std::string> numbers;
  const Page read = page(text);
  for (const auto& number : loose_numbers(read)) numbers.push_back(number.text);
  return numbers;
}

TEST(LooseNumbers, AreNumbersInTheProse) {
  EXPECT_THAT(loose("# 2 processes\nIt took 3 frames, 4K. On 10,000 of them:\n| 5 | 2.5 |\n"),
              ElementsAre("2", "3", "4K", "10,000", "5", "2.5"));
  EXPECT_THAT(loose("From 0xc0000000 on (64KiB), -1, 50%\n"), ElementsAre("0xc0000000", "64KiB", "-1", "50%"));
  EXPECT_THAT(loose("7\n"), ElementsAre("7"));
}

TEST(LooseNumbers, AreNoneThatIsPulledOrCodeOrAClauseOrALink) {
  EXPECT_THAT(
      loose("2<!--copies--> `4096` [fault.wp.copies] [vma.2] [4 pages](page4.md#2) i386 x2 2.4.0. Linux 2.4.0\n"),
      IsEmpty());
  EXPECT_THAT(loose("`two 2 cores`<!--machine--> but 3\n"), ElementsAre("3"));
  EXPECT_THAT(loose("```\n1 2 3\n```\n<!--picture after-->\n```\n4\n```\nthen 5\n"), ElementsAre("5"));
  EXPECT_THAT(loose("2.4.18\n"), ElementsAre("2.4.18"));
}

TEST(LooseNumbers, HavePlaces) {
  const Page read = page("One\nand 2\n");
  ASSERT_EQ(loose_numbers(read).size(), 1u);
  EXPECT_EQ(loose_numbers(read)[0].at, (Position{2, 5}));
}

// ---- Kept runs ------------------------------------------------------------------------------------------------

TEST(ScenarioPage, MustSpeakOfWhatWasKept) {
  const transcript::Source kept("test.figures",
                                R"({"command": "c", "machine": "m", "figures": {"a": 1, "b": 2, "c": 3, "d": 4},
                                    "pictures": {"p": [], "q": []}})");
  const Scenario scenario = read("test",
                                 {"test.mmt",
                                  "#: title T\n# {b} {n}\nboot family=fault ram_pages=8 swap_pages=0\n"
                                  "#: figure n = c * 2\n"},
                                 kept);
  EXPECT_THAT(unused_of_kept(scenario, page("1<!--a-->\n<!--picture p-->\n```\n```\n")), ElementsAre("d", "q"));
  EXPECT_THAT(unused_of_kept(read("test", {"test.mmt", "#: title T\nboot family=fault ram_pages=8\n"}), page("")),
              IsEmpty());
}

}  // namespace
}  // namespace refmm::scenario

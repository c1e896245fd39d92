// The notation of scenarios, and what is said of what is not in it.
#include <refmm/tests/scenario.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace refmm::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto machine = "boot family=fault ram_pages=8 swap_pages=0\n";

Scenario read_text(const std::string& text) { return read("test", {"test.mmt", text}); }

/// The scenario with a title, a machine, and these lines behind.
Scenario read_lines(const std::string& lines) { return read_text("#: title T\n" + std::string(machine) + lines); }

/// What is said of the scenario.
Diagnostic error_of(const std::string& text) {
  try {
    read_text(text);
  } catch (const InputError& error) {
    return error.diagnostic();
  }
  ADD_FAILURE() << "it was read: " << text;
  return {};
}

/// Of the lines behind the machine; they begin with line 3.
Diagnostic error_of_lines(const std::string& lines) {
  return error_of("#: title T\n" + std::string(machine) + lines);
}

template <class Content>
const Content& part(const Scenario& scenario, std::size_t i) {
  return std::get<Content>(scenario.parts.at(i).content);
}

// ---- What is read ---------------------------------------------------------------------------------------------

TEST(Scenario, HasATitleAndTheLinesOfTheTranscript) {
  const Scenario scenario = read_text(
      "#: title A title, in words\n"
      "boot family=fault ram_pages=8 swap_pages=0 effects=all\n\n"
      "[pid 1] load(0x40000000) = SIGSEGV\n| page_fault(0x40000000, user)\n"
      "mem:\n  free=7 page_cache=0 swap_free=0\n");
  EXPECT_EQ(scenario.name, "test");
  EXPECT_EQ(scenario.title, "A title, in words");
  ASSERT_EQ(scenario.parts.size(), 3u);
  EXPECT_EQ(part<Shown>(scenario, 0).line, 1u);
  EXPECT_EQ(part<Shown>(scenario, 1).line, 3u);
  EXPECT_FALSE(part<Shown>(scenario, 1).explained);
  EXPECT_EQ(part<Shown>(scenario, 2).line, 5u);
}

std::vector<std::string> texts(const Paragraph& paragraph) {
  std::vector<std::string> lines;
  for (const transcript::Word& line : paragraph.lines) lines.push_back(line.text);
  return lines;
}

TEST(Scenario, HasParagraphsAndLinesThatStandAsTheyAre) {
  const Scenario scenario = read_text("#: title T\n# One\n#two \n#\n# Three\n#   | a |\n#   | b |\n# four\n" +
                                      std::string(machine) + "# Five\n");
  ASSERT_EQ(scenario.parts.size(), 6u);
  EXPECT_THAT(texts(part<Paragraph>(scenario, 0)), ElementsAre("One", "two"));
  EXPECT_THAT(texts(part<Paragraph>(scenario, 1)), ElementsAre("Three"));
  EXPECT_FALSE(part<Paragraph>(scenario, 1).as_it_is);
  EXPECT_THAT(texts(part<Paragraph>(scenario, 2)), ElementsAre("  | a |", "  | b |"));
  EXPECT_TRUE(part<Paragraph>(scenario, 2).as_it_is);
  EXPECT_THAT(texts(part<Paragraph>(scenario, 3)), ElementsAre("four"));
  EXPECT_THAT(texts(part<Paragraph>(scenario, 5)), ElementsAre("Five"));
}

TEST(Scenario, HasDirectives) {
  const Scenario scenario = read_lines(
      "#: heading The first touch\n#: from here\n#: explain\n# text\n[pid 1] load(0x40000000) = SIGSEGV\n"
      "#: read byte = result\n#: read where = argument 1\n#: picture after\n"
      "#: count all = calls\n#: count loads = calls load\n#: count pages = effects alloc_page(GFP_USER)\n"
      "#: count denied = decisions process.load\n#: figure more = (all + 2) * 3\n"
      "# {byte} {where} {loads} {pages} {denied} {more}\n");
  EXPECT_EQ(part<Heading>(scenario, 1).text, "The first touch");
  EXPECT_TRUE(std::holds_alternative<FromHere>(scenario.parts.at(2).content));
  EXPECT_TRUE(part<Shown>(scenario, 4).explained);
  EXPECT_EQ(part<Read>(scenario, 5).figure.text, "byte");
  EXPECT_EQ(part<Read>(scenario, 5).key.text, "result");
  EXPECT_EQ(part<Read>(scenario, 6).argument, 1u);
  EXPECT_EQ(part<Read>(scenario, 6).above.line, 7u);
  EXPECT_EQ(part<Draw>(scenario, 7).picture.text, "after");
  EXPECT_EQ(part<Count>(scenario, 8).of, Count::Of::calls);
  EXPECT_EQ(part<Count>(scenario, 8).what.text, "");
  EXPECT_EQ(part<Count>(scenario, 9).what.text, "load");
  EXPECT_EQ(part<Count>(scenario, 10).of, Count::Of::effects);
  EXPECT_EQ(part<Count>(scenario, 10).what.text, "alloc_page(GFP_USER)");
  EXPECT_EQ(part<Count>(scenario, 11).of, Count::Of::decisions);
  EXPECT_EQ(part<Derive>(scenario, 12).value.terms.size(), 5u);
  EXPECT_EQ(figures_spoken_of(scenario).size(), 7u);
}

TEST(Scenario, SpeaksOfFiguresBeforeTheyAreMade) {
  EXPECT_EQ(read_text("#: title T\n# {all}\n" + std::string(machine) + "#: count all = calls\n").parts.size(), 3u);
}

TEST(Scenario, KnowsTheFiguresOfAKeptRun) {
  const transcript::Source kept("test.figures",
                                R"({"command": "c", "machine": "m", "figures": {"speed": "2.6"}})");
  const std::string text = "#: title T\n# {speed}\n" + std::string(machine);
  const Scenario scenario = read("test", {"test.mmt", text}, kept);
  ASSERT_TRUE(scenario.kept);
  EXPECT_EQ(scenario.kept->figures.at("speed").text, "2.6");
  EXPECT_EQ(error_of(text).message, "there is no such figure");
  EXPECT_THROW(read("test", {"test.mmt", text + "#: count speed = calls\n"}, kept), InputError);
}

// ---- Errors ---------------------------------------------------------------------------------------------------

TEST(ScenarioError, IsAboutDirectives) {
  const Diagnostic error = error_of_lines("#: hedding The fork\n");
  EXPECT_EQ(error.file, "test.mmt");
  EXPECT_EQ(error.at, (Position{3, 4}));
  EXPECT_EQ(error.message, "there is no such directive");
  EXPECT_THAT(error.expected, HasSubstr("heading"));
  EXPECT_EQ(error.found, "`hedding`");
  EXPECT_EQ(error.hint, "heading");
  EXPECT_EQ(error.source_line, "#: hedding The fork");

  EXPECT_EQ(error_of_lines("#:\n").message, "there is no such directive");
  EXPECT_EQ(error_of_lines("#: heading\n").message, "there is no heading here");
  EXPECT_EQ(error_of_lines("#: from there\n").at, (Position{3, 9}));
  EXPECT_EQ(error_of_lines("#: from here on\n").message, "the directive ends here");
  EXPECT_EQ(error_of_lines("#: picture After\n").message, "there is no name here");
}

TEST(ScenarioError, IsAboutTheTitle) {
  EXPECT_EQ(error_of(machine).message, "the scenario has no title");
  EXPECT_EQ(error_of("#: heading H\n#: title T\n" + std::string(machine)).message,
            "a scenario begins with its title");
  const Diagnostic twice = error_of_lines("#: title U\n");
  EXPECT_EQ(twice.message, "the scenario has a title already");
  EXPECT_EQ(twice.at.line, 3u);
}

TEST(ScenarioError, IsAboutExplanationsWithoutACall) {
  EXPECT_EQ(error_of_lines("#: explain\n").at, (Position{3, 1}));
  EXPECT_THAT(error_of_lines("#: explain\nmem:\n").message, HasSubstr("explains the call below it"));
  EXPECT_THAT(error_of_lines("#: explain\n" + std::string(machine)).message, HasSubstr("explains the call"));
}

TEST(ScenarioError, IsAboutCounts) {
  EXPECT_EQ(error_of_lines("#: count n calls\n").message, "what the figure is stands behind `=`");
  EXPECT_EQ(error_of_lines("#: count = calls\n").message, "there is no name here");
  const Diagnostic kind = error_of_lines("#: count n = efects page_fault\n");
  EXPECT_EQ(kind.message, "this cannot be counted");
  EXPECT_EQ(kind.at, (Position{3, 14}));
  EXPECT_EQ(kind.hint, "effects");
  EXPECT_EQ(error_of_lines("#: count n = effects\n").message, "this is not what a line can be");
  EXPECT_EQ(error_of_lines("#: count n = effects page_fault(\n").message, "this is not what a line can be");
  EXPECT_EQ(error_of_lines("#: count n = calls load store\n").message, "this is not what a line can be");
  const Diagnostic clause = error_of_lines("#: count n = decisions fault.wp.copys\n");
  EXPECT_EQ(clause.message, "there is no such clause");
  EXPECT_EQ(clause.hint, "fault.wp.copies");
}

TEST(ScenarioError, IsAboutWhatTheLineAboveHasNot) {
  const std::string call = "[pid 1] load(0x40000000) = SIGSEGV\n";
  EXPECT_EQ(error_of_lines(call + "#: read n = answer\n").expected, "`result`, or `argument N`: it is a call");
  EXPECT_EQ(error_of_lines(call + "#: read n = argument 2\n").expected, "a number from 1 to 1");
  EXPECT_EQ(error_of_lines(call + "#: read n = argument 0\n").message, "the call has no such argument");
  EXPECT_EQ(error_of_lines(call + "#: read n = argument one\n").message, "the call has no such argument");
  EXPECT_EQ(error_of_lines("mem:\n#: read n = result\n").expected,
            "`answer`, or a name in the answer: it is a query");
  EXPECT_EQ(error_of_lines("#: read n = answer\n").expected, "a key of it: it is a setting of the machine");
  EXPECT_EQ(error_of("#: title T\n#: read n = free\n" + std::string(machine)).message,
            "there is no line above to be read");
  EXPECT_EQ(error_of("#: title T\n#: picture p\n" + std::string(machine)).message,
            "there is nothing to draw before a machine");
}

TEST(ScenarioError, IsAboutNames) {
  const Diagnostic unknown = error_of_lines("#: count loads = calls\n# {loads} {laods}\n");
  EXPECT_EQ(unknown.message, "there is no such figure");
  EXPECT_EQ(unknown.at, (Position{4, 12}));
  EXPECT_EQ(unknown.hint, "loads");

  const Diagnostic unused = error_of_lines("# {n}\n#: count n = calls\n#: count m = calls\n");
  EXPECT_EQ(unused.message, "nothing speaks of this figure");
  EXPECT_EQ(unused.at, (Position{5, 10}));

  const Diagnostic twice = error_of_lines("#: count n = calls\n#: picture n\n# {n}\n");
  EXPECT_EQ(twice.message, "this name is taken");
  EXPECT_THAT(twice.hint, HasSubstr("line 3"));

  EXPECT_EQ(error_of_lines("#: figure m = n\n#: count n = calls\n# {m}\n").message, "there is no such figure");
}

TEST(ScenarioError, IsAboutBraces) {
  for (const char* text : {"# {n\n", "# }\n", "# {}\n", "# {N}\n", "# { n}\n"})
    EXPECT_EQ(error_of_lines("#: count n = calls\n" + std::string(text)).message,
              "a brace encloses the name of a figure")
        << text;
}

TEST(ScenarioError, IsAboutTheTranscript) {
  EXPECT_EQ(error_of("#: title T\n").message, "there is no transcript in this file");
  EXPECT_THAT(error_of_lines("load(0x40000000\n").message, HasSubstr("arguments"));
}

}  // namespace
}  // namespace refmm::scenario

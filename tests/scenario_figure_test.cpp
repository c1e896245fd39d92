// Figures of scenarios: how they are written, arithmetic over them, those of kept runs.
#include <refmm/tests/scenario_figure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace refmm::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

TEST(Figure, HasCommasFromTenThousandOn) {
  EXPECT_EQ(figure_of(0).text, "0");
  EXPECT_EQ(figure_of(9999).text, "9999");
  EXPECT_EQ(figure_of(10000).text, "10,000");
  EXPECT_EQ(figure_of(16777216).text, "16,777,216");
  EXPECT_EQ(figure_of(100000).text, "100,000");
  EXPECT_EQ(figure_of(-9999).text, "-9999");
  EXPECT_EQ(figure_of(-100000).text, "-100,000");
  EXPECT_EQ(figure_of(std::numeric_limits<std::int64_t>::min()).text, "-9,223,372,036,854,775,808");
}

TEST(Figure, IsReadAsItIsSpelt) {
  EXPECT_EQ(figure_of("16384").text, "16,384");
  EXPECT_EQ(figure_of("16384").number, 16384);
  EXPECT_EQ(figure_of("0x00001000").text, "0x00001000");
  EXPECT_EQ(figure_of("0x00001000").number, 4096);
  EXPECT_EQ(figure_of("ok").text, "ok");
  for (const char* text : {"ok", "", "-1", "0x", "12k", "2.5", "99999999999999999999"})
    EXPECT_FALSE(figure_of(text).number) << text;
}

TEST(Figure, HasANameOfSmallLetters) {
  EXPECT_TRUE(is_figure_name("a"));
  EXPECT_TRUE(is_figure_name("frames_2"));
  for (const char* name : {"", "2a", "_a", "A", "a b", "a-b", "picture a"})
    EXPECT_FALSE(is_figure_name(name)) << name;
}

// ---- Arithmetic -----------------------------------------------------------------------------------------------

std::int64_t value(const std::string& text) {
  const transcript::Source source("arithmetic", text);
  transcript::Cursor cursor(source, 1);
  const Figures figures{{"four", figure_of(4)}, {"page", figure_of("0x1000")}, {"result", figure_of("ok")}};
  return value_of(source, take_arithmetic(cursor), figures);
}

TEST(Arithmetic, ComputesAsPeopleDo) {
  EXPECT_EQ(value("7"), 7);
  EXPECT_EQ(value("0x1f"), 31);
  EXPECT_EQ(value("page / four"), 1024);
  EXPECT_EQ(value("10 - four - 3"), 3);
  EXPECT_EQ(value("2 + 3 * four"), 14);
  EXPECT_EQ(value("( 2 + 3 ) * (four-1)"), 15);
  EXPECT_EQ(value("64 / four / 2"), 8);
  EXPECT_EQ(value("four - 10"), -6);
}

TEST(Arithmetic, IsExact) {
  const Diagnostic remainder = error_of([] { value("10 / four"); });
  EXPECT_EQ(remainder.message, "the division leaves a remainder");
  EXPECT_EQ(remainder.at, (Position{1, 4}));
  EXPECT_EQ(remainder.found, "`10 / 4`");
  EXPECT_EQ(error_of([] { value("1 / (four - 4)"); }).message, "it divides by nothing");
  for (const char* text : {"9223372036854775807 + 1", "0 - 9223372036854775807 - 2", "0x7fffffffffffffff * 2",
                           "(0 - 9223372036854775807 - 1) / (0 - 1)"})
    EXPECT_EQ(error_of([&] { value(text); }).message, "the result is larger than 64 bits") << text;
  EXPECT_EQ(error_of([] { value("result + 1"); }).message, "`result` is not a whole number");
}

TEST(Arithmetic, SaysWhatItIsNot) {
  EXPECT_EQ(error_of([] { value(""); }).message, "there is nothing to compute with");
  EXPECT_EQ(error_of([] { value("2 +"); }).message, "there is nothing to compute with");
  EXPECT_EQ(error_of([] { value("(2"); }).message, "a parenthesis is not closed");
  EXPECT_EQ(error_of([] { value("2 four"); }).at, (Position{1, 3}));
  EXPECT_EQ(error_of([] { value("2)"); }).message, "the arithmetic does not go on like this");
  EXPECT_EQ(error_of([] { value("12k"); }).message, "this is not a number");
  EXPECT_EQ(error_of([] { value("9223372036854775808"); }).message, "this is not a number");
}

// ---- Kept runs ------------------------------------------------------------------------------------------------

Kept kept(const std::string& text) { return read_kept({"test.figures", text}); }
Diagnostic error_of_kept(const std::string& text) {
  return error_of([&] { kept(text); });
}

TEST(KeptRun, HasFiguresAndPictures) {
  const Kept run = kept(R"({"command": "benchmark", "machine": "two cores",
    "figures": {"times": "2.60", "sessions": 12000}, "pictures": {"table": ["a  b", "1  2"]}})");
  EXPECT_EQ(run.command, "benchmark");
  EXPECT_EQ(run.machine, "two cores");
  EXPECT_EQ(run.figures.at("times").text, "2.60");
  EXPECT_EQ(run.figures.at("sessions").text, "12,000");
  EXPECT_EQ(run.figures.at("sessions").number, 12000);
  EXPECT_THAT(run.pictures.at("table"), ElementsAre("a  b", "1  2"));
}

TEST(KeptRun, SaysWhatIsWrong) {
  const Diagnostic not_json = error_of_kept("{\"command\": \"c\",\n \"machine\" \"m\"}");
  EXPECT_EQ(not_json.file, "test.figures");
  EXPECT_EQ(not_json.message, "this is not JSON");
  EXPECT_EQ(not_json.at.line, 2u);
  EXPECT_EQ(error_of_kept("").message, "this is not JSON");
  EXPECT_EQ(error_of_kept("[]").message, "this is not an object");
  EXPECT_EQ(error_of_kept(R"({"machine": "m", "figures": {}})").message, "the field `command` is missing");
  EXPECT_EQ(error_of_kept(R"({"command": "", "machine": "m", "figures": {}})").message, "`command` is not text");
  EXPECT_EQ(error_of_kept(R"({"command": "c", "machine": "m", "figures": []})").message,
            "`figures` is not an object");
  EXPECT_EQ(error_of_kept(R"({"command": "c", "machine": "m", "figures": {}, "figure": 1})").message,
            "there is no such field");
  const Diagnostic name = error_of_kept("{\"command\": \"c\", \"machine\": \"m\",\n \"figures\": {\"A b\": 1}}");
  EXPECT_EQ(name.message, "this is not the name of a figure");
  EXPECT_EQ(name.at, (Position{2, 14}));
  const Diagnostic decimal = error_of_kept(R"({"command": "c", "machine": "m", "figures": {"a": 2.5}})");
  EXPECT_THAT(decimal.expected, HasSubstr("text in quotes"));
  EXPECT_EQ(error_of_kept(R"({"command": "c", "machine": "m", "figures": {}, "pictures": {"p": "x"}})").message,
            "this is not a picture");
}

}  // namespace
}  // namespace refmm::scenario

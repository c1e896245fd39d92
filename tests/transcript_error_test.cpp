// What is not in the notation is refused, at the place where it begins, in words that help.

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace refmm::transcript {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::optional<Diagnostic> error_of(std::string text) {
  try {
    parse(Source("bad.mmt", std::move(text)));
    return std::nullopt;
  } catch (const InputError& error) {
    return error.diagnostic();
  }
}

struct Bad {
  const char* text;  // below the machine, if it is a single line
  Position at;
  const char* expected;
  const char* found;
};

const Bad bad_lines[] = {
    {"hello world", {2, 1}, "a call", "`hello`"},
    {"kmalloc(100, GFP_KERNEL", {2, 24}, "`,` or `)`", "the end of the line"},
    {"kmalloc(100 , 0)", {2, 13}, "`,` or `)`", "`,`"},
    {"kmalloc(100,, 0)", {2, 13}, "a value", "`,`"},
    {"kmalloc(, 0)", {2, 9}, "a value", "`,`"},
    {"kmalloc(100, 0) size", {2, 17}, "`=` and a result", "`size`"},
    {"kmalloc(100, 0) =", {2, 18}, "a value", "the end of the line"},
    {"kmalloc(100, 0) = a,b", {2, 20}, "a blank", "`,`"},
    {"kmalloc(100, 0) = a (why)", {2, 21}, "a value", "`(`"},
    {"mlock(1) = -1 EPERM (why", {2, 25}, "`)`", "the end of the line"},
    {"kfree(size-64(DMA:0[3])", {2, 24}, "`]`", "the end of the object"},
    {"kfree(size-64(DMA, 0)", {2, 18}, "`)`", "`,`"},
    {"kfree(size-64:0[3)", {2, 18}, "`]`", "the end of the object"},
    {"kfree(size-64:0[x])", {2, 17}, "32 bits", "`x`"},
    {"kfree(size-64:0[])", {2, 17}, "32 bits", "nothing"},
    {"kfree(size-64:4294967296[0])", {2, 15}, "32 bits", "`4294967296`"},
    {"f(18446744073709551616)", {2, 3}, "64 bits", "`18446744073709551616`"},
    {"f(9..3)", {2, 3}, "a at most b", "`9..3`"},
    {"f(\"abc)", {2, 3}, "`\"`", "the end of the line"},
    {"f(a|)", {2, 5}, "a value", "`)`"},
    {"[pid x] f()", {2, 6}, "32 bits", "`x]`"},
    {"[pid 4294967296] f()", {2, 6}, "32 bits", "`4294967296]`"},
    {"[pid 1 f()", {2, 7}, "`]`", "a blank"},
    {"[pid 1]f()", {2, 8}, "a blank", "`f`"},
    {"[tid 1] f()", {2, 2}, "`pid N`", "`tid`"},
    {"[pid 1] chain:", {2, 14}, "`(`", "`:`"},
    {"| get_pages(a:0)", {2, 1}, "a call", "`|`"},
    {"f()\n| g", {3, 4}, "`(`", "the end of the line"},
    {"f()\n|", {3, 2}, "the name of a call", "the end of the line"},
    {"f()\nset a=1\n| g()", {4, 1}, "a call", "`|`"},
    {"f()\nchain:\n  x\n| g()", {5, 1}, "a call", "`|`"},
    {"set a", {2, 6}, "`=`", "the end of the line"},
    {"set =1", {2, 5}, "a key", "`=`"},
    {"set a=", {2, 7}, "a value", "the end of the line"},
    {"set a=1)", {2, 8}, "the end of the line", "`)`"},
    {"chain: something", {2, 1}, "a query", "`chain:`"},
    {"slabs a,b:", {2, 8}, "a blank or `:`", "`,`"},
    {"  orphan", {2, 3}, "not indented", "`orphan`"},
    {" chain:", {2, 1}, "a call", "a blank"},
    {"chain: (empty)\n  x", {3, 1}, "not indented", "a blank"},
    {"chain:\n\n  x", {4, 3}, "not indented", "`x`"},
    {"f() = BUG\ng()", {3, 1}, "`boot`", "`g`"},
    {"f() = OOPS\nchain:", {3, 1}, "`boot`", "`chain:`"},
    {"f()\r", {2, 4}, "printable", "0x0d"},
    {"\tf()", {2, 1}, "printable", "0x09"},
    {"chain:\n  \x01", {3, 3}, "printable", "0x01"},
    {"f(\xc3\xa4)", {2, 3}, "a value", "\\xc3\\xa4"},
};

TEST(BadTranscript, is_refused_at_the_place_where_it_goes_wrong) {
  for (const Bad& bad : bad_lines) {
    SCOPED_TRACE(bad.text);
    const auto error = error_of("boot family=slab\n" + std::string(bad.text) + "\n");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->at, bad.at) << print(*error);
    EXPECT_THAT(error->expected, HasSubstr(bad.expected)) << print(*error);
    EXPECT_THAT(error->found, HasSubstr(bad.found)) << print(*error);
    EXPECT_THAT(print(*error), StartsWith(fmt::format("bad.mmt:{}:{}: error: ", bad.at.line, bad.at.column)));
  }
}

TEST(BadTranscript, without_a_machine) {
  auto error = error_of("");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->at, (Position{1, 1}));
  EXPECT_EQ(error->found, "the end of the file");
  error = error_of("# only a comment\n\n");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->at, (Position{3, 1}));
  error = error_of("# comment\nkmalloc(1, 0)\n");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->at, (Position{2, 1}));
  EXPECT_THAT(error->expected, HasSubstr("boot"));
}

TEST(BadTranscript, of_nul_bytes) {
  const auto error = error_of(std::string(4096, '\0'));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->at, (Position{1, 1}));
  EXPECT_EQ(error->found, "the byte 0x00");
  EXPECT_LT(print(*error).size(), 1000u);
  EXPECT_THAT(print(*error), HasSubstr("\\x00\\x00"));
}

TEST(BadTranscript, a_machine_ends_what_is_undefined) {
  EXPECT_FALSE(error_of("boot a=1\nf() = BUG\n| g()\n# fine\n\nboot a=1\nf()\n"));
}

// Each of these took forever if some part of the parser looked at the rest of its line once for every byte.
TEST(BadTranscript, with_a_line_of_a_megabyte_is_told_at_once) {
  const std::size_t size = 1 << 20;
  const std::string boot = "boot family=slab\n";
  for (const char* piece : {"(",  ")",    "a(",   "a|", "a ",   "a,", "a,)", "1",     "9..",        "pfn 1 ",
                            "\"", "\"\"", "a:0[", "=",  "a=1,", ":",  " ",   "[pid ", "x: (empty)", "\xff"}) {
    std::string line;
    while (line.size() < size) line += piece;
    for (const std::string& text : {line, "f(" + line, "f() = " + line, "q " + line + ":", "set " + line}) {
      try {
        const File file = parse(Source("long.mmt", boot + text + "\n"));
        EXPECT_EQ(print(file).size(), boot.size() + text.size() + 1) << piece;
      } catch (const InputError& error) {
        EXPECT_EQ(error.diagnostic().at.line, 2u) << piece;
        EXPECT_LT(std::string(error.what()).size(), 2000u) << piece;
      }
    }
  }
}

TEST(LoadTranscript, tells_what_cannot_be_read) {
  try {
    load("tests/transcripts/no-such-file.mmt");
    FAIL() << "loaded a file that is not there";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), StartsWith("tests/transcripts/no-such-file.mmt:1:1: error: "));
    EXPECT_THAT(error.what(), HasSubstr("No such file or directory"));
  }
  try {
    load("tests/transcripts");
    FAIL() << "loaded a folder";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("it is a folder"));
  }
}

TEST(Diagnostic, shows_the_surroundings_of_the_place) {
  const std::string before(500, 'a'), after(500, 'b');
  const std::string text = print(Diagnostic{.file = "f.mmt",
                                            .at = {7, 501},
                                            .message = "it is wrong",
                                            .expected = "this",
                                            .found = "that",
                                            .hint = "something else",
                                            .source_line = before + "\x01" + after});
  EXPECT_EQ(text,
            "f.mmt:7:501: error: it is wrong\n"
            "  7 | ..." +
                std::string(50, 'a') + "\\x01" + std::string(49, 'b') +
                "...\n"
                "    |    " +
                std::string(50, ' ') +
                "^\n"
                "  expected this\n"
                "  found that\n"
                "  try: something else\n");
}

TEST(Diagnostic, says_nothing_about_what_it_does_not_know) {
  EXPECT_EQ(print(Diagnostic{.file = "f.mmt", .at = {1, 1}, .message = "it is wrong"}),
            "f.mmt:1:1: error: it is wrong\n");
}

}  // namespace
}  // namespace refmm::transcript

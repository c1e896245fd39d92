// The parser of the book: clauses, their kind, source and prose, and the examples.
#include <refmm/tools/book.hpp>

#include <gtest/gtest.h>

namespace refmm {
namespace {

TEST(BookParser, ReadsKindSourceAndProse) {
  const auto entries = book::entries({"a.md",
                                      "# Chapter\n\nIntroduction.\n\n"
                                      "### a.first\n*must* · mm/slab.c: grow\n\nOne. Two.\n\nThree.\n\n"
                                      "## Part\nBetween.\n"
                                      "### a.second\n\n*may* · mm/slab.c: reap\nFour"});
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "a.first");
  EXPECT_EQ(entries[0].kind, "must");
  EXPECT_EQ(entries[0].source, "mm/slab.c:grow");
  EXPECT_EQ(entries[0].prose, "One. Two.\n\nThree.");
  EXPECT_EQ(entries[0].line, 5u);
  EXPECT_EQ(entries[1].kind, "may");
  EXPECT_EQ(entries[1].prose, "Four");
}

TEST(BookParser, LeavesEmptyWhatIsNotThere) {
  const auto entries = book::entries({"a.md", "### a.first\nProse at once.\n### a.second\n"});
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].kind, "");
  EXPECT_EQ(entries[0].prose, "");
  EXPECT_EQ(entries[1].source, "");
}

TEST(BookParser, ReadsNoHeadingsBetweenFences) {
  const auto entries = book::entries({"a.md",
                                      "### a.first\n*must* · mm/slab.c: grow\n\nOne.\n"
                                      "```mmt\n# comment\n### a.none\nboot\n```\nTwo.\n"});
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].prose, "One.\n```mmt\n# comment\n### a.none\nboot\n```\nTwo.");
}

TEST(BookParser, FindsExamples) {
  const auto examples =
      book::examples({"a.md", "One.\n```mmt\n# x\nboot\n```\n```\nnone\n```\n```mmt\nset\n```\n"});
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(examples[0].text, "# x\nboot\n");
  EXPECT_EQ(examples[0].line, 3u);
  EXPECT_EQ(examples[1].text, "set\n");
  EXPECT_EQ(examples[1].line, 10u);
}

TEST(BookParser, KnowsOfWhatAnExampleIs) {
  const auto examples = book::examples({"a.md",
                                        "```mmt\n# Comment\n```\n### a.first\n*must* · x: y\n```mmt "
                                        "corrected\n### a.none\n```\n#\n## Part\n```mmt\n```\n"});
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_EQ(examples[0].heading, "");
  EXPECT_FALSE(examples[0].corrected);
  EXPECT_EQ(examples[1].heading, "a.first");
  EXPECT_TRUE(examples[1].corrected);
  EXPECT_EQ(examples[2].heading, "Part");
  EXPECT_FALSE(examples[2].corrected);
}

TEST(BookParser, FindsFirstSentences) {
  EXPECT_EQ(book::first_sentence("A slab,\ne.g. a full one. More."), "A slab, e.g. a full one.");
  EXPECT_EQ(book::first_sentence("Size 2.4.0 is one\n\nNext."), "Size 2.4.0 is one");
}

}  // namespace
}  // namespace refmm

// The book, the clauses and the laws hold together: nothing in one that is not in the others. (That a law or a theorem
// names a clause at all is the compiler's business: ClauseRef.)
#include <refmm/spec/clause.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/law_list.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::IsEmpty;
using testing::Not;

std::vector<Clause> all_clauses() {
  std::vector<Clause> clauses;
  for (const auto& table : clause_tables) clauses.insert(clauses.end(), table.begin(), table.end());
  return clauses;
}

std::vector<book::Entry> all_entries() {
  std::vector<book::Entry> entries;
  for (const book::Chapter& chapter : book::chapters())
    std::ranges::move(book::entries(chapter), std::back_inserter(entries));
  return entries;
}

std::vector<std::string> names_of(const auto& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.emplace_back(thing.name);
  return names;
}

// ---- Clauses and prose ----------------------------------------------------------------------------------------------

TEST(Book, HasTheClausesOfTheTablesInTheirOrder) {
  const std::vector<std::string> in_book = names_of(all_entries()), in_tables = names_of(all_clauses());
  const auto [first_in_book, first_in_tables] = std::ranges::mismatch(in_book, in_tables);
  EXPECT_TRUE(in_book == in_tables) << "the first difference: "
                                    << (first_in_book == in_book.end() ? "the book ends" : *first_in_book)
                                    << ", and "
                                    << (first_in_tables == in_tables.end() ? "the tables end" : *first_in_tables);
}

TEST(Book, NamesNoClauseTwice) {
  std::vector<std::string> names = names_of(all_clauses());
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Book, AgreesWithTheTablesOnKindAndSource) {
  for (const Clause& clause : all_clauses()) {
    const book::Entry* entry = book::find_entry(clause.name);
    ASSERT_TRUE(entry) << clause.name;
    EXPECT_EQ(entry->kind, book::kind_name(clause.kind)) << entry->file << ":" << entry->line;
    EXPECT_EQ(entry->source, clause.source) << entry->file << ":" << entry->line;
  }
}

TEST(Book, StatesEveryClauseInASentence) {
  for (const book::Entry& entry : all_entries()) {
    EXPECT_THAT(entry.prose, Not(IsEmpty())) << entry.file << ":" << entry.line;
    EXPECT_TRUE(book::first_sentence(entry.prose).ends_with('.'))
        << entry.file << ":" << entry.line << ": " << book::first_sentence(entry.prose);
  }
}

TEST(Book, RefersOnlyToClausesThatExist) {
  const std::regex reference(R"(\[([a-z_]+(\.[a-z_]+)+)\])");
  for (const book::Chapter& chapter : book::chapters()) {
    const std::string text(chapter.text);
    for (std::sregex_iterator it(text.begin(), text.end(), reference), end; it != end; ++it) {
      EXPECT_TRUE(find_clause((*it)[1].str())) << chapter.file << ": " << it->str();
    }
  }
}

// ---- Clauses and laws -----------------------------------------------------------------------------------------------

TEST(Laws, StateEveryClauseThatDoesNotSayWhyNot) {
  for (const Clause& clause : all_clauses()) {
    const bool stated =
        std::ranges::any_of(all_laws(), [&](const LawEntry& law) { return law.clause->name == clause.name; });
    EXPECT_NE(stated, !clause.without_law.empty())
        << clause.name
        << (stated ? " has a law, and a reason not to have one" : " has no law, and no reason not to");
  }
}

TEST(Laws, HaveNamesOfTheirOwn) {
  std::vector<std::string> names = names_of(all_laws());
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  EXPECT_EQ(twice, names.end()) << *twice;
}

// ---- The parser of the book -----------------------------------------------------------------------------------------

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

TEST(BookParser, FindsFirstSentences) {
  EXPECT_EQ(book::first_sentence("A slab,\ne.g. a full one. More."), "A slab, e.g. a full one.");
  EXPECT_EQ(book::first_sentence("Size 2.4.0 is one\n\nNext."), "Size 2.4.0 is one");
}

}  // namespace
}  // namespace refmm

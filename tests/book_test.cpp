// The book, the clauses and the laws hold together: nothing in one that is not in the others. (That a law or a theorem
// names a clause at all is the compiler's business: ClauseRef.)
#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc_defects.hpp>
#include <refmm/spec/process_defects.hpp>
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/vma_defects.hpp>
#include <refmm/tests/book_fixture.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_reference.hpp>
#include <refmm/tools/law_list.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

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

TEST(Book, AgreesWithTheErasOnVersions) {
  for (const since::Change& change : since::changes) {
    const std::string version = since::notation(change.since);
    const book::Entry* entry = book::find_entry(change.clause->name);
    ASSERT_TRUE(entry) << change.clause->name;
    EXPECT_THAT(entry->prose, StartsWith("Since Linux " + version + " ")) << entry->file << ":" << entry->line;

    const bool can_be_cited = change.from == since::VersionFrom::manual_page;
    const auto chapter = std::ranges::find(book::chapters(), entry->file, &book::Chapter::file);
    EXPECT_THAT(chapter->text, HasSubstr(fmt::format("| [{}] | {} |", change.clause->name,
                                                     can_be_cited ? version : "(" + version + ")")));
  }
}

TEST(Book, RefersOnlyToClausesThatExist) {
  for (const book::Chapter& chapter : book::chapters()) {
    for (const ClauseReference& reference : references_of_prose(chapter.text))
      EXPECT_TRUE(means_any_clause(reference.name))
          << chapter.file << ":" << reference.line << ": " << reference.name;
  }
}

/// A law that a defect breaks.
struct Broken {
  ClauseRef defect;
  std::string_view law;
};

std::vector<Broken> all_broken() {
  std::vector<Broken> rows;
  for (const malloc::BrokenBy& row : malloc::broken_by) rows.push_back({row.defect, row.law});
  for (const vma::BrokenBy& row : vma::broken_by) rows.push_back({row.defect, row.law});
  for (const process::BrokenBy& row : process::broken_by) rows.push_back({row.defect, row.law});
  return rows;
}

/// What finds a defect: the theorems that fail on it. Where no theorem is about it, the laws that it breaks.
std::vector<std::string_view> finders_of(const Clause& defect) {
  std::vector<std::string_view> names;
  for (const Theorem& theorem : all_theorems()) {
    if (std::ranges::find(theorem.fails_on, defect.name) != theorem.fails_on.end()) names.push_back(theorem.name);
  }
  if (!names.empty()) return names;
  for (const Broken& row : all_broken()) {
    if (row.defect->name == defect.name) names.push_back(row.law);
  }
  return names;
}

TEST(Book, NamesATheoremOrALawThatFindsTheDefect) {
  for (const Clause& clause : all_clauses()) {
    if (clause.kind != ClauseKind::defect) continue;
    const book::Entry* entry = book::find_entry(clause.name);
    ASSERT_TRUE(entry) << clause.name;
    const auto finders = finders_of(clause);
    EXPECT_TRUE(std::ranges::any_of(finders,
                                    [&](std::string_view name) {
                                      return entry->prose.find("`" + std::string(name) + "`") != std::string::npos;
                                    }))
        << entry->file << ":" << entry->line << ": names none of the " << finders.size()
        << " theorems or laws that fail on it";
  }
}

// ---- Clauses and sources --------------------------------------------------------------------------------------------

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The files of all rooms that refer to clauses: sources and pages.
std::vector<fs::path> referring_files() {
  std::vector<fs::path> files{"README.md"};
  for (const char* room : {"spec", "model", "impl", "proofs", "tests", "tools"}) {
    for (const auto& entry : fs::recursive_directory_iterator(room)) {
      const std::string ending = entry.path().extension();
      if (ending == ".hpp" || ending == ".cpp" || ending == ".md") files.push_back(entry.path());
    }
  }
  return files;
}

TEST(Sources, ReferOnlyToClausesThatExist) {
  std::size_t count = 0;
  for (const fs::path& file : referring_files()) {
    const std::string text = contents(file);
    for (const ClauseReference& reference :
         file.extension() == ".md" ? references_of_prose(text) : references_of_source(text)) {
      EXPECT_TRUE(means_any_clause(reference.name))
          << file.string() << ":" << reference.line << ": " << reference.name;
      ++count;
    }
  }
  EXPECT_GT(count, 100u) << "the search for references has lost them";
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

/// Whether the prose of a clause names another one.
bool names(const book::Entry& entry, const Clause& clause) {
  return entry.prose.find("[" + std::string(clause.name) + "]") != entry.prose.npos;
}

TEST(Laws, ThatDefectsBreakAreThoseThatTheBookSaysTheyBreak) {
  for (const Broken& row : all_broken()) {
    const auto law = std::ranges::find(all_laws(), row.law, &LawEntry::name);
    ASSERT_NE(law, all_laws().end()) << "no law is called " << row.law;
    const book::Entry* entry = book::find_entry(row.defect->name);
    ASSERT_TRUE(entry) << row.defect->name;
    EXPECT_TRUE(names(*entry, *law->clause)) << entry->file << ":" << entry->line << ": breaks " << row.law
                                             << ", but does not name [" << law->clause->name << "]";
  }
}

TEST(Laws, HaveNamesOfTheirOwn) {
  std::vector<std::string> names = names_of(all_laws());
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  EXPECT_EQ(twice, names.end()) << *twice;
}

// ---- Laws and theorems ----------------------------------------------------------------------------------------------

TEST(Theorems, AreTheLawsForEveryInput) {
  std::vector<std::string> laws;
  for (const LawEntry& law : all_laws()) {
    if (law.form == LawForm::every_input) laws.emplace_back(law.name);
  }
  std::vector<std::string> theorems = names_of(all_theorems());
  std::ranges::sort(laws);
  std::ranges::sort(theorems);
  std::vector<std::string> only_laws, only_theorems;
  std::ranges::set_difference(laws, theorems, std::back_inserter(only_laws));
  std::ranges::set_difference(theorems, laws, std::back_inserter(only_theorems));
  EXPECT_THAT(only_laws, IsEmpty()) << "laws for every input without a theorem";
  EXPECT_THAT(only_theorems, IsEmpty()) << "theorems that are no law for every input";
}

TEST(Theorems, StateTheClauseOfTheirLaw) {
  for (const Theorem& theorem : all_theorems()) {
    const auto law = std::ranges::find(all_laws(), theorem.name, &LawEntry::name);
    ASSERT_NE(law, all_laws().end()) << theorem.name;
    EXPECT_EQ(law->clause->name, theorem.clause->name) << theorem.name;
  }
}

}  // namespace
}  // namespace refmm

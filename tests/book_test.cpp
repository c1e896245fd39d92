// The book, the clauses and the laws hold together: nothing in one that is not in the others. (That a law or a theorem
// names a clause at all is the compiler's business: ClauseRef.)
#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/process_defects.hpp>
#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_defects.hpp>
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_mutants.hpp>
#include <refmm/tests/vma_subject.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_reference.hpp>
#include <refmm/tools/law_list.hpp>

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
using testing::Contains;
using testing::HasSubstr;
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

// ---- Examples -------------------------------------------------------------------------------------------------------

/// The example as a file of which it is a part, so that an error names its line in the book.
transcript::Source source_of(const book::Example& example) {
  return transcript::Source{std::string(example.file), std::string(example.line - 1, '\n') + example.text};
}

std::vector<book::Example> all_examples() {
  std::vector<book::Example> examples;
  for (const book::Chapter& chapter : book::chapters())
    std::ranges::move(book::examples(chapter), std::back_inserter(examples));
  return examples;
}

TEST(BookExamples, AreTranscripts) {
  EXPECT_GT(all_examples().size(), 20u);
  for (const book::Example& example : all_examples()) {
    const transcript::Source source = source_of(example);
    EXPECT_EQ(transcript::print(transcript::parse(source)), source.text());
  }
}

/// The kernel that an example is of.
replay::Profile profile_of(const book::Example& example) {
  return example.corrected ? replay::Profile::corrected : replay::Profile::as_built;
}

/// What the model makes of an example.
std::vector<replay::Replayed> replayed(const book::Example& example) {
  return replay::run(transcript::parse(source_of(example)), {.profile = profile_of(example)}).transcripts;
}

void expect_agreement(const book::Example& example, const replay::Replayed& replayed) {
  for (const replay::Disagreement& disagreement : replayed.disagreements)
    ADD_FAILURE() << example.file << ":" << disagreement.at.line << ": " << disagreement.line << ": "
                  << disagreement.field.path << " of the " << disagreement.subject << " is "
                  << disagreement.field.found << ", not " << disagreement.field.expected;
}

TEST(BookExamples, AgreeWithTheModelAndLeaveNothingOpen) {
  for (const book::Example& example : all_examples()) {
    for (const replay::Replayed& replayed : replayed(example)) {
      expect_agreement(example, replayed);
      EXPECT_EQ(replayed.filled, 0u) << example.file << ":" << replayed.boot.line << ": has a question";
    }
  }
}

TEST(BookExamples, AgreeWithTheImplementations) {
  const auto buddy = make_buddy_implementation();
  const auto slab = make_slab_implementation();
  const auto kernel_map = make_kernel_map_implementation();
  const auto vma = make_vma_implementation();
  const auto fault = make_fault_implementation();
  for (const book::Example& example : all_examples()) {
    const replay::Options options{.model = false,
                                  .profile = profile_of(example),
                                  .implementation = {.buddy = buddy.get(),
                                                     .slab = slab.get(),
                                                     .kernel_map = kernel_map.get(),
                                                     .vma = vma.get(),
                                                     .fault = fault.get()}};
    for (const replay::Replayed& replayed :
         replay::run(transcript::parse(source_of(example)), options).transcripts)
      expect_agreement(example, replayed);
  }
}

/// True of the clauses that decide nothing: the invariant and the law of bytes keep them.
bool is_kept_by_laws(const Clause& clause) {
  return clause.name.starts_with("process.memory") ||
         std::ranges::any_of(process::invariant,
                             [&](const auto& conjunct) { return &*conjunct.clause == &clause; });
}

/// True of the clauses that only tests/fault_rare_clauses_test.cpp reaches.
bool is_rare(const Clause& clause) {
  return clause.name == "process.debugger.reserved_page" || clause.name == "process.madvise.too_many_areas";
}

/// Each other clause of demand paging and processes that decides does so in an example or in a recording.
TEST(BookExamples, AndRecordingsExerciseEveryClauseOfDemandPaging) {
  Coverage coverage;
  for (const book::Example& example : all_examples()) {
    for (const replay::Replayed& replayed : replayed(example)) coverage.add(replayed.coverage);
  }
  for (const auto& path : recordings("fault")) {
    for (const replay::Replayed& replayed : replay::run(transcript::parse(transcript::load(path)), {}).transcripts)
      coverage.add(replayed.coverage);
  }
  for (const char* const area : {"fault", "process"}) {
    for (const Clause* clause : clauses_to_exercise(area))
      EXPECT_NE(coverage.hits(*clause) > 0, is_kept_by_laws(*clause) || is_rare(*clause)) << clause->name;
  }
}

/// The defects that decide something in an example.
std::vector<std::string> defects_shown(const book::Example& example) {
  std::vector<std::string> names;
  for (const replay::Replayed& replayed : replayed(example)) {
    for (const Clause& clause : all_clauses()) {
      if (clause.kind == ClauseKind::defect && replayed.coverage.hits(*find_clause(clause.name)) > 0)
        names.emplace_back(clause.name);
    }
  }
  return names;
}

std::vector<book::Example> examples_of(const Clause& clause) {
  std::vector<book::Example> examples = all_examples();
  std::erase_if(examples, [&](const book::Example& example) { return example.heading != clause.name; });
  return examples;
}

TEST(BookExamples, OfADefectShowItAsBuilt) {
  for (const Clause& clause : all_clauses()) {
    if (clause.kind != ClauseKind::defect) continue;
    std::size_t as_built = 0;
    for (const book::Example& example : examples_of(clause)) {
      if (example.corrected) continue;
      ++as_built;
      EXPECT_THAT(defects_shown(example), Contains(clause.name)) << example.file << ":" << example.line;
    }
    EXPECT_GT(as_built, 0u) << clause.name << " has no example";
  }
}

TEST(BookExamples, OfOtherClausesShowNoDefect) {
  for (const Clause& clause : all_clauses()) {
    if (clause.kind == ClauseKind::defect) continue;
    for (const book::Example& example : examples_of(clause))
      EXPECT_THAT(defects_shown(example), IsEmpty()) << example.file << ":" << example.line;
  }
}

/// But for the defect that they are examples of, where the corrected kernel ends at a misuse that 2.4.0 does not notice.
TEST(BookExamples, OfTheCorrectedKernelShowNoOtherDefect) {
  for (const book::Example& example : all_examples()) {
    if (!example.corrected) continue;
    EXPECT_THAT(defects_shown(example), testing::Each(example.heading)) << example.file << ":" << example.line;
  }
}

/// The name in the public record that a mutant has the mistake of: CVE-2003-0961 of vma.impl.cve_2003_0961.*; or none.
std::string name_in_public_record(const Mutant& mutant) {
  constexpr std::string_view prefix = "vma.impl.cve_";
  if (!mutant.name.starts_with(prefix)) return "";
  std::string name(mutant.name.substr(prefix.size()));
  name.resize(name.find('.'));
  std::ranges::replace(name, '_', '-');
  return "CVE-" + name;
}

/// The implementation with a mutant differs from the example, and answers what the example says of it in a comment.
void expect_mistake(const book::Example& example, const Mutant& mutant) {
  const WithMutant with_mutant(mutant.name);
  const auto vma = make_mutable_vma_implementation();
  const replay::Options options{
      .model = false, .profile = profile_of(example), .implementation = {.slab = nullptr, .vma = vma.get()}};
  const replay::Report report = replay::run(transcript::parse(source_of(example)), options);
  ASSERT_FALSE(report.transcripts.front().agrees()) << mutant.name;
  const replay::Disagreement& disagreement = report.transcripts.front().disagreements.front();
  EXPECT_EQ(disagreement.about, replay::Disagreement::About::result) << mutant.name;
  EXPECT_THAT(example.text, HasSubstr("the result is " + disagreement.found.front().substr(2))) << mutant.name;
}

TEST(BookExamples, OfThePublicRecordFailOnTheirMutants) {
  std::size_t count = 0;
  for (const Mutant& mutant : vma_mutants) {
    const std::string name = name_in_public_record(mutant);
    if (name.empty()) continue;
    for (const book::Example& example : all_examples()) {
      if (!example.heading.starts_with(name)) continue;
      expect_mistake(example, mutant);
      ++count;
    }
  }
  EXPECT_EQ(count, 3u);
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

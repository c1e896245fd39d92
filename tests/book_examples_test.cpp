// The examples of the book: transcripts that the model and the implementations agree with, and that show what they stand under.
#include <refmm/spec/clause.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/book_fixture.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_implementations.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_mutants.hpp>
#include <refmm/tests/vma_subject.hpp>
#include <refmm/tools/book.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

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
  const replay::AllImplementations all;
  for (const book::Example& example : all_examples()) {
    const replay::Options options{
        .model = false, .profile = profile_of(example), .implementation = all.implementations()};
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

}  // namespace
}  // namespace refmm

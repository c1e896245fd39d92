// What is tied to clauses: references in brackets, and the tests that name a clause.
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/clause_reference.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of(const std::vector<ClauseReference>& references) {
  std::vector<std::string> names;
  for (const ClauseReference& reference : references) names.push_back(reference.name);
  return names;
}

// ---- References -----------------------------------------------------------------------------------------------------

TEST(ClauseReferences, StandInBracketsAndNameAnArea) {
  const auto references = references_of_prose("[slab.one] and\n([slab.*.two.*]), not [other.one] or [slab]");
  EXPECT_THAT(names_of(references), ElementsAre("slab.one", "slab.*.two.*"));
  EXPECT_EQ(references[1].line, 2u);
  EXPECT_THAT(names_of(references_of_prose("[vma.one], [defect.vma.two], [defect.*]")),
              ElementsAre("vma.one", "defect.vma.two", "defect.*"));
}

TEST(ClauseReferences, OfASourceStandInComments) {
  EXPECT_THAT(names_of(references_of_source("x = slabs[slab.number];  /"
                                            "/ see [slab.*]\n")),
              ElementsAre("slab.*"));
}

TEST(ClauseReferences, MeanWhatTheyName) {
  EXPECT_TRUE(means("a.one", "a.one"));
  EXPECT_FALSE(means("a.one", "a.ones"));
  EXPECT_FALSE(means("a.one", "a"));
  EXPECT_TRUE(means("a.one.*", "a.one.two.three"));
  EXPECT_FALSE(means("a.one.*", "a.ones"));
  EXPECT_TRUE(means("a.*.two.*", "a.one.two.three"));
  EXPECT_FALSE(means("a.*.two", "a.one.two.three"));
  EXPECT_TRUE(means_any_clause("slab.reap.*"));
  EXPECT_FALSE(means_any_clause("slab.reaped.*"));
}

// ---- Tests ----------------------------------------------------------------------------------------------------------

/// The tests that name a clause in a source in which CODE stands for its name in code, and NOTE for it in a comment. This
/// file does not write the name itself: its tests are not about that clause.
std::vector<TestLink> tests_in(std::string source) {
  const Clause& clause = clause_tables[0].front();
  const auto replace = [&](const std::string& what, const std::string& by) {
    for (std::size_t at = source.find(what); at != source.npos; at = source.find(what))
      source.replace(at, what.size(), by);
  };
  replace("CODE", '"' + std::string(clause.name) + '"');
  replace("NOTE", "// see [" + std::string(clause.name) + "]");
  return refmm::tests_in(source, "a_test.cpp", clause);
}

TEST(ClauseTests, AreThoseThatNameTheClause) {
  EXPECT_THAT(tests_in("TEST(Suite, One) {\n  check(CODE);\n}\n\nTEST_F(Suite, Two) {\n}\n"),
              ElementsAre(TestLink{"a_test.cpp", "Suite.One"}));
  EXPECT_THAT(tests_in("TEST(Suite, One) { check(); }\nTEST_P(Suite, Two) {\n  NOTE\n}\n"),
              ElementsAre(TestLink{"a_test.cpp", "Suite.Two"}));
}

TEST(ClauseTests, MayNameTheClauseAboveThem) {
  EXPECT_THAT(tests_in("TEST(Suite, One) {\n}\n\nNOTE\nTEST(Suite, Two) {\n}\n"),
              ElementsAre(TestLink{"a_test.cpp", "Suite.Two"}));
}

TEST(ClauseTests, AreNamedOnce) {
  EXPECT_THAT(tests_in("TEST(Suite, One) {\n  NOTE\n  check(CODE);\n}\n"),
              ElementsAre(TestLink{"a_test.cpp", "Suite.One"}));
}

TEST(ClauseTests, AreTheFileWhereNoTestIsNear) {
  EXPECT_THAT(tests_in("NOTE\n\nTEST(Suite, One) {\n}\n"), ElementsAre(TestLink{"a_test.cpp", ""}));
  EXPECT_THAT(tests_in("static_assert(law(CODE));\n"), ElementsAre(TestLink{"a_test.cpp", ""}));
}

TEST(ClauseTests, AreFoundInTheFolderOfTests) {
  std::size_t count = 0;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      for (const TestLink& test : tests_of(clause)) {
        EXPECT_TRUE(std::filesystem::exists(test.file)) << test.file;
        ++count;
      }
    }
  }
  EXPECT_GT(count, 0u);
}

// ---- Recordings -----------------------------------------------------------------------------------------------------

TEST(ClauseRecordings, ExistAndAreTheShortestFirst) {
  const std::vector<RecordingLink> full = transcripts_of(*find_clause("slab.alloc.slab_fills"));
  ASSERT_GT(full.size(), 100u);
  for (const RecordingLink& recording : full) {
    EXPECT_TRUE(std::filesystem::exists(recording.file)) << recording.file;
    EXPECT_GT(recording.times, 0u) << recording.file;
  }
  EXPECT_LT(std::filesystem::file_size(full.front().file), std::filesystem::file_size(full.back().file));
}

TEST(ClauseRecordings, AreThoseThatExerciseTheClause) {
  std::vector<std::string> files;
  for (const RecordingLink& recording : transcripts_of(*find_clause("slab.create.bug.name_missing")))
    files.push_back(recording.file.string());
  EXPECT_THAT(files, ElementsAre("tests/transcripts/slab/bug-null-name.mmt"));
  EXPECT_EQ(transcripts_of(*find_clause("defect.vma.find_vma_prev")).front().file,
            "tests/transcripts/vma/find-vma.mmt");
}

}  // namespace
}  // namespace refmm

// The table of clauses: every clause has its row, every cell has something or a reason, and the numbers are those that are counted in
// the sources, the recordings and the list of mistakes without the table's own lists.
#include <refmm/tests/book_fixture.hpp>
#include <refmm/tests/command_fixture.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tools/clause_mistakes.hpp>
#include <refmm/tools/clause_table.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<ClauseRow>& all_rows() {
  static const std::vector<ClauseRow> rows = [] {
    std::vector<ClauseRow> all;
    for (const auto& table : clause_tables) {
      for (const Clause& clause : table) all.push_back(row_of(clause));
    }
    return all;
  }();
  return rows;
}

const ClauseRow& row_called(const std::string& name) {
  const auto row = std::ranges::find(all_rows(), name, &ClauseRow::clause);
  if (row == all_rows().end()) throw std::invalid_argument("no row is called " + name);
  return *row;
}

std::vector<const ClauseCell*> cells_of(const ClauseRow& row) {
  return {&row.laws, &row.examples, &row.sampled, &row.proved, &row.recordings, &row.mistakes};
}

/// The texts of all headers in a folder.
std::string headers_in(const char* folder, const std::string& ending) {
  std::string text;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().ends_with(ending)) text += contents(entry.path());
  }
  return text;
}

/// How often each first group is found in a text.
std::map<std::string, std::size_t> counted(const std::string& text, const std::regex& pattern) {
  std::map<std::string, std::size_t> counts;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    ++counts[(*match)[1]];
  return counts;
}

// ---- Complete -------------------------------------------------------------------------------------------------------

TEST(ClauseTable, HasARowForEveryClauseOfTheBook) {
  const std::vector<book::Entry> entries = all_entries();
  ASSERT_EQ(all_rows().size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(all_rows()[i].clause, entries[i].name);
    EXPECT_EQ(all_rows()[i].kind, entries[i].kind);
  }
}

TEST(ClauseTable, HasSomethingOrAReasonInEveryCell) {
  for (const ClauseRow& row : all_rows()) {
    for (const ClauseCell* cell : cells_of(row)) {
      EXPECT_NE(cell->entries.empty(), cell->reason.empty()) << row.clause;
      EXPECT_EQ(cell->entries.empty(), cell->summary.empty()) << row.clause;
      const std::set<std::string> once(cell->entries.begin(), cell->entries.end());
      EXPECT_EQ(once.size(), cell->entries.size()) << row.clause << " has an entry twice";
    }
    for (const std::string& text : shown(row)) EXPECT_TRUE(!text.empty() && text != "- ()") << row.clause;
  }
}

/// An empty cell is one that must be empty, and its reason is the one that holds.
TEST(ClauseTable, GivesNoReasonThatDoesNotHold) {
  const std::string model = headers_in("model", ".hpp");
  for (const ClauseRow& row : all_rows()) {
    const bool has_laws = !row.laws.entries.empty();
    for (const ClauseCell* cell : {&row.examples, &row.sampled, &row.proved})
      EXPECT_EQ(cell->reason == "no law", !has_laws) << row.clause << ": " << cell->reason;
    if (row.recordings.reason.starts_with("it decides nothing")) {
      EXPECT_EQ(model.find('"' + row.clause + '"'), model.npos) << row.clause;
    } else if (row.recordings.reason.starts_with("none; in ")) {
      EXPECT_NE(model.find('"' + row.clause + '"'), model.npos) << row.clause;
    }
    if (row.kind == "defect") {
      EXPECT_FALSE(row.mistakes.entries.empty()) << row.clause << ": nothing finds it";
    }
  }
}

// ---- Counted again --------------------------------------------------------------------------------------------------

TEST(ClauseTable, CountsTheLawsThatTheSourcesState) {
  const std::regex stated(
      R"re((?:\bLaw\s+\w+\s*\{|\bStepLaw(?:<\w+>)?\{|\bConjunct(?:<\w+>)?\{|REFMM_STEP_LAW(?:_OF_ENDS)?\(|REFMM_CONJUNCT\()\s*"([a-z_0-9.]+)",)re");
  std::string text;  // without comments, which have laws for examples
  std::istringstream lines(headers_in("spec", ".hpp"));
  for (std::string line; std::getline(lines, line);) text += line.substr(0, line.find("//")) + '\n';
  const auto counts = counted(text, stated);
  std::size_t all = 0;
  for (const ClauseRow& row : all_rows()) {
    const auto found = counts.find(row.clause);
    EXPECT_EQ(row.laws.entries.size(), found == counts.end() ? 0 : found->second) << row.clause;
    all += row.laws.entries.size();
  }
  EXPECT_GT(all, 600u);
}

/// The area that a source is of, by the beginning of its name: spec/vma_laws.hpp is of vma. Laws of two areas may have one identifier.
/// Those of paging stand beside those of the kernel's mappings.
std::string area_of_source(const fs::path& file) {
  const std::string name = file.filename();
  const std::string area = name.substr(0, name.find_first_of("_."));
  return area == "paging" ? "kernel" : area;
}

/// What a pattern finds in the sources of a folder: the area of the source and the first group, each with the second group.
std::set<std::array<std::string, 3>> found_in(const char* folder, const std::string& ending,
                                              const std::regex& pattern) {
  std::set<std::array<std::string, 3>> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().ends_with(ending)) continue;
    const std::string text = contents(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
      found.insert({area_of_source(entry.path()), (*match)[1], match->size() > 2 ? (*match)[2].str() : ""});
  }
  return found;
}

/// The laws of the sources that others name by their identifiers, counted by the clause that they state: `inline constexpr Law
/// take_keeps_slabs_ordered{"slab.order", ...`.
std::map<std::string, std::size_t> laws_named_in(const char* folder, const std::string& ending,
                                                 const std::regex& naming) {
  const std::regex law(R"re(constexpr\s+Law\s+(\w+)\s*\{\s*"([a-z_0-9.]+)")re");
  std::map<std::pair<std::string, std::string>, std::string> clauses;
  for (const auto& [area, identifier, clause] : found_in("spec", ".hpp", law))
    clauses[{area, identifier}] = clause;
  std::map<std::string, std::size_t> counts;
  for (const auto& [area, identifier, none] : found_in(folder, ending, naming)) {
    const auto clause = clauses.find({area, identifier});
    if (clause != clauses.end()) ++counts[clause->second];
  }
  return counts;
}

TEST(ClauseTable, CountsTheTheoremsThatTheProofsClaim) {
  auto theorems = laws_named_in("proofs", ".cpp", std::regex(R"re(\b\w+\(\s*(\w+),)re"));
  for (const ClauseRow& row : all_rows()) EXPECT_EQ(row.proved.entries.size(), theorems[row.clause]) << row.clause;
}

TEST(ClauseTable, CountsTheExamplesThatTheCompilerChecks) {
  auto examples =
      laws_named_in("tests", "_law_examples.cpp", std::regex(R"re(\b(?:example|shared|mapped)\(\s*(\w+),)re"));
  for (const ClauseRow& row : all_rows())
    EXPECT_EQ(row.examples.entries.size(), examples[row.clause]) << row.clause;
}

TEST(ClauseTable, CountsTheRecordingsInWhichAClauseDecides) {
  std::map<std::string, std::size_t> files, times;
  for (const std::string& family : recorded_families()) {
    for (const auto& path : recordings(family)) {
      Coverage coverage;
      for (const auto& part : replay::run(transcript::parse(transcript::load(path)), {}).transcripts)
        coverage.add(part.coverage);
      for (const Clause& clause : all_clauses()) {
        const auto hits = coverage.hits(*find_clause(clause.name));
        files[std::string(clause.name)] += hits != 0;
        times[std::string(clause.name)] += hits;
      }
    }
  }
  for (const ClauseRow& row : all_rows()) {
    EXPECT_EQ(row.recordings.entries.size(), files[row.clause]) << row.clause;
    if (files[row.clause] != 0) {
      EXPECT_EQ(row.recordings.summary,
                std::to_string(files[row.clause]) + ", " + std::to_string(times[row.clause]) + " times");
    }
  }
}

TEST(ClauseTable, HasTheMutantsThatTheTheoremsOfAClauseFailOn) {
  const ClauseRow& row = row_called("slab.first_not_full");
  for (const char* mutant : {"slab.take.keeps_firstnotfull", "slab.give_back.full_slab_stays"})
    EXPECT_THAT(row.mistakes.entries, testing::Contains(mutant));
}

TEST(ClauseTable, SaysWhatFindsADefect) {
  const ClauseRow& row = row_called("defect.vma.stack_offset");
  EXPECT_THAT(row.mistakes.entries, testing::Contains("no_stack_grows_below_the_beginning_of_its_file"));
  EXPECT_THAT(row.mistakes.summary, StartsWith("found by "));
  EXPECT_THAT(row_called("vma.stack.offset_zero").mistakes.entries, testing::Contains("defect.vma.stack_offset"));
}

// ---- What sessions have found -----------------------------------------------------------------------------------------

TEST(ClauseMistakes, AreReadLineByLine) {
  const auto found = read_found_mistakes("# a comment\n\na.impl.b\tlaw\tit holds\ta.c\na.d\tcrash\t\ta.e\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], (FoundMistake{"a.impl.b", "law", "it holds", "a.c"}));
  EXPECT_EQ(found[1], (FoundMistake{"a.d", "crash", "", "a.e"}));
  EXPECT_THROW(read_found_mistakes("a.impl.b\tlaw\n"), std::invalid_argument);
}

class ClauseTableCommand : public Command {};

/// Steps on the tree of areas are about no clause; what theorems find and what defects break stands elsewhere.
TEST_F(ClauseTableCommand, KnowsEveryMistakeOfTheMuseum) {
  std::set<std::string> of_museum, kept, known;
  std::istringstream lines(run("refmm museum --list").out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("area_tree.")) of_museum.insert(line);
  }
  for (const FoundMistake& found : read_found_mistakes(contents("tools/clause_mistakes.txt"))) {
    EXPECT_TRUE(kept.insert(found.mistake).second) << found.mistake << " is there twice";
    EXPECT_NE(find_clause(found.clause), nullptr) << found.clause;
  }
  for (const FoundMistake& found : all_found_mistakes()) known.insert(found.mistake);
  for (const std::string& mistake : kept)
    EXPECT_TRUE(of_museum.contains(mistake)) << mistake << " is none any more: run tools/clause-mistakes";
  for (const std::string& mistake : of_museum)
    EXPECT_TRUE(known.contains(mistake))
        << mistake << " is not in tools/clause_mistakes.txt: run tools/clause-mistakes";
}

/// A few of them, found again: by the same seed in the same way.
TEST_F(ClauseTableCommand, KeepsWhatTheMuseumFinds) {
  const auto kept = read_found_mistakes(contents("tools/clause_mistakes.txt"));
  for (const char* mistake :
       {"buddy.impl.alloc.takes_last", "slab.impl.free.loses_link", "slab.impl.grow.forgets_dma",
        "kernel.impl.vfree.forgets_flush", "vma.impl.mmap.counts_one_too_late"}) {
    const auto found = std::ranges::find(kept, mistake, &FoundMistake::mistake);
    ASSERT_NE(found, kept.end()) << mistake;
    const Ran ran =
        this->run(std::string("refmm museum --mutant ") + mistake + " --seeds 1 --json $scratch/found.json");
    EXPECT_EQ(ran.exit, 0) << ran.err;
    const auto json = nlohmann::json::parse(contents(scratch_ / "found.json"));
    EXPECT_EQ(json[0]["found"][0]["by"], found->by) << mistake;
    EXPECT_EQ(json[0]["found"][0]["what"], found->what) << mistake;
    EXPECT_EQ(json[0]["found"][0]["clause"], found->clause) << mistake;
  }
}

// ---- The command ----------------------------------------------------------------------------------------------------

TEST_F(ClauseTableCommand, PrintsALineForEachClause) {
  const Ran ran = run("refmm clause --table");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), static_cast<std::ptrdiff_t>(all_rows().size() + 1));
  EXPECT_THAT(ran.out, StartsWith("clause "));
  EXPECT_EQ(run("refmm clause slab.reap --table").out.find("buddy."), std::string::npos);
  EXPECT_EQ(run("refmm clause slab.reap --table --cite").exit, 2);
}

TEST_F(ClauseTableCommand, PrintsTheSameForPrograms) {
  const auto json = nlohmann::json::parse(run("refmm clause --table --json").out);
  ASSERT_EQ(json.size(), all_rows().size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    EXPECT_EQ(json[i]["clause"], all_rows()[i].clause);
    EXPECT_EQ(json[i]["laws"]["entries"].size(), all_rows()[i].laws.entries.size());
    EXPECT_EQ(json[i]["recordings"]["reason"], all_rows()[i].recordings.reason);
  }
}

TEST_F(ClauseTableCommand, ShowsTheExamplesAndTheMistakesOfAClause) {
  const std::string shown = run("refmm clause slab.grow.colour").out;
  EXPECT_THAT(shown, HasSubstr("\nexamples of the book\n  spec/book/slab.md:"));
  EXPECT_THAT(shown, HasSubstr("\nmistakes that break it\n  slab.next_colour.wraps_late (Z3 the_next_colour_is_"));
  EXPECT_THAT(shown, HasSubstr("\n  slab.impl.grow.keeps_colour_on_failure (refinement "));
  EXPECT_THAT(run("refmm clause defect.vma.stack_offset").out,
              HasSubstr("\n  no_stack_grows_below_the_beginning_of_its_file (law)\n"));
}

TEST_F(ClauseTableCommand, KnowsClausesByTheNamesThatTheyAreCitedWith) {
  const std::string version =
      std::string("refmm-") + std::string(REFMM_VERSION).substr(0, std::string(REFMM_VERSION).rfind('.'));
  EXPECT_EQ(run("refmm clause " + version + ":slab.order").out, run("refmm clause slab.order").out);
  EXPECT_EQ(run("refmm clause " + version + ":slab.order").err, "");
  EXPECT_THAT(run("refmm clause slab.order --cite").out, HasSubstr("Clause \\texttt{" + version + ":slab.order}"));
  const Ran other = run("refmm clause refmm-9.9:slab.order");
  EXPECT_EQ(other.exit, 0);
  EXPECT_THAT(other.err, HasSubstr("cited from refmm-9.9; this is " + version));
  EXPECT_EQ(run("refmm clause " + version + ":slab.no_such_clause").exit, 2);
}

TEST(ClauseTable, IsOneBlockARowOnATerminal) {
  const std::string text = to_text({row_called("slab.order")}, 80);
  EXPECT_THAT(text, StartsWith("slab.order (must)\n    law: "));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u);
}

}  // namespace
}  // namespace refmm

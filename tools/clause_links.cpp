#include <refmm/proofs/theorem.hpp>
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/clause_reference.hpp>
#include <refmm/tools/recorded_clauses.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace refmm {
namespace {

namespace fs = std::filesystem;

const fs::path source_folder{REFMM_SOURCE_FOLDER};

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The test programs of the source tree, sorted.
std::vector<fs::path> test_sources() {
  std::vector<fs::path> files;
  std::error_code no_such_folder;
  for (const auto& entry : fs::directory_iterator(source_folder / "tests", no_such_folder)) {
    if (entry.path().filename().string().ends_with("_test.cpp")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// The test that begins in the line, if one does. Most lines are none: what they begin with says so at once.
std::optional<std::string> test_begun_in(const std::string& line) {
  static const std::regex begins_test(R"(^(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\((\w+), *(\w+))");
  if (!line.starts_with('T') && !line.starts_with('R')) return std::nullopt;
  std::smatch match;
  if (!std::regex_search(line, match, begins_test)) return std::nullopt;
  return match[1].str() + "." + match[2].str();
}

bool names_clause(const std::string& line, const Clause& clause) {
  if (line.find_first_of("[\"") == line.npos) return false;
  const auto means_it = [&](const ClauseReference& each) { return means(each.name, clause.name); };
  return line.find('"' + std::string(clause.name) + '"') != line.npos ||
         std::ranges::any_of(references_of_source(line), means_it);
}

/// The headers of model/, one behind the other.
const std::string& text_of_model() {
  static const std::string text = [] {
    std::string all;
    std::error_code no_such_folder;
    for (const auto& entry : fs::directory_iterator(source_folder / "model", no_such_folder)) {
      if (entry.path().extension() == ".hpp") all += contents(entry.path());
    }
    return all;
  }();
  return text;
}

}  // namespace

std::vector<LawEntry> laws_of(const Clause& clause) {
  std::vector<LawEntry> found;
  std::ranges::copy_if(all_laws(), std::back_inserter(found),
                       [&](const LawEntry& law) { return law.clause->name == clause.name; });
  return found;
}

std::vector<TheoremLink> theorems_of(const Clause& clause) {
  std::vector<TheoremLink> found;
  for (const Theorem& theorem : all_theorems()) {
    if (theorem.clause->name == clause.name)
      found.push_back({std::string(theorem.name), std::string(theorem.scope)});
  }
  return found;
}

std::vector<TestLink> tests_in(std::string_view source, const fs::path& file, const Clause& clause) {
  std::vector<TestLink> found;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(found, TestLink{file, name}) == found.end()) found.push_back({file, name});
  };
  std::istringstream lines{std::string(source)};
  std::string test;               // the one that the line stands in, if any
  bool named_just_above = false;  // in lines without a blank line between them and this one
  for (std::string line; std::getline(lines, line);) {
    if (const auto begun = test_begun_in(line)) {
      test = *begun;
      if (named_just_above) add(test);
      named_just_above = false;
    } else if (test.empty() && line.empty()) {
      if (named_just_above) add("");
      named_just_above = false;
    }
    if (names_clause(line, clause)) {
      if (test.empty())
        named_just_above = true;
      else
        add(test);
    }
    if (line.starts_with('}') || (line.ends_with('}') && test_begun_in(line))) test.clear();
  }
  if (named_just_above) add("");
  return found;
}

std::vector<TestLink> tests_of(const Clause& clause) {
  std::vector<TestLink> found;
  for (const fs::path& file : test_sources())
    std::ranges::move(tests_in(contents(file), file.lexically_relative(source_folder), clause),
                      std::back_inserter(found));
  return found;
}

std::vector<RecordingLink> transcripts_of(const Clause& clause) {
  std::vector<RecordingLink> found;
  for (const RecordedClause& recorded : recorded_clauses()) {
    if (recorded.clause == clause.name) found.push_back({recorded.file, recorded.times});
  }
  return found;
}

std::vector<ExampleLink> examples_of(const Clause& clause) {
  std::vector<ExampleLink> found;
  for (const ExampledClause& example : exampled_clauses()) {
    if (example.clause == clause.name) found.push_back({std::string(example.file), example.line, example.times});
  }
  return found;
}

bool decides(const Clause& clause) {
  const std::string cited = '"' + std::string(clause.name) + '"';
  return text_of_model().find(cited) != std::string::npos || !transcripts_of(clause).empty() ||
         !examples_of(clause).empty();
}

}  // namespace refmm

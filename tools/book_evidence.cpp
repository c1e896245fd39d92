#include <refmm/proofs/theorem.hpp>
#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/book_evidence.hpp>
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/clause_mistakes.hpp>
#include <refmm/tools/clause_table.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

namespace refmm::book {
namespace {

constexpr std::size_t a_few = 5;

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

/// The first few of some texts, and how many there are more.
std::string few(const std::vector<std::string>& texts, std::size_t most = a_few) {
  const std::size_t shown = std::min(most, texts.size());
  std::string text =
      fmt::format("{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return texts.size() > shown ? text + fmt::format(" and {} more", texts.size() - shown) : text;
}

std::string block(const Definition& definition) { return fmt::format("```cpp\n{}```\n", definition.text); }

std::string place(const Definition& definition) {
  return fmt::format("`{}:{}`", definition.file, definition.line);
}

/// Of a theorem: of what it is proved, which mutants of the model it fails on, and its lines.
std::string theorem_of(std::string_view law, const Definitions& definitions) {
  const Theorem* theorem = find_theorem(law);
  if (theorem == nullptr) return "";
  std::vector<std::string> mutants;
  mutants.reserve(theorem->fails_on.size());
  for (const std::string_view mutant : theorem->fails_on) mutants.push_back(code(mutant));
  const Definition definition = definitions.of_theorem(law);
  return fmt::format("Proved of {}; it fails on {} ({}):\n\n{}\n", theorem->scope, fmt::join(mutants, ", "),
                     place(definition), block(definition));
}

std::string laws_text(const Clause& clause, const Definitions& definitions) {
  const auto laws = laws_of(clause);
  if (laws.empty()) return fmt::format("**No law** states it: {}.\n\n", clause.without_law);
  std::string text;
  for (const LawEntry& law : laws) {
    const Definition definition = definitions.of(law);
    text += fmt::format("**Law** {}, {} ({}):\n\n{}\n", code(law.name), form_name(law.form), place(definition),
                        block(definition));
    text += theorem_of(law.name, definitions);
  }
  return text;
}

/// A cell of the table of clauses as an item of a list.
std::string item(std::string_view title, const ClauseCell& cell, const std::string& entries) {
  if (cell.reason.empty()) return fmt::format("- **{}:** {}\n", title, entries);
  // Some reasons say so themselves: `none; in 2 examples of the book`.
  return fmt::format("- **{}:** {}\n", title,
                     cell.reason.starts_with("none") ? cell.reason : fmt::format("none ({})", cell.reason));
}

std::vector<std::string> codes(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const std::string& name : names) texts.push_back(code(name));
  return texts;
}

std::string tests_text(const Clause& clause) {
  std::vector<std::string> tests;
  for (const TestLink& test : tests_of(clause))
    tests.push_back(code(test.name.empty() ? test.file.string() : test.name));
  return tests.empty() ? "" : fmt::format("- **Tests that name it:** {}\n", few(tests, 8));
}

std::string recordings_text(const Clause& clause) {
  std::vector<std::string> recordings;
  std::uint64_t times = 0;
  for (const RecordingLink& recording : transcripts_of(clause)) {
    recordings.push_back(fmt::format("{} ({})", code(recording.file.string()), recording.times));
    times += recording.times;
  }
  return fmt::format("it decides {} outcome{} in {} recording{}: {}", times, times == 1 ? "" : "s",
                     recordings.size(), recordings.size() == 1 ? "" : "s", few(recordings));
}

std::string examples_text(const Clause& clause) {
  const auto examples = examples_of(clause);
  if (examples.empty()) return "";
  std::vector<std::string> places;
  places.reserve(examples.size());
  for (const ExampleLink& example : examples) places.push_back(fmt::format("`{}:{}`", example.file, example.line));
  return fmt::format("- **Examples of the book in which it decides:** {}\n", few(places));
}

std::string mistakes_text(const Clause& clause) {
  std::vector<std::string> texts;
  std::set<std::string> seen;
  for (const FoundMistake& found : all_found_mistakes()) {
    const bool is_defect = clause.kind == ClauseKind::defect;
    const std::string& name = is_defect ? found.what : found.mistake;
    if ((is_defect ? found.mistake : found.clause) != clause.name || !seen.insert(name).second) continue;
    texts.push_back(fmt::format("{} ({})", code(name), found.by));
  }
  return few(texts, 12);
}

std::string summary_of(const ClauseRow& row) {
  const auto count = [](const ClauseCell& cell, std::string_view what) {
    return cell.entries.empty() ? std::string() : fmt::format("{} {}", cell.entries.size(), what);
  };
  std::vector<std::string> parts{
      count(row.laws, row.laws.entries.size() == 1 ? "law" : "laws"), count(row.proved, "proved"),
      count(row.sampled, "sampled"),
      count(row.recordings, row.recordings.entries.size() == 1 ? "recording" : "recordings"),
      row.kind == "defect"
          ? std::string()
          : count(row.mistakes, row.mistakes.entries.size() == 1 ? "mistake found" : "mistakes found")};
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts.empty() ? "What is tied to this clause" : fmt::format("{}", fmt::join(parts, " · "));
}

}  // namespace

std::string evidence(const Clause& clause, const Definitions& definitions) {
  const ClauseRow row = row_of(clause);
  std::string text = fmt::format("<details class=\"evidence\"><summary>{}</summary>\n\n", xml(summary_of(row)));
  text += laws_text(clause, definitions);
  text += item("Examples that the compiler checks", row.examples, few(codes(row.examples.entries)));
  text += item("Random tests", row.sampled, row.sampled.summary);
  text += item("Proofs", row.proved, row.proved.summary);
  text += tests_text(clause);
  text += item("Recordings of 2.4.0", row.recordings, recordings_text(clause));
  text += examples_text(clause);
  text += item(row.kind == "defect" ? "Found by" : "Mistakes that break it, all found", row.mistakes,
               mistakes_text(clause));
  return text + "\n</details>\n";
}

}  // namespace refmm::book

#include <refmm/proofs/theorem.hpp>
#include <refmm/tests/law_examples.hpp>
#include <refmm/tests/sampled_laws.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/clause_mistakes.hpp>
#include <refmm/tools/clause_table.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/law_list.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace refmm {
namespace {

ClauseCell nothing(std::string reason) { return {{}, "", std::move(reason)}; }

ClauseCell some(std::vector<std::string> entries, const std::string& what = "") {
  std::string summary = fmt::format("{}{}{}", entries.size(), what.empty() ? "" : ": ", what);
  return {std::move(entries), std::move(summary), ""};
}

void add_once(std::vector<std::string>& list, std::string_view text) {
  if (std::ranges::find(list, text) == list.end()) list.emplace_back(text);
}

std::vector<std::string> names_of(const std::vector<LawEntry>& laws) {
  std::vector<std::string> names;
  names.reserve(laws.size());
  for (const LawEntry& law : laws) names.emplace_back(law.name);
  return names;
}

/// `1 of every state, 2 of every command`.
std::string forms_of(const std::vector<LawEntry>& laws) {
  std::string text;
  for (const LawForm form : {LawForm::every_state, LawForm::every_input, LawForm::every_step}) {
    const auto count = std::ranges::count(laws, form, &LawEntry::form);
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, form_name(form));
  }
  return text;
}

bool is_of_inputs(const LawEntry& law) { return law.form == LawForm::every_input; }

// ---- One column each --------------------------------------------------------------------------------------------------

ClauseCell laws_cell(const Clause& clause, const std::vector<LawEntry>& laws) {
  if (laws.empty()) return nothing(std::string(clause.without_law));
  ClauseCell cell = some(names_of(laws));
  cell.summary = forms_of(laws);
  return cell;
}

/// Names of laws that the compiler holds to examples.
const std::set<std::string_view>& laws_with_examples() {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> all;
    for (const LawNames& of_area :
         {buddy::laws_with_an_example(), slab::laws_with_an_example(), kernel_map::laws_with_an_example(),
          vma::laws_with_an_example(), malloc::laws_with_an_example()})
      all.insert(of_area.begin(), of_area.end());
    return all;
  }();
  return names;
}

ClauseCell examples_cell(const std::vector<LawEntry>& laws) {
  std::vector<std::string> names;
  for (const LawEntry& law : laws) {
    if (laws_with_examples().contains(law.name)) names.emplace_back(law.name);
  }
  if (!names.empty()) return some(std::move(names));
  if (laws.empty()) return nothing("no law");
  if (std::ranges::none_of(laws, is_of_inputs)) return nothing("its laws are of states");
  return nothing("none for the compiler; proved");
}

bool is_drawn(const LawEntry& law) {
  return std::ranges::find(all_sampled_laws(), law.name, &SampledLaw::name) != all_sampled_laws().end();
}

/// Every law of states and of commands is checked after each call of a random session.
ClauseCell sampled_cell(const std::vector<LawEntry>& laws) {
  std::vector<std::string> names;
  std::size_t drawn = 0;
  for (const LawEntry& law : laws) {
    if (is_of_inputs(law) && !is_drawn(law)) continue;
    names.emplace_back(law.name);
    drawn += is_of_inputs(law);
  }
  if (!names.empty()) {
    const std::size_t of_sessions = names.size() - drawn;
    const std::string with_inputs = drawn == 0 ? "" : fmt::format("{} with inputs", drawn);
    const std::string in_sessions = of_sessions == 0 ? "" : fmt::format("{} in sessions", of_sessions);
    ClauseCell cell = some(std::move(names));
    cell.summary = with_inputs + (with_inputs.empty() || in_sessions.empty() ? "" : ", ") + in_sessions;
    return cell;
  }
  return nothing(laws.empty() ? "no law" : "its premise is too rare; proved");
}

ClauseCell proved_cell(const Clause& clause, const std::vector<LawEntry>& laws) {
  std::vector<std::string> names, scopes;
  for (const TheoremLink& theorem : theorems_of(clause)) {
    names.push_back(theorem.name);
    add_once(scopes, theorem.scope);
  }
  if (!names.empty()) return some(std::move(names), fmt::format("{}", fmt::join(scopes, "; ")));
  return nothing(laws.empty() ? "no law" : "its laws are of states");
}

/// Why no recording shows a clause.
std::string why_not_recorded(const Clause& clause) {
  if (area_of(clause.name) == "malloc") return "the heap is no part of the kernel";
  if (clause.kind == ClauseKind::unspecified) return "nothing is promised";
  if (!decides(clause)) return "it decides nothing; it is kept";
  const std::size_t examples = examples_of(clause).size();
  if (examples != 0) return fmt::format("none; in {} example{} of the book", examples, examples == 1 ? "" : "s");
  return "none; in random sessions";
}

ClauseCell recordings_cell(const Clause& clause) {
  std::vector<std::string> files;
  std::uint64_t times = 0;
  for (const RecordingLink& recording : transcripts_of(clause)) {
    files.push_back(recording.file.string());
    times += recording.times;
  }
  if (files.empty()) return nothing(why_not_recorded(clause));
  ClauseCell cell = some(std::move(files));
  cell.summary += fmt::format(", {} times", times);
  return cell;
}

ClauseCell mistakes_cell(const Clause& clause, const std::vector<LawEntry>& laws) {
  std::vector<std::string> names;
  if (clause.kind == ClauseKind::defect) {
    for (const FoundMistake& found : all_found_mistakes()) {
      if (found.mistake == clause.name) add_once(names, found.what);
    }
    if (names.empty()) return nothing("nothing finds it");
    ClauseCell cell = some(std::move(names));
    cell.summary = "found by " + cell.summary;
    return cell;
  }
  for (const FoundMistake& found : all_found_mistakes()) {
    if (found.clause == clause.name) add_once(names, found.mistake);
  }
  if (!names.empty()) return some(std::move(names));
  if (clause.kind == ClauseKind::unspecified) return nothing("nothing is promised");
  if (laws.empty()) return nothing("no law to break");
  return nothing("none; fails on tampered states");
}

}  // namespace

ClauseRow row_of(const Clause& clause) {
  const std::vector<LawEntry> laws = laws_of(clause);
  return {.clause = std::string(clause.name),
          .kind = std::string(book::kind_name(clause.kind)),
          .laws = laws_cell(clause, laws),
          .examples = examples_cell(laws),
          .sampled = sampled_cell(laws),
          .proved = proved_cell(clause, laws),
          .recordings = recordings_cell(clause),
          .mistakes = mistakes_cell(clause, laws)};
}

const std::vector<std::string>& titles_of_columns() {
  static const std::vector<std::string> titles{"clause",  "kind",   "law",        "example",
                                               "sampled", "proved", "recordings", "mistakes found"};
  return titles;
}

std::vector<std::string> shown(const ClauseRow& row) {
  std::vector<std::string> cells{row.clause, row.kind};
  for (const ClauseCell* cell :
       {&row.laws, &row.examples, &row.sampled, &row.proved, &row.recordings, &row.mistakes})
    cells.push_back(cell->reason.empty() ? cell->summary : fmt::format("- ({})", cell->reason));
  return cells;
}

namespace {

std::string in_columns(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths(titles_of_columns().size());
  for (const auto& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const auto& cells : lines) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += fmt::format("{:<{}}", cells[i], widths[i] + 2);
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string below_each_other(const std::vector<std::vector<std::string>>& lines, std::size_t columns) {
  std::string text;
  for (const auto& cells : lines) {
    text += fmt::format("{} ({})\n", cells[0], cells[1]);
    for (std::size_t i = 2; i < cells.size(); ++i)
      text += wrapped(titles_of_columns()[i] + ": " + cells[i], 4, columns);
  }
  return text;
}

}  // namespace

std::string to_text(const std::vector<ClauseRow>& rows, std::optional<std::size_t> columns) {
  std::vector<std::vector<std::string>> lines;
  lines.reserve(rows.size() + 1);
  for (const ClauseRow& row : rows) lines.push_back(shown(row));
  if (columns) return below_each_other(lines, *columns);
  lines.insert(lines.begin(), titles_of_columns());
  return in_columns(lines);
}

}  // namespace refmm

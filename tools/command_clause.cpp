// refmm clause [ID] [--cite | --table] [--json]: the clauses of the book, and what is tied to each.
#include <refmm/spec/clause.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/clause_mistakes.hpp>
#include <refmm/tools/clause_table.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {
namespace {

struct Options {
  std::string name;
  bool cite = false;
  bool json = false;
  bool table = false;
};

std::vector<const Clause*> all_clauses() {
  std::vector<const Clause*> clauses;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) clauses.push_back(&clause);
  }
  return clauses;
}

/// The clauses whose names begin with `prefix` and a dot.
std::vector<const Clause*> clauses_below(const std::string& prefix) {
  std::vector<const Clause*> clauses = all_clauses();
  std::erase_if(clauses, [&](const Clause* clause) { return !clause->name.starts_with(prefix + "."); });
  return clauses;
}

/// All that can be asked for: clauses, and what their names begin with.
std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  for (const Clause* clause : all_clauses()) {
    names.push_back(clause->name);
    for (std::size_t dot = clause->name.find('.'); dot != clause->name.npos; dot = clause->name.find('.', dot + 1))
      names.push_back(clause->name.substr(0, dot));
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::string rule_of(const Clause& clause) {
  const book::Entry* entry = book::find_entry(clause.name);
  return entry ? book::first_sentence(entry->prose) : "";
}

// ---- For people -----------------------------------------------------------------------------------------------------

/// One line a clause; where a terminal is too narrow for that, the rule stands below the name.
Exit list(const std::vector<const Clause*>& clauses) {
  const auto columns = terminal_columns();
  for (const Clause* clause : clauses) {
    const std::string_view kind = book::kind_name(clause->kind);
    if (columns) {
      fmt::print("{} ({})\n{}", clause->name, kind, wrapped(rule_of(*clause), 4, *columns));
    } else {
      fmt::print("{:<38} {:<11} {}\n", clause->name, kind, rule_of(*clause));
    }
  }
  return Exit::agree;
}

void show_links(const char* title, const std::vector<std::string>& links) {
  fmt::print("\n{}\n", title);
  for (const std::string& link : links) fmt::print("  {}\n", link);
  if (links.empty()) fmt::print("  none\n");
}

std::vector<std::string> law_lines(const Clause& clause) {
  std::vector<std::string> lines;
  if (!clause.without_law.empty()) lines.push_back(fmt::format("none: {}", clause.without_law));
  for (const LawEntry& law : laws_of(clause))
    lines.push_back(fmt::format("{} ({})", law.name, form_name(law.form)));
  return lines;
}

std::vector<std::string> theorem_lines(const Clause& clause) {
  std::vector<std::string> lines;
  for (const TheoremLink& theorem : theorems_of(clause))
    lines.push_back(fmt::format("{} ({})", theorem.name, theorem.scope));
  return lines;
}

std::vector<std::string> test_lines(const Clause& clause) {
  std::vector<std::string> lines;
  for (const TestLink& test : tests_of(clause))
    lines.push_back(test.name.empty() ? test.file.string()
                                      : fmt::format("{} ({})", test.name, test.file.string()));
  return lines;
}

constexpr std::size_t a_few = 5;

/// A few recordings, and how many there are.
std::vector<std::string> transcript_lines(const Clause& clause) {
  const std::vector<RecordingLink> transcripts = transcripts_of(clause);
  std::vector<std::string> lines;
  for (const RecordingLink& transcript : transcripts | std::views::take(a_few))
    lines.push_back(fmt::format("{} (decides {})", transcript.file.string(), transcript.times));
  if (transcripts.size() > a_few) lines.push_back(fmt::format("and {} more", transcripts.size() - a_few));
  if (transcripts.empty() && clause.without_law.empty()) lines.push_back("none: it decides no outcome in any");
  return lines;
}

/// The examples of the book in which it decides: a few, and how many there are.
std::vector<std::string> example_lines(const Clause& clause) {
  const std::vector<ExampleLink> examples = examples_of(clause);
  std::vector<std::string> lines;
  for (const ExampleLink& example : examples | std::views::take(a_few))
    lines.push_back(fmt::format("{}:{} (decides {})", example.file, example.line, example.times));
  if (examples.size() > a_few) lines.push_back(fmt::format("and {} more", examples.size() - a_few));
  return lines;
}

/// The mistakes that break it, or, of a defect, what finds that.
std::vector<std::string> mistake_lines(const Clause& clause) {
  const bool is_defect = clause.kind == ClauseKind::defect;
  std::vector<std::string> lines;
  for (const FoundMistake& found : all_found_mistakes()) {
    if ((is_defect ? found.mistake : found.clause) != clause.name) continue;
    const std::string line = fmt::format("{} ({}{}{})", is_defect ? found.what : found.mistake, found.by,
                                         is_defect || found.what.empty() ? "" : " ", is_defect ? "" : found.what);
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  return lines;
}

Exit show(const Clause& clause) {
  fmt::print("{}\n{} · {}\n", clause.name, book::kind_name(clause.kind), clause.source);
  if (const book::Entry* entry = book::find_entry(clause.name))
    fmt::print("\n{}\n{}:{}\n", without_fences(entry->prose), entry->file, entry->line);
  if (const auto below = clauses_below(std::string(clause.name)); !below.empty()) {
    std::vector<std::string> names;
    for (const Clause* each : below) names.emplace_back(each->name);
    show_links("clauses below", names);
  }
  show_links("laws", law_lines(clause));
  show_links("theorems", theorem_lines(clause));
  show_links("tests", test_lines(clause));
  show_links("transcripts", transcript_lines(clause));
  show_links("examples of the book", example_lines(clause));
  show_links(clause.kind == ClauseKind::defect ? "found by" : "mistakes that break it", mistake_lines(clause));
  return Exit::agree;
}

// ---- For programs ---------------------------------------------------------------------------------------------------

Json json_of(const Clause& clause) {
  Json json{{"name", clause.name}, {"kind", book::kind_name(clause.kind)}, {"source", clause.source}};
  if (const book::Entry* entry = book::find_entry(clause.name)) {
    json["prose"] = entry->prose;
    json["file"] = entry->file;
    json["line"] = entry->line;
  }
  if (!clause.without_law.empty()) json["without_law"] = clause.without_law;
  for (const char* links : {"laws", "theorems", "tests", "transcripts", "mistakes"}) json[links] = Json::array();
  for (const LawEntry& law : laws_of(clause))
    json["laws"].push_back({{"name", law.name}, {"form", form_name(law.form)}});
  for (const TheoremLink& theorem : theorems_of(clause))
    json["theorems"].push_back({{"name", theorem.name}, {"scope", theorem.scope}});
  for (const TestLink& test : tests_of(clause))
    json["tests"].push_back({{"name", test.name}, {"file", test.file.string()}});
  for (const RecordingLink& transcript : transcripts_of(clause))
    json["transcripts"].push_back({{"file", transcript.file.string()}, {"times", transcript.times}});
  for (const FoundMistake& found : all_found_mistakes()) {
    if (found.clause == clause.name)
      json["mistakes"].push_back({{"name", found.mistake}, {"by", found.by}, {"what", found.what}});
  }
  return json;
}

Exit print_json(const std::vector<const Clause*>& clauses) {
  Json json = Json::array();
  for (const Clause* clause : clauses) json.push_back(json_of(*clause));
  fmt::print("{}\n", json.dump(2));
  return Exit::agree;
}

// ---- The table --------------------------------------------------------------------------------------------------------

Exit print_table(const std::vector<const Clause*>& clauses, bool as_json) {
  std::vector<ClauseRow> rows;
  rows.reserve(clauses.size());
  for (const Clause* clause : clauses) rows.push_back(row_of(*clause));
  fmt::print("{}", as_json ? write_json(rows).dump(2) + "\n" : to_text(rows, terminal_columns()));
  return Exit::agree;
}

// ---- BibTeX ---------------------------------------------------------------------------------------------------------

/// Text as TeX sets it.
std::string tex(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped.append(c == '_' ? "\\" : "").push_back(c);
  return escaped;
}

/// What names are cited with: the version without its last number, for versions that differ in that only have the same clauses.
std::string version_of_names() {
  const std::string version = REFMM_VERSION;
  return "refmm-" + version.substr(0, version.rfind('.'));
}

/// A BibTeX entry of the version that this is; of one clause where one is named.
Exit cite(const Clause* clause) {
  const std::string_view name = clause ? clause->name : "";
  fmt::print("@misc{{refmm{}{},\n", clause ? ":" : "", name);
  fmt::print("  author       = {{{{{}}}}},\n", REFMM_CITATION_AUTHORS);
  fmt::print("  title        = {{{{{}}}}},\n", REFMM_CITATION_TITLE);
  fmt::print("  year         = {{{}}},\n", REFMM_CITATION_YEAR);
  if (clause) {
    const book::Entry* entry = book::find_entry(name);
    fmt::print("  howpublished = {{Version {}{}{}}},\n", REFMM_VERSION, entry ? ", " : "",
               entry ? entry->file : "");
    fmt::print("  note         = {{Clause \\texttt{{{}:{}}}, of \\texttt{{{}}} of Linux 2.4.0}}\n",
               version_of_names(), tex(name), tex(clause->source));
  } else {
    fmt::print("  howpublished = {{Version {}}}\n", REFMM_VERSION);
  }
  fmt::print("}}\n");
  return Exit::agree;
}

/// Takes the version off a name that was cited with it, `refmm-0.1:slab.order`. A name means the same in every version.
void remove_version(std::string& name) {
  const std::size_t colon = name.find(':');
  if (!name.starts_with("refmm-") || colon == name.npos) return;
  const std::string version = name.substr(0, colon);
  if (version != version_of_names())
    fmt::print(stderr, "refmm: cited from {}; this is {}, with what is tied to the clause there\n", version,
               version_of_names());
  name.erase(0, colon + 1);
}

/// The name as it is in the tables: `[slab.order]` and `slab.grow.*` are what sources write, `refmm-0.1:slab.order` what is cited.
std::string plain(std::string name) {
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  remove_version(name);
  if (name.ends_with(".*")) name.resize(name.size() - 2);
  return name;
}

Exit unknown(const std::string& name) {
  return usage_error(fmt::format("there is no clause {}{}\nrefmm clause lists them all.", name,
                                 did_you_mean(name, known_names())));
}

Exit run(const Options& options) {
  if (options.name.empty()) {
    if (options.table) return print_table(all_clauses(), options.json);
    if (options.json) return print_json(all_clauses());
    return options.cite ? cite(nullptr) : list(all_clauses());
  }
  const std::string name = plain(options.name);
  if (const Clause* clause = find_clause(name)) {
    if (options.table) return print_table({clause}, options.json);
    if (options.json) return print_json({clause});
    return options.cite ? cite(clause) : show(*clause);
  }
  const auto below = clauses_below(name);
  if (below.empty()) return unknown(options.name);
  if (options.table) return print_table(below, options.json);
  if (options.json) return print_json(below);
  if (options.cite)
    return usage_error(
        fmt::format("{} is the beginning of {} names; --cite takes one clause", name, below.size()));
  return list(below);
}

completion::Values values() { return {{"ID", completion::names(known_names())}}; }

}  // namespace

SubCommand add_clause(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("clause", "List the clauses of the book, or show one");
  const auto options = std::make_shared<Options>();
  app->add_option("ID", options->name, "A clause, as slab.grow.colour; or the beginning of several, as slab.grow");
  CLI::Option* cite = app->add_flag("--cite", options->cite, "Print the BibTeX entry of the clause, or of refmm");
  app->add_flag("--json", options->json, "Print the clauses for programs, with all that is tied to them")
      ->excludes(cite);
  app->add_flag("--table", options->table,
                "Print what holds each clause up: laws, examples, random tests, proofs, recordings, mistakes that "
                "were found")
      ->excludes(cite);
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command

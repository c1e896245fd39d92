// refmm clause [ID] [--cite]: the clauses of the book, and what is tied to each.
#include <refmm/spec/clause.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_links.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/spec/nearest.hpp>

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {
namespace {

struct Options {
  std::string name;
  bool cite = false;
};

std::vector<std::string_view> clause_names() {
  std::vector<std::string_view> names;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) names.push_back(clause.name);
  }
  return names;
}

Exit list() {
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      const book::Entry* entry = book::find_entry(clause.name);
      fmt::print("{:<38} {:<11} {}\n", clause.name, book::kind_name(clause.kind),
                 entry ? book::first_sentence(entry->prose) : "");
    }
  }
  return Exit::agree;
}

void show_laws(const Clause& clause) {
  fmt::print("\nlaws\n");
  if (!clause.without_law.empty()) fmt::print("  none: {}\n", clause.without_law);
  for (const LawEntry& law : laws_of(clause)) fmt::print("  {} ({})\n", law.name, form_name(law.form));
}

void show_tests(const Clause& clause) {
  fmt::print("\ntests\n");
  for (const auto& test : tests_of(clause)) fmt::print("  {}\n", test.string());
}

Exit show(const Clause& clause) {
  fmt::print("{}\n{} · {}\n", clause.name, book::kind_name(clause.kind), clause.source);
  if (const book::Entry* entry = book::find_entry(clause.name)) {
    fmt::print("\n{}\n\n{}:{}\n", entry->prose, entry->file, entry->line);
  }
  show_laws(clause);
  show_tests(clause);
  return Exit::agree;
}

/// Text as TeX sets it.
std::string tex(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped.append(c == '_' ? "\\" : "").push_back(c);
  return escaped;
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
    fmt::print("  note         = {{Clause [\\texttt{{{}}}], of \\texttt{{{}}} of Linux 2.4.0}}\n", tex(name),
               tex(clause->source));
  } else {
    fmt::print("  howpublished = {{Version {}}}\n", REFMM_VERSION);
  }
  fmt::print("}}\n");
  return Exit::agree;
}

Exit run(const Options& options) {
  if (options.name.empty()) return options.cite ? cite(nullptr) : list();
  const Clause* clause = find_clause(options.name);
  if (!clause) {
    return usage_error(fmt::format("there is no clause {}{}\nrefmm clause lists them all.", options.name,
                                   did_you_mean(options.name, clause_names())));
  }
  return options.cite ? cite(clause) : show(*clause);
}

}  // namespace

SubCommand add_clause(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("clause", "List the clauses of the book, or show one");
  const auto options = std::make_shared<Options>();
  app->add_option("ID", options->name, "The name of a clause, as in slab.grow.colour");
  app->add_flag("--cite", options->cite, "Print the BibTeX entry of the clause, or of refmm");
  return {app, [options] { return run(*options); }};
}

}  // namespace refmm::command

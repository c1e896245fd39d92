#include <refmm/tools/book.hpp>
#include <refmm/tools/book_indices.hpp>
#include <refmm/tools/clause_reference.hpp>
#include <refmm/tools/clause_table.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <vector>

namespace refmm::book {
namespace {

std::string reference(std::string_view clause) { return fmt::format("{{ref}}`{}`", clause); }

/// Text for a cell of a table.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

/// The title of the chapter that a table of clauses is of.
std::string title_of(std::size_t table) {
  const std::string_view text = chapters()[table].text;
  return std::string(text.substr(2, text.find('\n') - 2));
}

/// The paragraph that a page begins with, under its title.
std::string beginning(std::string_view title, std::string_view text) {
  return fmt::format("# {}\n\n{}\n\n", title, text);
}

}  // namespace

std::string index_of_clauses() {
  std::string text =
      beginning("Index of clauses",
                "Every clause of the book with its kind and its rule. A name is never used again for "
                "something else, so that it can be cited: {ref}`how <citing>`.");
  for (std::size_t table = 0; table < clause_tables.size(); ++table) {
    text += fmt::format("## {}: clauses\n\n| clause | kind | rule |\n| --- | --- | --- |\n", title_of(table));
    for (const Clause& clause : clause_tables[table]) {
      const Entry* entry = find_entry(clause.name);
      text += fmt::format("| {} | {} | {} |\n", reference(clause.name), kind_name(clause.kind),
                          entry == nullptr ? "" : cell(linked(first_sentence(entry->prose), {})));
    }
    text += "\n";
  }
  return text;
}

std::string index_of_functions() {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> files;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      const std::size_t colon = clause.source.find(':');
      files[std::string(clause.source.substr(0, colon))]
           [std::string(clause.source.substr(std::min(colon + 1, clause.source.size())))]
               .push_back(reference(clause.name));
    }
  }
  std::string text = beginning(
      "Index of kernel functions",
      "The functions of Linux 2.4.0 that clauses describe (and, for the heap, of the C library), by file.");
  for (const auto& [file, functions] : files) {
    text += fmt::format("({})=\n## {}\n\n| function | clauses |\n| --- | --- |\n", label_of_source(file), file);
    for (const auto& [function, clauses] : functions)
      text += fmt::format("| `{}` | {} |\n", function.empty() ? file : function, fmt::join(clauses, ", "));
    text += "\n";
  }
  return text;
}

std::string index_of_terms(const Pages& pages) {
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> places;
  for (const Term& term : pages.terms) {
    const std::string where = fmt::format("{}: {}", term.page, link(term.heading, term.label));
    auto& list = places[{lower(term.term), term.term}];
    if (std::ranges::find(list, where) == list.end()) list.push_back(where);
  }
  std::string text = beginning("Index of terms", "The words that chapters explain, where they stand in bold.");
  text += "| term | where |\n| --- | --- |\n";
  for (const auto& [term, where] : places)
    text += fmt::format("| {} | {} |\n", cell(term.second), fmt::join(where, ", "));
  return text;
}

std::string list_of_figures(const Pages& pages) {
  std::string text = beginning("Figures",
                               "No figure is drawn by hand: each is the state of the model behind some line of a "
                               "recording of 2.4.0, drawn when the "
                               "book is made.");
  text += "| figure | recording |\n| --- | --- |\n";
  for (const Figure& figure : pages.figures)
    text += fmt::format("| {} | `{}` |\n", link(figure.title, pages.places_of_figures.at(figure.name)),
                        figure.recording);
  return text;
}

std::string traceability() {
  std::string text = beginning("What holds each clause up",
                               "A row for each clause: the laws that state it, and of these how many the compiler "
                               "holds to examples, random tests hold to "
                               "inputs or to whole sessions, and Z3 proves, and of what; the recordings of 2.4.0 "
                               "in which the clause decides, and how "
                               "many outcomes; and the mistakes that break it and are found. The table is made "
                               "from the code whenever the book is; `refmm "
                               "clause --table` prints it.\n\n"
                               "A cell with nothing in it says why. Laws *of states* speak of whole states or "
                               "whole commands: they are checked after every "
                               "call of every session, and are no inputs for the compiler or the prover. A clause "
                               "that *decides nothing* is kept by others: "
                               "no branch of the model is taken because of it. Where no mistake is known that "
                               "breaks a clause, tests tamper with states until "
                               "its law notices.");
  for (std::size_t table = 0; table < clause_tables.size(); ++table) {
    text += fmt::format("## {}: what holds it up\n\n| {} |\n|", title_of(table),
                        fmt::join(titles_of_columns(), " | "));
    for (std::size_t i = 0; i < titles_of_columns().size(); ++i) text += " --- |";
    text += "\n";
    for (const Clause& clause : clause_tables[table]) {
      std::vector<std::string> cells = shown(row_of(clause));
      cells[0] = reference(clause.name);
      for (std::size_t i = 2; i < cells.size(); ++i)
        cells[i] =
            cell(cells[i].starts_with("- (") ? "*" + cells[i].substr(3, cells[i].size() - 4) + "*" : cells[i]);
      text += fmt::format("| {} |\n", fmt::join(cells, " | "));
    }
    text += "\n";
  }
  return text;
}

}  // namespace refmm::book

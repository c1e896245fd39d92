#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/buddy_defects.hpp>
#include <refmm/spec/kernel_map_defects.hpp>
#include <refmm/spec/malloc_defects.hpp>
#include <refmm/spec/process_defects.hpp>
#include <refmm/spec/vma_defects.hpp>
#include <refmm/tools/clause_mistake_texts.hpp>
#include <refmm/tools/clause_mistakes.hpp>
#include <refmm/tools/law_list.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace refmm {
namespace {

void add_what_theorems_find(std::vector<FoundMistake>& list) {
  for (const Theorem& theorem : all_theorems()) {
    for (const std::string_view mutant : theorem.fails_on)
      list.push_back({std::string(mutant), "Z3", std::string(theorem.name), std::string(theorem.clause->name)});
  }
}

void add_what_defects_break(const auto& broken_by, std::vector<FoundMistake>& list) {
  for (const auto& row : broken_by) {
    const auto law = std::ranges::find(all_laws(), row.law, &LawEntry::name);
    if (law == all_laws().end()) throw std::logic_error(fmt::format("no law is called {}", row.law));
    const bool is_theorem = law->form == LawForm::every_input;
    list.push_back({std::string(row.defect->name), is_theorem ? "Z3" : "law", std::string(row.law),
                    std::string(law->clause->name)});
  }
}

std::vector<FoundMistake> collect() {
  std::vector<FoundMistake> list;
  add_what_theorems_find(list);
  add_what_defects_break(buddy::broken_by, list);
  add_what_defects_break(kernel_map::broken_by, list);
  add_what_defects_break(vma::broken_by, list);
  add_what_defects_break(process::broken_by, list);
  add_what_defects_break(process::broken_by_defects_of_areas, list);
  add_what_defects_break(malloc::broken_by, list);
  for (const EmbeddedFile& file : found_mistake_texts())
    std::ranges::move(read_found_mistakes(file.text), std::back_inserter(list));
  return list;
}

}  // namespace

std::vector<FoundMistake> read_found_mistakes(std::string_view text) {
  std::vector<FoundMistake> list;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, '\t');) fields.push_back(field);
    if (fields.size() != 4)
      throw std::invalid_argument(fmt::format(
          "line {}: expected a mistake, what finds it, what is broken and the clause, found {}", number, line));
    list.push_back({fields[0], fields[1], fields[2], fields[3]});
  }
  return list;
}

const std::vector<FoundMistake>& all_found_mistakes() {
  static const std::vector<FoundMistake> list = collect();
  return list;
}

}  // namespace refmm

#include <refmm/tools/clause_reference.hpp>

#include <algorithm>
#include <regex>

namespace refmm {
namespace {

/// True of the first part of any clause's name: `vma`, and `defect` as well.
bool is_area(std::string_view area) {
  return std::ranges::any_of(clause_tables, [&](const auto& table) {
    return std::ranges::any_of(
        table, [&](const Clause& clause) { return clause.name.substr(0, clause.name.find('.')) == area; });
  });
}

void append_references(std::string_view line, std::uint32_t number, std::vector<ClauseReference>& found) {
  static const std::regex in_brackets(R"(\[([a-z_]+)((\.[a-z_*]+)+)\])");
  using Iterator = std::regex_iterator<std::string_view::const_iterator>;
  for (Iterator it(line.begin(), line.end(), in_brackets), end; it != end; ++it) {
    const std::string area = (*it)[1].str();
    if (is_area(area)) found.push_back({area + (*it)[2].str(), number});
  }
}

void for_each_line(std::string_view text, auto visit) {
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    visit(text.substr(begin, end - begin), ++number);
    begin = end + 1;
  }
}

}  // namespace

std::vector<ClauseReference> references_of_prose(std::string_view text) {
  std::vector<ClauseReference> found;
  for_each_line(text,
                [&](std::string_view line, std::uint32_t number) { append_references(line, number, found); });
  return found;
}

std::vector<ClauseReference> references_of_source(std::string_view text) {
  std::vector<ClauseReference> found;
  for_each_line(text, [&](std::string_view line, std::uint32_t number) {
    const std::size_t comment = line.find("//");
    if (comment != line.npos) append_references(line.substr(comment), number, found);
  });
  return found;
}

bool means(std::string_view name, std::string_view clause) {
  const std::size_t star = name.find('*');
  if (star == name.npos) return name == clause;
  if (clause.substr(0, star) != name.substr(0, star)) return false;
  const std::string_view behind = name.substr(star + 1);
  for (std::size_t begin = star; begin <= clause.size(); ++begin) {
    if (means(behind, clause.substr(begin))) return true;
  }
  return false;
}

bool means_any_clause(std::string_view name) {
  return std::ranges::any_of(clause_tables, [&](const auto& table) {
    return std::ranges::any_of(table, [&](const Clause& clause) { return means(name, clause.name); });
  });
}

}  // namespace refmm

#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/scenario_names.hpp>

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::scenario {

using transcript::Source;
using transcript::Word;

namespace {

/// The figure that a part makes, if it makes one.
const Word* figure_of(const Part& part) {
  if (const auto* count = std::get_if<Count>(&part.content)) return &count->figure;
  if (const auto* read = std::get_if<Read>(&part.content)) return &read->figure;
  if (const auto* derive = std::get_if<Derive>(&part.content)) return &derive->figure;
  return nullptr;
}

/// The figures that arithmetic uses.
std::vector<Word> figures_in(const Arithmetic& arithmetic) {
  std::vector<Word> names;
  for (const Term& term : arithmetic.terms) {
    if (!term.figure.empty()) names.push_back({term.at, term.figure});
  }
  return names;
}

/// The names that there are so far.
class Names {
 public:
  explicit Names(const Scenario& scenario) : scenario_(scenario) {
    if (!scenario.kept) return;
    for (const auto& [name, figure] : scenario.kept->figures) known_.insert(name);
  }

  void make(const Word& name) {
    const auto& kept = scenario_.kept;
    const bool of_kept = kept && (kept->figures.contains(name.text) || kept->pictures.contains(name.text));
    if (!of_kept && made_.emplace(name.text, name.at).second) return;
    throw scenario_.file.source->error(
        {.at = name.at,
         .message = "this name is taken",
         .expected = "a name of its own for each figure and picture",
         .found = in_backticks(name.text),
         .hint = of_kept ? "another one: this is in the kept run"
                         : fmt::format("another one: this is made in line {}", made_[name.text].line)});
  }

  void make_figure(const Word& name) {
    make(name);
    known_.insert(name.text);
  }

  void use(const Word& name) {
    used_.insert(name.text);
    if (known_.contains(name.text)) return;
    const std::vector<std::string_view> names(known_.begin(), known_.end());
    throw reading::no_such(*scenario_.file.source, name, "there is no such figure", names);
  }

  bool is_used(const Word& name) const { return used_.contains(name.text); }

 private:
  const Scenario& scenario_;
  std::map<std::string, Position, std::less<>> made_{};
  std::set<std::string, std::less<>> known_{};  // figures
  std::set<std::string, std::less<>> used_{};
};

}  // namespace

void check_names(const Scenario& scenario) {
  Names names(scenario);
  for (const Part& part : scenario.parts) {
    if (const auto* draw = std::get_if<Draw>(&part.content)) names.make(draw->picture);
    if (const auto* derive = std::get_if<Derive>(&part.content)) {
      for (const Word& name : figures_in(derive->value)) names.use(name);
    }
    if (const Word* figure = figure_of(part)) names.make_figure(*figure);
  }
  for (const Word& name : figures_spoken_of(scenario)) names.use(name);
  for (const Part& part : scenario.parts) {
    const Word* name = figure_of(part);
    if (name == nullptr || names.is_used(*name)) continue;
    throw scenario.file.source->error(
        {.at = name->at,
         .message = "nothing speaks of this figure",
         .expected = fmt::format("`{{{}}}` in the narration, or arithmetic that uses it", name->text),
         .found = in_backticks(name->text)});
  }
}

std::vector<Word> figures_in(const Source& source, const Word& line) {
  std::vector<Word> names;
  for (std::size_t brace = line.text.find_first_of("{}"); brace != line.text.npos;) {
    const Position at{line.at.line, line.at.column + static_cast<std::uint32_t>(brace)};
    const std::size_t end = line.text.find('}', brace);
    const std::string_view name = end == line.text.npos
                                      ? std::string_view()
                                      : std::string_view(line.text).substr(brace + 1, end - brace - 1);
    if (line.text[brace] == '}' || !is_figure_name(name))
      throw source.error({.at = at,
                          .message = "a brace encloses the name of a figure",
                          .expected = "`{name}`",
                          .found = in_backticks(std::string_view(line.text).substr(brace))});
    names.push_back({{at.line, at.column + 1}, std::string(name)});
    brace = line.text.find_first_of("{}", end + 1);
  }
  return names;
}

std::vector<Word> figures_spoken_of(const Scenario& scenario) {
  std::vector<Word> names;
  const auto append = [&](const std::vector<Word>& more) { names.insert(names.end(), more.begin(), more.end()); };
  for (const Part& part : scenario.parts) {
    if (const auto* derive = std::get_if<Derive>(&part.content)) append(figures_in(derive->value));
    if (const auto* paragraph = std::get_if<Paragraph>(&part.content)) {
      for (const Word& line : paragraph->lines) append(figures_in(*scenario.file.source, line));
    }
  }
  return names;
}

}  // namespace refmm::scenario

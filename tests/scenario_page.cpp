#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/scenario_page.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace refmm::scenario {

using transcript::Source;
using transcript::Word;

namespace {

constexpr std::string_view fence = "```";
constexpr std::string_view comment_begin = "<!--";
constexpr std::string_view comment_end = "-->";
constexpr std::string_view picture_begin = "<!--picture ";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// What a value is made of, outside of backticks.
constexpr bool is_value_byte(char c) {
  return is_digit(c) || is_letter(c) || std::string_view(".,%+-").find(c) != std::string_view::npos;
}

/// The bytes of a line that are between backticks, these included.
std::vector<bool> code_in(std::string_view line) {
  std::vector<bool> code(line.size(), false);
  for (std::size_t begin = line.find('`'); begin != line.npos;) {
    const std::size_t end = line.find('`', begin + 1);
    if (end == line.npos) break;
    std::fill(code.begin() + static_cast<std::ptrdiff_t>(begin),
              code.begin() + static_cast<std::ptrdiff_t>(end) + 1, true);
    begin = line.find('`', end + 1);
  }
  return code;
}

class PageReader {
 public:
  explicit PageReader(Source source) : page_{std::move(source), {}, {}} {}

  Page read() {
    for (std::uint32_t number = 1; number <= page_.source.lines(); ++number) {
      const std::string_view line = page_.source.line(number);
      if (line.starts_with(picture_begin)) {
        number = picture(number);
      } else if (line.starts_with(fence)) {
        number = end_of_block(number);
      } else {
        figures(number, line);
      }
    }
    return std::move(page_);
  }

 private:
  InputError error(Position at, std::string message, std::string expected, std::string hint = "") const {
    return page_.source.error({.at = at,
                               .message = std::move(message),
                               .expected = std::move(expected),
                               .found = in_backticks(page_.source.line(at.line).substr(at.column - 1)),
                               .hint = std::move(hint)});
  }

  /// The line of the fence that ends the block which begins in line `begin`.
  std::uint32_t end_of_block(std::uint32_t begin) const {
    for (std::uint32_t number = begin + 1; number <= page_.source.lines(); ++number) {
      if (page_.source.line(number).starts_with(fence)) return number;
    }
    throw error({begin, 1}, "the block is not closed", "three backticks below its last line");
  }

  /// Returns the line of its last fence.
  std::uint32_t picture(std::uint32_t number) {
    const std::string_view line = page_.source.line(number);
    const std::string_view name = line.substr(picture_begin.size(), line.find(comment_end) - picture_begin.size());
    const Position at{number, static_cast<std::uint32_t>(picture_begin.size() + 1)};
    if (!line.ends_with(comment_end) || !is_figure_name(name))
      throw error(at, "this is not the name of a picture", "`<!--picture name-->` on a line of its own");
    if (!page_.source.line(number + 1).starts_with(fence))
      throw error({number, 1}, "a picture is a block", "three backticks in the next line");
    const std::uint32_t end = end_of_block(number + 1);
    page_.pictures.push_back({std::string(name), at, number + 2, end});
    return end;
  }

  void figures(std::uint32_t number, std::string_view line) {
    const std::vector<bool> code = code_in(line);
    for (std::size_t begin = line.find(comment_begin); begin != line.npos;
         begin = line.find(comment_begin, begin + comment_begin.size())) {
      if (code[begin]) continue;
      const std::size_t name_begin = begin + comment_begin.size();
      const Position at{number, static_cast<std::uint32_t>(name_begin + 1)};
      const std::size_t name_end = line.find(comment_end, begin);
      const std::string_view name = line.substr(name_begin, std::min(name_end, line.size()) - name_begin);
      if (name_end == line.npos || !is_figure_name(name))
        throw error(at, "a comment names the figure before it, or a picture", "`<!--name-->`");
      const bool in_code = begin != 0 && code[begin - 1];
      const std::size_t value_end = in_code ? begin - 1 : begin;
      page_.figures.push_back({std::string(name), at, begin_of_value(line, value_end, in_code), value_end});
    }
  }

  static std::size_t begin_of_value(std::string_view line, std::size_t end, bool in_code) {
    std::size_t begin = end;
    while (begin != 0 && (in_code ? line[begin - 1] != '`' : is_value_byte(line[begin - 1]))) --begin;
    return begin;
  }

  Page page_;
};

/// The value called `name`.
template <class Values>
const typename Values::mapped_type& named(const Page& page, const std::string& name, Position at,
                                          const Values& values, const char* what) {
  const auto found = values.find(name);
  if (found != values.end()) return found->second;
  std::vector<std::string_view> names;
  names.reserve(values.size());
  for (const auto& [known, value] : values) names.push_back(known);
  if (names.empty())
    throw page.source.error({.at = at,
                             .message = fmt::format("the scenario has no {}", what),
                             .expected = fmt::format("a scenario that makes {}", in_backticks(name)),
                             .found = in_backticks(name)});
  throw reading::no_such(page.source, {at, name}, fmt::format("the scenario has no such {}", what), names);
}

std::string value_in(const Page& page, const PulledFigure& pulled) {
  return std::string(page.source.line(pulled.at.line).substr(pulled.begin, pulled.end - pulled.begin));
}

/// The value of a figure, which must be readable again where it stands.
const std::string& value_of_run(const Page& page, const PulledFigure& pulled, const Figures& figures) {
  const std::string& value = named(page, pulled.name, pulled.at, figures, "figure").text;
  const std::string_view line = page.source.line(pulled.at.line);
  const bool in_code = pulled.end != line.size() && line[pulled.end] == '`';
  if (in_code ? value.find('`') != value.npos : !std::ranges::all_of(value, is_value_byte))
    throw page.source.error({.at = {pulled.at.line, static_cast<std::uint32_t>(pulled.begin + 1)},
                             .message = "this value cannot be told from the text around it",
                             .expected = "a value with blanks in backticks, before the comment",
                             .found = in_backticks(value)});
  return value;
}

std::vector<std::string> block_in(const Page& page, const PulledPicture& pulled) {
  std::vector<std::string> lines;
  for (std::uint32_t number = pulled.first; number != pulled.end; ++number)
    lines.emplace_back(page.source.line(number));
  return lines;
}

}  // namespace

Page read_page(Source source) { return PageReader(std::move(source)).read(); }

std::string brought_up_to_date(const Page& page, const Figures& figures, const Pictures& pictures) {
  std::string text;
  auto figure = page.figures.begin();
  auto picture = page.pictures.begin();
  for (std::uint32_t number = 1; number <= page.source.lines(); ++number) {
    if (picture != page.pictures.end() && number == picture->first) {
      for (const std::string& line : named(page, picture->name, picture->at, pictures, "picture"))
        text += line + "\n";
      number = picture++->end;
    }
    std::string line(page.source.line(number));
    std::size_t added = 0;  // modulo 2^64, where values become shorter
    for (; figure != page.figures.end() && figure->at.line == number; ++figure) {
      const std::string& value = value_of_run(page, *figure, figures);
      line.replace(figure->begin + added, figure->end - figure->begin, value);
      added += value.size() - (figure->end - figure->begin);
    }
    text += line;
    if (number != page.source.lines() || page.source.ends_with_line_end()) text += "\n";
  }
  return text;
}

std::vector<Outdated> outdated(const Page& page, const Figures& figures, const Pictures& pictures) {
  std::vector<Outdated> found;
  for (const PulledFigure& pulled : page.figures) {
    const std::string has = value_in(page, pulled), &is = value_of_run(page, pulled, figures);
    if (has != is) found.push_back({pulled.at, pulled.name, has, is});
  }
  for (const PulledPicture& pulled : page.pictures) {
    const std::vector<std::string> has = block_in(page, pulled);
    const std::vector<std::string>& is = named(page, pulled.name, pulled.at, pictures, "picture");
    if (has == is) continue;
    const auto [of_page, of_run] = std::ranges::mismatch(has, is);
    found.push_back({{pulled.first + static_cast<std::uint32_t>(of_page - has.begin()), 1},
                     pulled.name,
                     of_page == has.end() ? "the end" : *of_page,
                     of_run == is.end() ? "the end" : *of_run});
  }
  return found;
}

// ---- Loose numbers --------------------------------------------------------------------------------------------

namespace {

/// Blanks in place of what may hold numbers: code, links, clauses and other brackets.
std::string prose_of(std::string line) {
  const std::vector<bool> code = code_in(line);
  for (std::size_t i = 0; i != line.size(); ++i) {
    if (code[i]) line[i] = ' ';
  }
  for (std::size_t begin = line.find('['); begin != line.npos; begin = line.find('[', begin + 1)) {
    std::size_t end = line.find(']', begin);
    if (end == line.npos) break;
    if (line.substr(end + 1).starts_with("(")) end = line.find(')', end);
    end = std::min(end, line.size() - 1);
    std::fill(line.begin() + static_cast<std::ptrdiff_t>(begin),
              line.begin() + static_cast<std::ptrdiff_t>(end) + 1, ' ');
  }
  return line;
}

void append_numbers(const std::string& prose, std::uint32_t number, std::vector<Word>& found) {
  constexpr std::string_view kernel = "2.4.0";
  for (std::size_t begin = 0; begin < prose.size(); ++begin) {
    if (!is_value_byte(prose[begin])) continue;
    std::size_t end = begin;
    while (end != prose.size() && is_value_byte(prose[end])) ++end;
    std::string_view word = std::string_view(prose).substr(begin, end - begin);
    while (word.ends_with('.') || word.ends_with(',')) word.remove_suffix(1);
    const std::size_t first = word.find_first_not_of(".,%+-");
    if (first != word.npos && is_digit(word[first]) && word != kernel)
      found.push_back({{number, static_cast<std::uint32_t>(begin + 1)}, std::string(word)});
    begin = end;
  }
}

}  // namespace

std::vector<Word> loose_numbers(const Page& page) {
  std::vector<Word> found;
  bool in_block = false;
  auto figure = page.figures.begin();
  for (std::uint32_t number = 1; number <= page.source.lines(); ++number) {
    std::string line(page.source.line(number));
    const bool is_fence = line.starts_with(fence);
    if (is_fence) in_block = !in_block;
    if (is_fence || in_block || line.starts_with(picture_begin)) continue;
    for (; figure != page.figures.end() && figure->at.line == number; ++figure) {
      const std::size_t end = line.find(comment_end, figure->end) + comment_end.size();
      std::fill(line.begin() + static_cast<std::ptrdiff_t>(figure->begin),
                line.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    }
    append_numbers(prose_of(std::move(line)), number, found);
  }
  return found;
}

std::vector<std::string> unused_of_kept(const Scenario& scenario, const Page& page) {
  if (!scenario.kept) return {};
  std::set<std::string_view> used;
  for (const PulledFigure& figure : page.figures) used.insert(figure.name);
  for (const PulledPicture& picture : page.pictures) used.insert(picture.name);
  const std::vector<Word> spoken_of = figures_spoken_of(scenario);
  for (const Word& name : spoken_of) used.insert(name.text);
  std::vector<std::string> unused;
  for (const auto& [name, figure] : scenario.kept->figures) {
    if (!used.contains(name)) unused.push_back(name);
  }
  for (const auto& [name, picture] : scenario.kept->pictures) {
    if (!used.contains(name)) unused.push_back(name);
  }
  return unused;
}

}  // namespace refmm::scenario

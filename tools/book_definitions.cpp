#include <refmm/tools/book_definitions.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace refmm::book {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_part_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The end of the comment, the string or the character that begins at `at`, if one does.
std::optional<std::size_t> end_of_quotation(std::string_view text, std::size_t at) {
  const auto from = [&](std::size_t end) { return std::min(end, text.size()); };
  if (text.substr(at, 2) == "//") return from(text.find('\n', at));
  if (text.substr(at, 2) == "/*") return from(text.find("*/", at) + 2);
  const char mark = text[at];
  // Between digits the mark of a character separates thousands.
  if (mark != '"' && (mark != '\'' || (at > 0 && is_part_of_word(text[at - 1])))) return std::nullopt;
  for (std::size_t end = at + 1; end < text.size(); ++end) {
    if (text[end] == '\\')
      ++end;
    else if (text[end] == mark)
      return end + 1;
  }
  return text.size();
}

std::size_t beginning_of_line(std::string_view text, std::size_t at) {
  return at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
}

/// The line that ends in front of `begin`, the beginning of another.
std::string_view line_before(std::string_view text, std::size_t begin) {
  const std::size_t first = beginning_of_line(text, begin - 1);
  return text.substr(first, begin - 1 - first);
}

/// Where the comment begins that stands directly above a line, or the line itself. A heading of a part of the file is none.
std::size_t with_comment(std::string_view text, std::size_t line) {
  std::size_t begin = line;
  while (begin > 0) {
    const std::string_view above = line_before(text, begin);
    const bool belongs = above.starts_with("//") || above.starts_with("template <");
    if (!belongs || above.starts_with("// ---")) break;
    begin -= above.size() + 1;
  }
  return begin;
}

/// Whole lines without the blanks that they all begin with.
std::string without_indentation(std::string_view lines) {
  const std::size_t indentation = std::min(lines.find_first_not_of(' '), lines.size());
  std::string text;
  std::istringstream stream{std::string(lines)};
  for (std::string line; std::getline(stream, line);)
    text += (line.find_first_not_of(' ') >= indentation ? line.substr(std::min(indentation, line.size())) : line) +
            "\n";
  return text;
}

std::uint32_t line_number(std::string_view text, std::size_t at) {
  return static_cast<std::uint32_t>(std::ranges::count(text.substr(0, at), '\n')) + 1;
}

/// The literals that stand one behind the other from `at` on, as one.
std::string joined_literals(std::string_view text, std::size_t at) {
  std::string joined;
  while ((at = text.find_first_not_of(" \n", at)) != text.npos && text[at] == '"') {
    const std::size_t end = *end_of_quotation(text, at);
    joined += text.substr(at + 1, end - at - 2);
    at = end;
  }
  return joined;
}

/// The part of a file's name that says its area: `spec/vma_invariant.hpp` is of `vma`.
std::string_view area_of_file(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);
  return file.substr(0, file.find_first_of("_."));
}

/// Whether a source of this name has laws of the clause's area: demand paging and processes share theirs.
bool is_of_area(std::string_view file, std::string_view area) {
  const std::string_view of_file = area_of_file(file);
  if (area == "paging" || area == "kernel") return of_file == "paging" || of_file == "kernel";
  if (area == "fault" || area == "process") return of_file == "fault" || of_file == "process";
  return of_file == area;
}

}  // namespace

std::size_t end_of_definition(std::string_view text, std::size_t begin, char open, char close) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (const auto end = end_of_quotation(text, at)) {
      at = *end - 1;
    } else if (text[at] == open) {
      ++depth;
    } else if (text[at] == close && depth > 0 && --depth == 0) {
      return at + 1;
    }
  }
  throw std::invalid_argument(fmt::format("nothing closes the {} of a definition", open));
}

Definitions::Definitions(const fs::path& root) {
  const auto read = [&](const char* folder, const char* ending, std::vector<Source>& sources) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      if (entry.path().extension() == ending) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) sources.push_back({file.lexically_relative(root).string(), contents(file)});
  };
  read("spec", ".hpp", headers_);
  read("proofs", ".cpp", proofs_);
  for (const Source& source : headers_) {
    find_laws(source);
    find_functions(source);
  }
  for (const Source& source : proofs_) find_theorems(source);
}

/// Laws for every input, `constexpr Law identifier{"clause", "name", ...`, and the functions of the others, whose names may differ from
/// those of the laws: `StepLaw{"clause", "name", holds::function}`.
void Definitions::find_laws(const Source& source) {
  static const std::regex law(R"re(\n(?:inline )?constexpr Law (\w+)\{\s*"[\w.]+",)re");
  static const std::regex predicate(
      R"re((?:StepLaw|Conjunct)(?:<\w+>)?\{\s*"[\w.]+",\s*"(\w+)",\s*holds::(\w+))re");
  static const std::regex by_macro(R"re(REFMM_(?:STEP_LAW(?:_OF_ENDS)?|CONJUNCT)\(\s*"[\w.]+",\s*(\w+)\))re");
  using Matches = std::sregex_iterator;
  const std::string& text = source.text;
  for (Matches match(text.begin(), text.end(), law), end; match != end; ++match) {
    const auto behind = static_cast<std::size_t>(match->position() + match->length());
    laws_.emplace(joined_literals(text, behind),
                  NamedLaw{(*match)[1], {&source, static_cast<std::size_t>(match->position()) + 1}});
  }
  for (Matches match(text.begin(), text.end(), predicate), end; match != end; ++match)
    predicates_.emplace((*match)[1], (*match)[2]);
  for (Matches match(text.begin(), text.end(), by_macro), end; match != end; ++match)
    predicates_.emplace((*match)[1], (*match)[1]);
}

void Definitions::find_functions(const Source& source) {
  static const std::regex function(R"re(\n(?:inline |constexpr )+(?:bool|auto) (\w+)\()re");
  for (std::sregex_iterator match(source.text.begin(), source.text.end(), function), end; match != end; ++match)
    functions_.emplace((*match)[1], Place{&source, static_cast<std::size_t>(match->position()) + 1});
}

void Definitions::find_theorems(const Source& source) {
  static const std::regex claimed(R"re(\bmodel\(\s*(\w+),)re");
  for (std::sregex_iterator match(source.text.begin(), source.text.end(), claimed), end; match != end; ++match)
    theorems_.emplace((*match)[1], Place{&source, static_cast<std::size_t>(match->position())});
}

Definition Definitions::of(const LawEntry& law) const {
  std::optional<Place> place;
  if (law.form == LawForm::every_input) {
    if (const auto found = laws_.find(law.name); found != laws_.end()) place = found->second.place;
  } else if (const auto predicate = predicates_.find(law.name); predicate != predicates_.end()) {
    const auto [first, last] = functions_.equal_range(predicate->second);
    const auto found = std::find_if(first, last, [&](const auto& each) {
      return is_of_area(each.second.source->file, area_of(law.clause->name));
    });
    if (found != last) place = found->second;
  }
  if (!place) throw std::invalid_argument(fmt::format("spec/ has no text of the law {}", law.name));
  const std::string_view text = place->source->text;
  // A parameter may have braces in its default: the body comes behind the parameters.
  const std::size_t body =
      law.form == LawForm::every_input ? place->begin : end_of_definition(text, place->begin, '(', ')');
  const std::size_t end = std::min(text.find('\n', end_of_definition(text, body, '{', '}')), text.size());
  const std::size_t begin = with_comment(text, place->begin);
  return {place->source->file, line_number(text, place->begin),
          std::string(text.substr(begin, end - begin)) + "\n"};
}

Definition Definitions::of_theorem(std::string_view law) const {
  const auto named = laws_.find(law);
  if (named == laws_.end()) throw std::invalid_argument(fmt::format("spec/ has no text of the law {}", law));
  // Laws of two areas may have one identifier, each in its namespace.
  const std::string_view area = area_of_file(named->second.place.source->file);
  const auto [first, last] = theorems_.equal_range(named->second.identifier);
  const auto found =
      std::find_if(first, last, [&](const auto& each) { return area_of_file(each.second.source->file) == area; });
  if (found == last) throw std::invalid_argument(fmt::format("proofs/ claims no law {}", law));
  const std::string_view text = found->second.source->text;
  const std::size_t begin = beginning_of_line(text, found->second.begin);
  const std::size_t end = end_of_definition(text, found->second.begin, '(', ')');
  return {found->second.source->file, line_number(text, begin),
          without_indentation(text.substr(begin, end - begin))};
}

}  // namespace refmm::book

#include <refmm/spec/diagnostic.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace refmm {
namespace {

constexpr std::size_t longest_excerpt = 100;  // bytes of a line that are shown
constexpr std::size_t longest_quotation = 60;

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown;
}

/// The line around `column`, and how far into what is shown the column stands.
struct Excerpt {
  std::string text;
  std::size_t caret;
};

Excerpt excerpt(std::string_view line, std::uint32_t column) {
  const std::size_t place = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
  std::size_t begin = place > longest_excerpt / 2 ? place - longest_excerpt / 2 : 0;
  if (line.size() <= longest_excerpt) begin = 0;
  const std::size_t end = std::min(line.size(), begin + longest_excerpt);

  const std::string before = (begin > 0 ? "..." : "") + printable(line.substr(begin, place - begin));
  const std::string after = printable(line.substr(place, end - place)) + (end < line.size() ? "..." : "");
  return {before + after, before.size()};
}

}  // namespace

std::string in_backticks(std::string_view text) {
  const bool whole = text.size() <= longest_quotation;
  return "`" + printable(text.substr(0, longest_quotation)) + (whole ? "`" : "...`");
}

std::string print(const Diagnostic& diagnostic) {
  const Position at = diagnostic.at;
  std::string text = fmt::format("{}:{}:{}: error: {}\n", diagnostic.file, at.line, at.column, diagnostic.message);
  if (!diagnostic.source_line.empty()) {
    const Excerpt shown = excerpt(diagnostic.source_line, at.column);
    const std::string number = std::to_string(at.line);
    text += fmt::format("  {} | {}\n", number, shown.text);
    text += fmt::format("  {} | {}^\n", std::string(number.size(), ' '), std::string(shown.caret, ' '));
  }
  if (!diagnostic.expected.empty()) text += fmt::format("  expected {}\n", diagnostic.expected);
  if (!diagnostic.found.empty()) text += fmt::format("  found {}\n", diagnostic.found);
  if (!diagnostic.hint.empty()) text += fmt::format("  try: {}\n", diagnostic.hint);
  return text;
}

}  // namespace refmm

#include <refmm/spec/strace_text.hpp>

#include <algorithm>

namespace refmm::strace {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Text::Text(std::string_view characters, Position at) : characters_(characters), pieces_{{0, at}} {}

Position Text::at(std::size_t offset) const {
  if (pieces_.empty()) return {};
  const auto next = std::ranges::upper_bound(pieces_, offset, {}, &Piece::offset);
  const Piece& piece = next == pieces_.begin() ? *next : *(next - 1);
  return {piece.at.line, piece.at.column + static_cast<std::uint32_t>(offset - piece.offset)};
}

Text Text::part(std::size_t begin, std::size_t end) const {
  Text found(std::string_view(characters_).substr(begin, end - begin), at(begin));
  for (const Piece& piece : pieces_) {
    if (piece.offset > begin && piece.offset < end) found.pieces_.push_back({piece.offset - begin, piece.at});
  }
  return found;
}

void Text::append(const Text& more) {
  for (const Piece& piece : more.pieces_) pieces_.push_back({size() + piece.offset, piece.at});
  characters_ += more.characters_;
}

std::size_t past_string(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.npos;
}

std::size_t past_comment(std::string_view text, std::size_t begin) {
  const std::size_t end = text.find("*/", begin + 2);
  return end == text.npos ? end : end + 2;
}

bool names_descriptor(std::string_view text, std::size_t place) {
  return place > 0 && place + 1 < text.size() && is_letter_or_digit(text[place - 1]) && text[place + 1] != '<' &&
         text[place + 1] != '=';
}

std::size_t past_descriptor(std::string_view text, std::size_t begin) {
  // In a path strace writes `>` as \76. A socket has an arrow between its two ends, and may have a path in quotation marks.
  const bool is_path = text.substr(begin).starts_with("</");
  std::size_t depth = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"' && !is_path) {
      const std::size_t end = past_string(text, i);
      if (end == text.npos) return end;
      i = end - 1;
    } else if (text[i] == '<') {
      ++depth;
    } else if (text[i] == '>' && (is_path || text[i - 1] != '-') && --depth == 0) {
      constexpr std::string_view deleted = "(deleted)";
      return i + 1 + (text.substr(i + 1).starts_with(deleted) ? deleted.size() : 0);
    }
  }
  return text.npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace refmm::strace

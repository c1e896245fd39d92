// The values of the notation: numbers, texts, names and flags, objects, ranges, things that are counted.

#include <refmm/spec/transcript.hpp>
#include <refmm/spec/transcript_cursor.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace refmm::transcript {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// What a word is made of, parentheses aside.
constexpr bool is_word_byte(char c) {
  return c > ' ' && c < 0x7f && std::string_view("(),\"|=").find(c) == std::string_view::npos;
}

/// A run of bytes that no syntax of the notation separates; parentheses belong to it in pairs: `size-64(DMA):0[3]`.
Word take_word(Cursor& cursor) {
  const std::size_t begin = cursor.place();
  std::size_t depth = 0;
  if (cursor.peek() == '(') throw cursor.unexpected("there is no value here", "a value");
  for (; !cursor.done(); cursor.advance()) {
    if (cursor.peek() == '(') {
      ++depth;
    } else if (cursor.peek() == ')') {
      if (depth == 0) break;
      --depth;
    } else if (!is_word_byte(cursor.peek())) {
      break;
    }
  }
  if (depth != 0) throw cursor.unexpected("a parenthesis within a name is not closed", "`)`");
  if (cursor.place() == begin) throw cursor.unexpected("there is no value here", "a value");
  return {cursor.at(begin), std::string(cursor.between(begin, cursor.place()))};
}

/// Whether all of `digits` is a number to `base`; false too for no digits and for what 64 bits do not hold.
struct Digits {
  bool are_digits;
  bool fit;
  std::uint64_t value;
};

Digits read_digits(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  const bool all = !digits.empty() && end == digits.data() + digits.size();
  return {all && error != std::errc::invalid_argument, error == std::errc{}, value};
}

/// `12` or `0x1f`; none if `text` is not a number. Throws if it is one of more than 64 bits.
std::optional<std::uint64_t> read_unsigned(const Cursor& cursor, Position at, std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  const Digits digits = hexadecimal ? read_digits(text.substr(2), 16) : read_digits(text, 10);
  if (!digits.are_digits) return std::nullopt;
  if (!digits.fit)
    throw cursor.error({.at = at,
                        .message = "the number is too large",
                        .expected = "at most 64 bits",
                        .found = in_backticks(text)});
  return digits.value;
}

std::optional<Number> read_number(const Cursor& cursor, const Word& word) {
  const bool negative = word.text.starts_with('-');
  const auto magnitude = read_unsigned(cursor, word.at, std::string_view(word.text).substr(negative ? 1 : 0));
  if (!magnitude) return std::nullopt;
  return Number{negative, *magnitude};
}

/// `a..b`, or two hexadecimal addresses `a-b`.
std::optional<Range> read_range(const Cursor& cursor, const Word& word) {
  const std::string_view text = word.text;
  const std::size_t dots = text.find("..");
  const std::size_t dash = text.starts_with("0x") ? text.find('-') : std::string_view::npos;
  const std::size_t place = dots != std::string_view::npos ? dots : dash;
  if (place == std::string_view::npos) return std::nullopt;

  const std::size_t width = place == dots ? 2 : 1;
  const Position second{word.at.line, static_cast<std::uint32_t>(word.at.column + place + width)};
  const auto first = read_unsigned(cursor, word.at, text.substr(0, place));
  const auto last = read_unsigned(cursor, second, text.substr(place + width));
  if (!first || !last) return std::nullopt;
  if (place == dots && *first > *last)
    throw cursor.error({.at = word.at,
                        .message = "the range runs backwards",
                        .expected = "`a..b` with a at most b",
                        .found = in_backticks(text)});
  return Range{*first, *last};
}

std::uint32_t read_object_number(const Cursor& cursor, Position at, std::string_view text) {
  const auto number = is_digit(text.empty() ? ' ' : text[0]) ? read_unsigned(cursor, at, text) : std::nullopt;
  if (!number || *number > std::numeric_limits<std::uint32_t>::max())
    throw cursor.error({.at = at,
                        .message = "an object is written `cache:SLAB[INDEX]`",
                        .expected = "a number of at most 32 bits",
                        .found = text.empty() ? "nothing" : in_backticks(text)});
  return static_cast<std::uint32_t>(*number);
}

/// `cache:SLAB[INDEX]` or `cache:SLAB`.
std::optional<SlabObject> read_object(const Cursor& cursor, const Word& word) {
  const std::string_view text = word.text;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || !is_digit(text[colon + 1]))
    return std::nullopt;

  const auto place = [&](std::size_t offset) {
    return Position{word.at.line, static_cast<std::uint32_t>(word.at.column + offset)};
  };
  const std::size_t bracket = text.find('[', colon);
  SlabObject object{{word.at, std::string(text.substr(0, colon))}, 0, std::nullopt};
  object.slab = read_object_number(cursor, place(colon + 1), text.substr(colon + 1, bracket - colon - 1));
  if (bracket == std::string_view::npos) return object;
  if (!text.ends_with(']'))
    throw cursor.error({.at = place(text.size()),
                        .message = "an object is written `cache:SLAB[INDEX]`",
                        .expected = "`]`",
                        .found = "the end of the object"});
  object.index =
      read_object_number(cursor, place(bracket + 1), text.substr(bracket + 1, text.size() - bracket - 2));
  return object;
}

Value take_text(Cursor& cursor) {
  const std::size_t begin = cursor.place();
  const std::size_t end = cursor.rest().find('"', 1);
  if (end == std::string_view::npos) {
    const Position at = cursor.at();
    cursor.advance(cursor.rest().size());
    throw cursor.error(
        {.at = at, .message = "the text is not closed", .expected = "`\"`", .found = cursor.here()});
  }
  const std::string text(cursor.rest().substr(1, end - 1));
  cursor.advance(end + 1);
  return {cursor.at(begin), "\"" + text + "\"", Text{text}};
}

Names take_names(Cursor& cursor, Word first) {
  Names names{{std::move(first)}};
  while (cursor.take('|')) names.words.push_back(take_word(cursor));
  return names;
}

/// A word followed by a number is a thing that is counted: `pfn 7`, `pfn 7..9`.
std::optional<Counted> take_counted(Cursor& cursor, const Word& kind) {
  const std::size_t before = cursor.place();
  if (cursor.skip_blanks() && is_digit(cursor.peek())) {
    const Word numbers = take_word(cursor);
    if (const auto range = read_range(cursor, numbers)) return Counted{kind, range->first, range->last};
    if (const auto number = read_number(cursor, numbers))
      return Counted{kind, number->magnitude, number->magnitude};
  }
  cursor.go_to(before);
  return std::nullopt;
}

}  // namespace

Word take_identifier(Cursor& cursor) {
  const std::size_t begin = cursor.place();
  if (!is_letter(cursor.peek())) return {cursor.at(), ""};
  while (is_letter(cursor.peek()) || is_digit(cursor.peek())) cursor.advance();
  return {cursor.at(begin), std::string(cursor.between(begin, cursor.place()))};
}

Value take_value(Cursor& cursor) {
  if (cursor.peek() == '"') return take_text(cursor);
  const std::size_t begin = cursor.place();
  Word word = take_word(cursor);
  const auto value = [&](auto form) {
    return Value{cursor.at(begin), std::string(cursor.between(begin, cursor.place())), std::move(form)};
  };
  if (cursor.peek() == '|') return value(take_names(cursor, std::move(word)));
  if (const auto number = read_number(cursor, word)) return value(*number);
  if (const auto range = read_range(cursor, word)) return value(*range);
  if (auto object = read_object(cursor, word)) return value(std::move(*object));
  if (auto counted = take_counted(cursor, word)) return value(std::move(*counted));
  return value(Names{{std::move(word)}});
}

Value parse_value(std::string_view text) {
  const Source source("", std::string(text));
  Cursor cursor(source, 1);
  Value value = take_value(cursor);
  if (!cursor.done()) throw cursor.unexpected("more than one value", "the end of the value");
  value.at = {};
  return value;
}

const std::string* name_of(const Value& value) {
  const auto* names = std::get_if<Names>(&value.form);
  return names && names->words.size() == 1 ? &names->words[0].text : nullptr;
}

bool is_name(std::string_view text) {
  constexpr std::array<std::string_view, 4> results{"NULL", "BUG", "OOPS", "HANG"};
  for (const std::string_view result : results) {
    if (text == result) return false;
  }
  try {
    return name_of(parse_value(text)) != nullptr;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace refmm::transcript

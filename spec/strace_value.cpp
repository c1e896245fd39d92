#include <refmm/spec/nearest.hpp>
#include <refmm/spec/strace_flags.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

namespace refmm::strace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_a_name(char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

/// Reads `PROT_READ|0x8 /* PROT_??? */`, `21<<MAP_HUGE_SHIFT`, `3</usr/lib/libc.so.6>`.
class Expression {
 public:
  Expression(const Argument& argument, bool names_are_known)
      : text_(argument.text), at_(argument.at), names_are_known_(names_are_known) {}

  std::uint64_t read() {
    std::uint64_t sum = shifted();
    while (skip_blanks() < text_.size() && text_[place_] == '|') {
      ++place_;
      sum |= shifted();
    }
    if (place_ < text_.size())
      refuse(place_, "this is not all of a number", names_are_known_ ? "`|` and a flag" : "the end of it");
    return sum;
  }

 private:
  std::uint64_t shifted() {
    const std::uint64_t value = single();
    if (skip_blanks() >= text_.size() || !text_.substr(place_).starts_with("<<")) return value;
    const std::size_t begin = place_ += 2;
    const std::uint64_t count = single();
    if (count > 63) refuse(begin, "nothing is shifted so far", "a number up to 63");
    return value << count;
  }

  std::uint64_t single() {
    skip_blanks();
    const std::uint64_t value =
        place_ < text_.size() && (is_digit(text_[place_]) || text_[place_] == '-') ? digits() : name();
    if (place_ < text_.size() && text_[place_] == '<' && names_descriptor(text_, place_))
      skip(past_descriptor(text_, place_));
    return value;
  }

  std::uint64_t digits() {
    const std::size_t begin = place_;
    const bool negative = text_[place_] == '-';
    if (negative) ++place_;
    int base = 10;
    if (text_.substr(place_).starts_with("0x")) {
      base = 16;
      place_ += 2;
    } else if (text_.substr(place_).size() > 1 && text_[place_] == '0' && is_digit(text_[place_ + 1])) {
      base = 8;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + place_, text_.data() + text_.size(), value, base);
    if (error == std::errc::result_out_of_range) refuse(begin, "the number is too large", "a number of 64 bits");
    if (error != std::errc()) refuse(begin, "this is no number", "digits");
    place_ = static_cast<std::size_t>(end - text_.data());
    if (place_ < text_.size() && is_of_a_name(text_[place_])) refuse(begin, "this is no number", "digits");
    return negative ? 0 - value : value;
  }

  std::uint64_t name() {
    const std::size_t begin = place_;
    while (place_ < text_.size() && is_of_a_name(text_[place_])) ++place_;
    const std::string_view found = text_.substr(begin, place_ - begin);
    if (found.empty() || !names_are_known_) {
      place_ = begin;
      refuse(begin, "this is no number",
             names_are_known_ ? "a number, or the names of flags" : "a number, or `?`");
    }
    if (const auto value = flag_value(found)) return *value;
    unknown(begin, found);
  }

  [[noreturn]] void unknown(std::size_t begin, std::string_view found) const {
    constexpr std::size_t longest = 40;  // what is longer is no slip of the pen
    const std::string near = found.size() > longest ? "" : did_you_mean(found, flag_names_like(found));
    throw InputError({.at = place_of(begin),
                      .message = "there is no such flag" + near,
                      .expected = "a number, or a flag that Linux has on x86",
                      .found = in_backticks(found),
                      .hint = "strace -X raw, which prints numbers in place of names"});
  }

  std::size_t skip_blanks() {
    while (place_ < text_.size()) {
      if (text_[place_] == ' ') {
        ++place_;
      } else if (text_.substr(place_).starts_with("/*")) {
        skip(past_comment(text_, place_));
      } else {
        break;
      }
    }
    return place_;
  }

  void skip(std::size_t end) { place_ = std::min(end, text_.size()); }

  Position place_of(std::size_t offset) const {
    return {at_.line, at_.column + static_cast<std::uint32_t>(offset)};
  }

  [[noreturn]] void refuse(std::size_t offset, const char* message, const char* expected) const {
    const std::string_view rest = text_.substr(offset);
    throw InputError({.at = place_of(offset),
                      .message = message,
                      .expected = expected,
                      .found = rest.empty() ? "nothing" : in_backticks(rest)});
  }

  std::string_view text_;
  Position at_;
  bool names_are_known_;
  std::size_t place_ = 0;
};

bool is_octal(char c) { return c >= '0' && c <= '7'; }

unsigned digit_value(char c) { return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10); }

/// The byte that is escaped at `place`, behind the backslash; `place` is left behind it.
char unescaped(std::string_view text, std::size_t& place) {
  constexpr std::string_view letters = "abfnrtv";
  constexpr std::string_view meant = "\a\b\f\n\r\t\v";
  const char c = text[place++];
  if (const std::size_t which = letters.find(c); which != letters.npos) return meant[which];
  unsigned value = 0;
  if (c == 'x') {
    for (int i = 0; i < 2 && place < text.size() && std::isxdigit(static_cast<unsigned char>(text[place])); ++i)
      value = value * 16 + digit_value(text[place++]);
    return static_cast<char>(value);
  }
  if (!is_octal(c)) return c;
  value = digit_value(c);
  for (int i = 0; i < 2 && place < text.size() && is_octal(text[place]); ++i)
    value = value * 8 + digit_value(text[place++]);
  return static_cast<char>(value);
}

std::string without_escapes(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      bytes += unescaped(text, ++i);
    } else {
      bytes += text[i++];
    }
  }
  return bytes;
}

}  // namespace

std::uint64_t number(const Argument& argument) { return Expression(argument, true).read(); }

std::uint64_t plain_number(const Argument& argument) { return Expression(argument, false).read(); }

std::optional<std::string> descriptor(const Argument& argument) {
  const std::string_view text = argument.text;
  for (std::size_t i = 0; i < text.size() && (is_of_a_name(text[i]) || text[i] == '-' || text[i] == '<'); ++i) {
    if (text[i] != '<') continue;
    const std::size_t end = names_descriptor(text, i) ? past_descriptor(text, i) : text.npos;
    if (end == text.npos) return std::nullopt;
    return without_escapes(text.substr(i + 1, text.rfind('>', end) - i - 1));
  }
  return std::nullopt;
}

std::optional<String> string(const Argument& argument) {
  const std::string_view text = argument.text;
  if (!text.starts_with('"')) return std::nullopt;
  const std::size_t end = past_string(text, 0);
  if (end == text.npos) return std::nullopt;
  return String{.bytes = without_escapes(text.substr(1, end - 2)), .cut_off = text.substr(end).starts_with("...")};
}

}  // namespace refmm::strace

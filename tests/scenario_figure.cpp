#include <refmm/tests/scenario_figure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace refmm::scenario {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

/// `12` or `0x1f`, if all of `text` is such a number.
std::optional<std::int64_t> whole_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  if (text.empty() || text.front() == '-') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Figure figure_of(std::int64_t number) {
  constexpr std::int64_t first_with_commas = 10'000;
  std::string text = std::to_string(number);
  if (number >= first_with_commas || number <= -first_with_commas) {
    const std::size_t first_digit = number < 0 ? 1 : 0;
    for (std::size_t place = text.size(); place > first_digit + 3;) text.insert(place -= 3, ",");
  }
  return {std::move(text), number};
}

Figure figure_of(std::string_view spelling) {
  const auto number = whole_number(spelling);
  if (number && !spelling.starts_with("0x")) return figure_of(*number);
  return {std::string(spelling), number};
}

bool is_figure_name(std::string_view name) {
  return !name.empty() && is_small_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_small_letter(c) || is_digit(c) || c == '_'; });
}

// ---- Arithmetic -----------------------------------------------------------------------------------------------

namespace {

/// sum = product (+|- product)*, product = factor (*|/ factor)*, factor = number | name | (sum).
class ArithmeticReader {
 public:
  explicit ArithmeticReader(transcript::Cursor& cursor) : cursor_(cursor) {}

  Arithmetic read() {
    sum();
    if (!cursor_.done())
      throw cursor_.unexpected("the arithmetic does not go on like this",
                               "`+`, `-`, `*`, `/`, or the end of the line");
    return {std::move(terms_)};
  }

 private:
  void sum() {
    product();
    while (cursor_.peek() == '+' || cursor_.peek() == '-') apply(&ArithmeticReader::product);
  }

  void product() {
    factor();
    while (cursor_.peek() == '*' || cursor_.peek() == '/') apply(&ArithmeticReader::factor);
  }

  void apply(void (ArithmeticReader::*operand)()) {
    const Term of{.at = cursor_.at(), .operation = cursor_.peek()};
    cursor_.advance();
    (this->*operand)();
    terms_.push_back(of);
  }

  void factor() {
    cursor_.skip_blanks();
    const Position at = cursor_.at();
    if (cursor_.take('(')) {
      sum();
      if (!cursor_.take(')')) throw cursor_.unexpected("a parenthesis is not closed", "`)`");
    } else if (is_digit(cursor_.peek())) {
      terms_.push_back({.at = at, .number = number()});
    } else {
      const transcript::Word name = transcript::take_identifier(cursor_);
      if (name.text.empty())
        throw cursor_.unexpected("there is nothing to compute with", "a number, a figure, or `(`", "ram - free");
      terms_.push_back({.at = at, .figure = name.text});
    }
    cursor_.skip_blanks();
  }

  std::int64_t number() {
    const std::size_t begin = cursor_.place();
    while (is_digit(cursor_.peek()) || is_small_letter(cursor_.peek())) cursor_.advance();
    const auto number = whole_number(cursor_.between(begin, cursor_.place()));
    if (number) return *number;
    cursor_.go_to(begin);
    throw cursor_.unexpected("this is not a number", "a whole number of 63 bits, as 4096 or 0x1000");
  }

  transcript::Cursor& cursor_;
  std::vector<Term> terms_{};
};

/// A result that 64 bits hold, and that is whole; else what is wrong.
struct Computed {
  std::int64_t value = 0;
  const char* wrong = nullptr;
};

Computed computed(char operation, std::int64_t left, std::int64_t right) {
  Computed computed;
  bool overflow = false;
  if (operation == '+') overflow = __builtin_add_overflow(left, right, &computed.value);
  if (operation == '-') overflow = __builtin_sub_overflow(left, right, &computed.value);
  if (operation == '*') overflow = __builtin_mul_overflow(left, right, &computed.value);
  if (operation == '/') {
    overflow = left == std::numeric_limits<std::int64_t>::min() && right == -1;
    if (right == 0) return {0, "it divides by nothing"};
    if (!overflow && left % right != 0) return {0, "the division leaves a remainder"};
    if (!overflow) computed.value = left / right;
  }
  return overflow ? Computed{0, "the result is larger than 64 bits"} : computed;
}

std::int64_t number_of(const transcript::Source& source, const Term& term, const Figures& figures) {
  const Figure& figure = figures.find(term.figure)->second;
  if (figure.number) return *figure.number;
  throw source.error({.at = term.at,
                      .message = fmt::format("{} is not a whole number", in_backticks(term.figure)),
                      .expected = "a figure that can be computed with",
                      .found = in_backticks(figure.text)});
}

}  // namespace

Arithmetic take_arithmetic(transcript::Cursor& cursor) { return ArithmeticReader(cursor).read(); }

std::int64_t value_of(const transcript::Source& source, const Arithmetic& arithmetic, const Figures& figures) {
  std::vector<std::int64_t> stack;
  for (const Term& term : arithmetic.terms) {
    if (term.operation == 0) {
      stack.push_back(term.figure.empty() ? term.number : number_of(source, term, figures));
    } else {
      const std::int64_t right = stack.back();
      stack.pop_back();
      const Computed result = computed(term.operation, stack.back(), right);
      if (result.wrong != nullptr)
        throw source.error({.at = term.at,
                            .message = result.wrong,
                            .expected = "a whole number of 64 bits",
                            .found = fmt::format("`{} {} {}`", stack.back(), term.operation, right)});
      stack.back() = result.value;
    }
  }
  return stack.back();
}

}  // namespace refmm::scenario

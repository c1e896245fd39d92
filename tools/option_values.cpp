#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/option_values.hpp>

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace refmm::command {

namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Milliseconds of a unit, 0 if it is none.
std::uint64_t unit_in(std::string_view text) {
  if (text == "ms") return 1;
  if (text == "s") return 1000;
  if (text == "m") return 60'000;
  return 0;
}

constexpr std::uint64_t longest_seconds = 1'000'000;

}  // namespace

CLI::Validator whole_number(std::uint64_t lowest, std::uint64_t highest) {
  const auto check = [=](const std::string& text) {
    const std::optional<std::uint64_t> number = number_in(text);
    if (number && lowest <= *number && *number <= highest) return std::string();
    const std::string range =
        highest == UINT64_MAX ? fmt::format("from {} on", lowest) : fmt::format("from {} to {}", lowest, highest);
    return fmt::format("{} is not a whole number {}", in_backticks(text), range);
  };
  return {check, "NUMBER"};
}

CLI::Validator duration() {
  const auto check = [](std::string& text) {
    const std::size_t unit = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::optional<std::uint64_t> number = number_in(std::string_view(text).substr(0, unit));
    const std::uint64_t milliseconds = unit_in(std::string_view(text).substr(unit));
    if (!number || *number == 0 || milliseconds == 0 || *number > longest_seconds * 1000 / milliseconds) {
      return fmt::format("{} is not a time, as 500ms, 30s and 2m are", in_backticks(text));
    }
    text = std::to_string(*number * milliseconds);
    return std::string();
  };
  return {check, "TIME"};
}

CLI::Validator part() {
  const auto check = [](const std::string& text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto number = number_in(std::string_view(text).substr(0, slash));
    const auto of = number_in(std::string_view(text).substr(std::min(slash + 1, text.size())));
    if (number && of && 1 <= *number && *number <= *of) return std::string();
    return fmt::format("{} is not a part I/N with I from 1 to N, as 1/4 is", in_backticks(text));
  };
  return {check, "I/N"};
}

std::pair<std::uint64_t, std::uint64_t> part_in(const std::string& text) {
  const std::size_t slash = text.find('/');
  return {number_in(std::string_view(text).substr(0, slash)).value(),
          number_in(std::string_view(text).substr(slash + 1)).value()};
}

}  // namespace refmm::command

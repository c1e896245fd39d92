#include <refmm/spec/nearest.hpp>
#include <refmm/spec/notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

NamedFlags named_flags(const FlagNames& names, std::uint32_t flags) {
  NamedFlags named{"", flags};
  for (const FlagName& flag : names.names) {
    if (flag.value == 0 || (named.nameless & flag.value) != flag.value) continue;
    named.nameless &= ~flag.value;
    named.names += named.names.empty() ? "" : "|";
    named.names += flag.name;
  }
  return named;
}

}  // namespace refmm

namespace refmm::reading {

using transcript::Source;
using transcript::Value;

namespace {

constexpr std::uint32_t largest_number = std::numeric_limits<std::uint32_t>::max();

/// The number of at most 32 bits that a word among flags is, if it is one.
std::optional<std::uint32_t> number_in(std::string_view word) {
  const bool hexadecimal = word.starts_with("0x");
  if (hexadecimal) word.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> names_in(const FlagNames& flags) {
  std::vector<std::string_view> names;
  names.reserve(flags.names.size());
  for (const FlagName& flag : flags.names) names.push_back(flag.name);
  return names;
}

std::uint32_t flag(const Source& source, const transcript::Word& word, const FlagNames& flags) {
  const auto found = std::ranges::find(flags.names, word.text, &FlagName::name);
  if (found != flags.names.end()) return found->value;
  if (const auto number = number_in(word.text)) return *number;
  const auto names = names_in(flags);
  throw source.error({.at = word.at,
                      .message = "there is no such flag",
                      .expected = fmt::format("flags of {}: {}, or a number", flags.of, one_of(names)),
                      .found = in_backticks(word.text),
                      .hint = nearest_name(word.text, names)});
}

std::string in_words(std::span<const std::string_view> parameters) {
  std::string text;
  for (const std::string_view parameter : parameters) {
    text += text.empty() ? "" : ", ";
    text += parameter;
    if (parameter.ends_with('=')) text += "N";
  }
  return text.empty() ? "no arguments" : text;
}

}  // namespace

InputError unexpected(const Source& source, const Value& value, std::string message, std::string expected,
                      std::string hint) {
  return source.error({.at = value.at,
                       .message = std::move(message),
                       .expected = std::move(expected),
                       .found = in_backticks(value.text),
                       .hint = std::move(hint)});
}

InputError no_such(const Source& source, const transcript::Word& word, std::string message,
                   std::span<const std::string_view> names) {
  return source.error({.at = word.at,
                       .message = std::move(message),
                       .expected = one_of(names),
                       .found = in_backticks(word.text),
                       .hint = nearest_name(word.text, names)});
}

bool is_null(const Value& value) {
  const std::string* name = transcript::name_of(value);
  return name != nullptr && *name == "NULL";
}

std::optional<std::uint32_t> number_of(const Value& value) {
  const auto* number = std::get_if<transcript::Number>(&value.form);
  if (number == nullptr || number->negative || number->magnitude > largest_number) return std::nullopt;
  return static_cast<std::uint32_t>(number->magnitude);
}

std::optional<std::uint32_t> number_of(const Value& value, std::string_view kind) {
  const auto* counted = std::get_if<transcript::Counted>(&value.form);
  if (counted == nullptr || counted->kind.text != kind || counted->first != counted->last) return std::nullopt;
  if (counted->first > largest_number) return std::nullopt;
  return static_cast<std::uint32_t>(counted->first);
}

std::uint32_t number(const Source& source, const Value& value, std::string_view of, std::uint32_t lowest,
                     std::uint32_t highest) {
  const auto number = number_of(value);
  if (number && *number >= lowest && *number <= highest) return *number;
  throw unexpected(source, value, fmt::format("{} is a number", of),
                   highest == largest_number && lowest == 0
                       ? "a number of at most 32 bits"
                       : fmt::format("a number from {} to {}", lowest, highest));
}

namespace {

/// Of a number with a sign, how 32 bits write it.
std::string without_sign(const Value& value) {
  constexpr std::uint64_t most_negative = std::uint64_t{1} << 31;
  const auto* number = std::get_if<transcript::Number>(&value.form);
  if (number == nullptr || !number->negative || number->magnitude > most_negative) return "";
  return fmt::format("0x{:08x}", 0u - static_cast<std::uint32_t>(number->magnitude));
}

}  // namespace

std::uint32_t word(const Source& source, const Value& value, std::string_view of) {
  if (const auto number = number_of(value)) return *number;
  const auto* number = std::get_if<transcript::Number>(&value.form);
  throw unexpected(source, value,
                   number == nullptr  ? fmt::format("{} is a number", of)
                   : number->negative ? fmt::format("{} has no sign", of)
                                      : fmt::format("{} has 32 bits", of),
                   "a number of at most 32 bits", without_sign(value));
}

std::uint32_t flags(const Source& source, const Value& value, const FlagNames& names) {
  if (const auto number = number_of(value)) return *number;
  const auto* words = std::get_if<transcript::Names>(&value.form);
  if (words == nullptr)
    throw unexpected(
        source, value, "these are no flags",
        fmt::format("flags of {}: {}, or a number of at most 32 bits", names.of, one_of(names_in(names))));
  std::uint32_t all = 0;
  for (const transcript::Word& word : words->words) all |= flag(source, word, names);
  return all;
}

void check_arguments(const Source& source, const transcript::Call& call,
                     std::span<const std::string_view> parameters) {
  const std::size_t given = call.arguments.size();
  if (given != parameters.size()) {
    const auto place = [](const transcript::Argument& argument) {
      return argument.key ? argument.key->at : argument.value.at;
    };
    throw source.error(
        {.at = given > parameters.size() ? place(call.arguments[parameters.size()]) : call.close,
         .message = fmt::format("{} has the wrong number of arguments", call.name.text),
         .expected = parameters.empty() ? "none" : fmt::format("{}: {}", parameters.size(), in_words(parameters)),
         .found = std::to_string(given)});
  }
  for (std::size_t i = 0; i < given; ++i) {
    const auto& [key, value] = call.arguments[i];
    const std::string_view parameter = parameters[i];
    const bool keyed = parameter.ends_with('=');
    if (keyed ? key && key->text == parameter.substr(0, parameter.size() - 1) : !key) continue;
    throw source.error({.at = key ? key->at : value.at,
                        .message = fmt::format("the arguments of {} are {}", call.name.text, in_words(parameters)),
                        .expected = keyed ? in_backticks(std::string(parameter) + "N") : "a value without a key",
                        .found = key ? in_backticks(key->text + "=") : in_backticks(value.text)});
  }
}

void check_settings(const Source& source, std::span<const transcript::Setting> settings,
                    std::span<const std::string_view> keys, std::string_view of, std::string_view list) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto& [key, values] = settings[i];
    if (std::ranges::find(keys, key.text) == keys.end())
      throw no_such(source, key, fmt::format("{} has no such setting", of), keys);
    for (std::size_t before = 0; before < i; ++before) {
      if (settings[before].key.text == key.text)
        throw source.error({.at = key.at,
                            .message = fmt::format("`{}` was set already", key.text),
                            .expected = "every setting once",
                            .found = in_backticks(fmt::format("{}={}", key.text, values[0].text))});
    }
    if (values.size() > 1 && key.text != list)
      throw unexpected(source, values[1], fmt::format("`{}` is one value", key.text), "a blank");
  }
}

const Value* setting(std::span<const transcript::Setting> settings, std::string_view key) {
  for (const auto& setting : settings) {
    if (setting.key.text == key) return &setting.values[0];
  }
  return nullptr;
}

std::span<const Value> list_setting(std::span<const transcript::Setting> settings, std::string_view key) {
  const auto found = std::ranges::find_if(settings, [&](const auto& setting) { return setting.key.text == key; });
  return found == settings.end() ? std::span<const Value>() : std::span(found->values);
}

void check_process(const Source& source, const transcript::Call& call, std::string_view family) {
  if (!call.process || call.process->pid == 1) return;
  throw source.error({.at = call.process->at,
                      .message = fmt::format("the {} family has no processes", family),
                      .expected = "a call without `[pid N]`",
                      .found = in_backticks(call.process->text)});
}

std::string text_of(const transcript::Result& result) {
  std::string text = "=";
  for (const auto& [key, value] : result.values) text += ' ' + (key ? key->text + '=' : "") + value.text;
  return text;
}

Position place_of(const transcript::Argument& argument) {
  return argument.key ? argument.key->at : argument.value.at;
}

namespace {

/// `= 0` or `= -1 ENOMEM`, the end of the line.
std::string results_in_words(std::span<const std::string_view> results) {
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i > 0) text += i + 1 == results.size() ? " or " : ", ";
    text += results[i].empty() ? "the end of the line" : fmt::format("`= {}`", results[i]);
  }
  return text;
}

}  // namespace

std::size_t result_among(const Source& source, const transcript::Call& effect,
                         std::span<const std::string_view> results) {
  const auto& result = effect.result;
  const std::string text = result ? text_of(*result).substr(2) : "";
  const auto found = std::ranges::find(results, text);
  if (found != results.end() && !(result && result->values[0].key))
    return static_cast<std::size_t>(found - results.begin());
  const Position behind{effect.close.line, effect.close.column + 1};
  throw source.error(
      {.at = result ? result->at : behind,
       .message = fmt::format("{} has {}", effect.name.text, result ? "no such result" : "a result"),
       .expected = results_in_words(results),
       .found = result ? in_backticks(text_of(*result)) : "the end of the line"});
}

std::string one_of(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += in_backticks(names[i]);
  }
  return text;
}

std::string nearest_name(std::string_view typed, std::span<const std::string_view> names) {
  constexpr std::size_t longest_name = 64;  // what is longer is no slip of the pen, and takes long to compare
  if (typed.size() > longest_name) return "";
  const auto near = nearest(typed, names, 1);
  return near.empty() ? "" : std::string(near.front());
}

}  // namespace refmm::reading

// The names that a program's types and enumerators have in its source, as text: what is printed and what stands in JSON
// is what the declaration says.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace refmm {

namespace detail {

/// What stands behind the first `= ` of `function`, the spelling of a function template with its argument: gcc writes
/// `[with T = a::B; ...]`, clang `[T = a::B]`.
constexpr std::string_view argument_of(std::string_view function) {
  function.remove_prefix(function.find("= ") + 2);
  std::size_t depth = 0;
  for (std::size_t end = 0; end < function.size(); ++end) {
    if (function[end] == '<') ++depth;
    if (function[end] == '>') --depth;
    if (depth == 0 && (function[end] == ';' || function[end] == ']')) return function.substr(0, end);
  }
  return function;
}

/// `a::B<c::D>` without its namespaces and template arguments: `B`. A namespace may be spelt `<unnamed>`.
constexpr std::string_view unqualified(std::string_view name) {
  if (name.ends_with('>')) {
    std::size_t depth = 0;
    do {
      if (name.back() == '>') ++depth;
      if (name.back() == '<') --depth;
      name.remove_suffix(1);
    } while (depth != 0);
  }
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

template <class T>
consteval std::string_view spelt_type() {
  return argument_of(__PRETTY_FUNCTION__);
}

template <auto Value>
consteval std::string_view spelt_value() {
  return argument_of(__PRETTY_FUNCTION__);
}

inline constexpr std::size_t most_enumerators = 64;

/// The name in the spelling of an enumerator; empty for a value that has no name and is spelt `(a::E)7`.
constexpr std::string_view name_in(std::string_view spelt) {
  const std::size_t parenthesis = spelt.rfind(')');
  const bool is_cast = parenthesis != std::string_view::npos && spelt[parenthesis + 1] != ':';
  return is_cast ? std::string_view() : unqualified(spelt);
}

template <class E, std::size_t... Values>
consteval std::array<std::string_view, sizeof...(Values)> names_of_values(std::index_sequence<Values...>) {
  return {name_in(spelt_value<static_cast<E>(Values)>())...};
}

}  // namespace detail

/// The name of a type without its namespaces and template arguments.
template <class T>
inline constexpr std::string_view type_name = detail::unqualified(detail::spelt_type<T>());

/// The names of the enumerators of `E`, by value; empty where there is none. Values must be below 64.
template <class E>
  requires std::is_enum_v<E>
inline constexpr auto enumerator_names =
    detail::names_of_values<E>(std::make_index_sequence<detail::most_enumerators>());

/// The name of an enumerator; of a value that has none, the number.
template <class E>
  requires std::is_enum_v<E>
std::string enumerator_name(E value) {
  const auto number = static_cast<std::size_t>(value);
  if (number >= enumerator_names<E>.size() || enumerator_names<E>[number].empty()) return std::to_string(number);
  return std::string(enumerator_names<E>[number]);
}

}  // namespace refmm

// Records for people: their printed form, and where two of them first differ.
//
// Both follow from the declarations. They go into records, sequences, optionals, variants, pairs and maps.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/type_name.hpp>

#include <cstddef>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm {

namespace detail {

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Arguments>
inline constexpr bool is_a<Template<Arguments...>, Template> = true;

template <class T>
concept TextLike = std::convertible_to<const T&, std::string_view>;
template <class T>
concept Optional = is_a<T, std::optional>;
template <class T>
concept Variant = is_a<T, std::variant>;
template <class T>
concept Pair = is_a<T, std::pair>;
template <class T>
concept Map = is_a<T, refmm::Map>;
template <class T>
concept Sequence = std::ranges::forward_range<const T> && !TextLike<T>;

}  // namespace detail

/// The printed form: `Object{cache: "session", slab: 3, index: 7}`, `[1, 2]`, `none`, `(1, true)`.
template <class T>
std::string to_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_enum_v<T>) {
    return enumerator_name(value);
  } else if constexpr (detail::TextLike<T>) {
    return '"' + std::string(std::string_view(value)) + '"';
  } else if constexpr (Record<T>) {
    std::string text;
    for_each_field(value, [&](const char* name, const auto& member) {
      text += (text.empty() ? "" : ", ") + std::string(name) + ": " + to_text(member);
    });
    return std::string(type_name<T>) + '{' + text + '}';
  } else if constexpr (detail::Optional<T>) {
    return value ? to_text(*value) : "none";
  } else if constexpr (detail::Variant<T>) {
    return std::visit([](const auto& alternative) { return to_text(alternative); }, value);
  } else if constexpr (detail::Map<T>) {
    std::string text;
    for (const auto& [key, written] : value.written) text += to_text(key) + ": " + to_text(written) + ", ";
    return '{' + text + "else: " + to_text(value.otherwise) + '}';
  } else if constexpr (detail::Pair<T>) {
    return '(' + to_text(value.first) + ", " + to_text(value.second) + ')';
  } else {
    static_assert(detail::Sequence<T>, "this type has no printed form");
    std::string text;
    for (const auto& element : value) text += (text.empty() ? "" : ", ") + to_text(element);
    return '[' + text + ']';
  }
}

/// Where two values first differ, and what stands there: `chain[3].slabs[0].inuse`. The path is empty if the values have
/// no parts. An element that one of two sequences has not got is `absent` there.
struct Difference {
  std::string path;
  std::string expected;
  std::string found;
  friend bool operator==(const Difference&, const Difference&) = default;
};

/// The first difference in the order of the declaration; none if the values are equal.
template <class T>
std::optional<Difference> first_difference(const T& expected, const T& found, const std::string& path = "") {
  if (expected == found) return std::nullopt;
  if constexpr (Record<T>) {
    std::optional<Difference> first;
    for_each_field(expected, found, [&](const char* name, const auto& left, const auto& right) {
      if (!first) first = first_difference(left, right, path.empty() ? name : path + '.' + name);
    });
    return first;
  } else if constexpr (detail::Optional<T>) {
    if (expected && found) return first_difference(*expected, *found, path);
  } else if constexpr (detail::Variant<T>) {
    if (expected.index() == found.index()) {
      return std::visit(
          [&](const auto& left) {
            return first_difference(left, std::get<std::remove_cvref_t<decltype(left)>>(found), path);
          },
          expected);
    }
  } else if constexpr (detail::Map<T>) {
    for (auto left = expected.written.begin(), right = found.written.begin();
         left != expected.written.end() || right != found.written.end();) {
      const bool only_left =
          right == found.written.end() || (left != expected.written.end() && left->first < right->first);
      const bool only_right = !only_left && (left == expected.written.end() || right->first < left->first);
      const auto& key = only_right ? right->first : left->first;
      const auto& one = only_right ? expected.otherwise : left->second;
      const auto& other = only_left ? found.otherwise : right->second;
      if (one != other) return first_difference(one, other, path + '[' + to_text(key) + ']');
      if (!only_right) ++left;
      if (!only_left) ++right;
    }
    return first_difference(expected.otherwise, found.otherwise, path + "[otherwise]");
  } else if constexpr (detail::Pair<T>) {
    const auto first = first_difference(expected.first, found.first, path + ".first");
    return first ? first : first_difference(expected.second, found.second, path + ".second");
  } else if constexpr (detail::Sequence<T>) {
    auto left = expected.begin();
    auto right = found.begin();
    std::size_t position = 0;
    for (; left != expected.end() && right != found.end() && *left == *right; ++left, ++right) ++position;
    const std::string place = path + '[' + std::to_string(position) + ']';
    if (left == expected.end()) return Difference{place, "absent", to_text(*right)};
    if (right == found.end()) return Difference{place, to_text(*left), "absent"};
    return first_difference(*left, *right, place);
  }
  return Difference{path, to_text(expected), to_text(found)};
}

}  // namespace refmm

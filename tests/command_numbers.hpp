// The numbers in a command: its arguments, one by one, whatever the family.
#pragma once

#include <refmm/spec/record.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

/// One of them.
struct CommandNumber {
  std::string name;          // of its field, "len"
  std::int64_t value;        // that it has
  std::int64_t least, most;  // that its type holds
};

namespace detail {

/// Calls `visit(name, number)` for each number in `value`, in the order of the declarations. Names, lists and enumerations are not
/// looked into.
template <class T, class Visit>
void for_each_number(std::string_view name, T& value, const Visit& visit) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::integral<Plain>) {
    static_assert(sizeof(Plain) <= 4, "a CommandNumber holds it");
    visit(name, value);
  } else if constexpr (Record<Plain>) {
    for_each_field(value, [&](const char* field, auto& member) { for_each_number(field, member, visit); });
  } else if constexpr (requires { std::variant_size<Plain>::value; }) {
    std::visit([&](auto& alternative) { for_each_number(name, alternative, visit); }, value);
  } else if constexpr (requires {
                         value.has_value();
                         *value;
                       }) {
    if (value) for_each_number(name, *value, visit);
  }
}

}  // namespace detail

template <class Command>
std::vector<CommandNumber> numbers_of(const Command& command) {
  std::vector<CommandNumber> numbers;
  detail::for_each_number("", command, [&]<class T>(std::string_view name, const T& number) {
    numbers.push_back({.name = std::string(name),
                       .value = static_cast<std::int64_t>(number),
                       .least = static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                       .most = static_cast<std::int64_t>(std::numeric_limits<T>::max())});
  });
  return numbers;
}

/// The command with another value for the number at `position` of numbers_of.
template <class Command>
Command with_number(Command command, std::size_t position, std::int64_t value) {
  std::size_t at = 0;
  detail::for_each_number("", command, [&]<class T>(std::string_view, T& number) {
    if (at++ == position) number = static_cast<T>(value);
  });
  return command;
}

}  // namespace refmm

// Records as JSON and back, for other programs.
//
// A record is an object with its fields, a sequence or a pair an array, an optional its value or null, an enumerator
// its name, a variant an object with one field: the name of the type of its alternative, and a map an object of what is written
// and what is otherwise.
#pragma once

#include <refmm/spec/difference.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/type_name.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm {

using Json = nlohmann::ordered_json;  // fields keep the order of the declaration

/// JSON that is not the form of a value. `what()` says where and what was expected.
struct JsonError : std::runtime_error {
  JsonError(const std::string& path, const std::string& expected, const Json& found)
      : std::runtime_error((path.empty() ? "the value" : path) + ": expected " + expected + ", found " +
                           shortened(found.dump(-1, ' ', true, Json::error_handler_t::replace))) {}

 private:
  static std::string shortened(const std::string& text) {
    return text.size() <= 100 ? text : text.substr(0, 100) + "...";
  }
};

template <class T>
Json write_json(const T& value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return enumerator_name(value);
  } else if constexpr (detail::TextLike<T>) {
    return std::string(std::string_view(value));
  } else if constexpr (Record<T>) {
    Json object = Json::object();
    for_each_field(value, [&](const char* name, const auto& member) { object[name] = write_json(member); });
    return object;
  } else if constexpr (detail::Optional<T>) {
    return value ? write_json(*value) : Json(nullptr);
  } else if constexpr (detail::Variant<T>) {
    return std::visit(
        [](const auto& alternative) {
          const std::string name(type_name<std::remove_cvref_t<decltype(alternative)>>);
          return Json{{name, write_json(alternative)}};
        },
        value);
  } else if constexpr (detail::Map<T>) {
    return Json{{"written", write_json(value.written)}, {"otherwise", write_json(value.otherwise)}};
  } else if constexpr (detail::Pair<T>) {
    return Json::array({write_json(value.first), write_json(value.second)});
  } else {
    static_assert(detail::Sequence<T>, "this type has no form in JSON");
    Json array = Json::array();
    for (const auto& element : value) array.push_back(write_json(element));
    return array;
  }
}

/// The value whose form `json` is. Throws JsonError if it is not the form of a `T`: every field of a record must be
/// there, and no other.
template <class T>
T read_json(const Json& json, const std::string& path = "");

namespace detail {

template <class T>
T read_integer(const Json& json, const std::string& path) {
  const bool fits = json.is_number_unsigned()
                        ? std::in_range<T>(json.get<std::uint64_t>())
                        : json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>());
  if (!fits) {
    throw JsonError(path,
                    "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                        std::to_string(std::numeric_limits<T>::max()),
                    json);
  }
  return json.get<T>();
}

template <class T>
T read_enumerator(const Json& json, const std::string& path) {
  const auto& names = enumerator_names<T>;
  const auto name =
      json.is_string() ? std::find(names.begin(), names.end(), json.get<std::string>()) : names.end();
  if (name == names.end() || name->empty())
    throw JsonError(path, "the name of a " + std::string(type_name<T>), json);
  return static_cast<T>(name - names.begin());
}

template <class T>
T read_record(const Json& json, const std::string& path) {
  if (!json.is_object()) throw JsonError(path, "an object, a " + std::string(type_name<T>), json);
  T record{};
  for_each_field(record, [&](const char* name, auto& member) {
    const std::string place = path.empty() ? name : path + '.' + name;
    const auto field = json.find(name);
    if (field == json.end()) throw JsonError(path, "the field " + std::string(name), json);
    member = read_json<std::remove_cvref_t<decltype(member)>>(*field, place);
  });
  if (json.size() != field_count<T>)
    throw JsonError(path, "no other fields than those of a " + std::string(type_name<T>), json);
  return record;
}

template <class T>
T read_variant(const Json& json, const std::string& path) {
  std::optional<T> value;
  std::string names;
  const auto try_alternative = [&]<class Alternative>(std::type_identity<Alternative>) {
    const std::string name(type_name<Alternative>);
    names += (names.empty() ? "" : ", ") + name;
    if (json.is_object() && json.size() == 1 && json.contains(name))
      value = read_json<Alternative>(json[name], path.empty() ? name : path + '.' + name);
  };
  [&]<class... Alternatives>(std::type_identity<std::variant<Alternatives...>>) {
    (try_alternative(std::type_identity<Alternatives>()), ...);
  }(std::type_identity<T>());
  if (!value) throw JsonError(path, "an object with one field of: " + names, json);
  return std::move(*value);
}

template <class Key, class Value>
refmm::Map<Key, Value> read_map(const Json& json, const std::string& path,
                                std::type_identity<refmm::Map<Key, Value>>) {
  if (!json.is_object() || json.size() != 2 || !json.contains("written") || !json.contains("otherwise"))
    throw JsonError(path, "an object of `written` and `otherwise`", json);
  refmm::Map<Key, Value> map{read_json<Value>(json["otherwise"], path + ".otherwise"), {}};
  using Written = std::vector<std::pair<Key, Value>>;
  for (const auto& [key, value] : read_json<Written>(json["written"], path + ".written")) {
    map = updated(std::move(map), key, value);
  }
  return map;
}

template <class T>
T read_sequence(const Json& json, const std::string& path) {
  if (!json.is_array()) throw JsonError(path, "an array", json);
  T sequence;
  for (std::size_t i = 0; i < json.size(); ++i) {
    sequence.push_back(read_json<typename T::value_type>(json[i], path + '[' + std::to_string(i) + ']'));
  }
  return sequence;
}

}  // namespace detail

template <class T>
T read_json(const Json& json, const std::string& path) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) throw JsonError(path, "true or false", json);
    return json.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    return detail::read_integer<T>(json, path);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!json.is_number()) throw JsonError(path, "a number", json);
    return json.get<T>();
  } else if constexpr (std::is_enum_v<T>) {
    return detail::read_enumerator<T>(json, path);
  } else if constexpr (detail::TextLike<T>) {
    if (!json.is_string()) throw JsonError(path, "a text", json);
    T text(json.get<std::string>());
    if (std::string_view(text) != json.get<std::string>()) throw JsonError(path, "a shorter text", json);
    return text;
  } else if constexpr (Record<T>) {
    return detail::read_record<T>(json, path);
  } else if constexpr (detail::Optional<T>) {
    return json.is_null() ? T() : T(read_json<typename T::value_type>(json, path));
  } else if constexpr (detail::Variant<T>) {
    return detail::read_variant<T>(json, path);
  } else if constexpr (detail::Map<T>) {
    return detail::read_map(json, path, std::type_identity<T>());
  } else if constexpr (detail::Pair<T>) {
    if (!json.is_array() || json.size() != 2) throw JsonError(path, "an array of two", json);
    return {read_json<typename T::first_type>(json[0], path + "[0]"),
            read_json<typename T::second_type>(json[1], path + "[1]")};
  } else {
    return detail::read_sequence<T>(json, path);
  }
}

}  // namespace refmm

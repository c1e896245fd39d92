// Total maps: tables that are read and written by key, through two functions that also exist for tables of
// any size.
//
// Map is a table with a value for every key. Its symbolic form, symbolic::Map, is a function from a symbolic
// key to a symbolic value: an update is an if-then-else over the old function, a copy a new function, and the
// start an uninterpreted function, so that a theorem about one fresh key is a theorem about every key.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace refmm {

/// A value for every key: `otherwise` where nothing else was written. Maps with the same values are equal: what is as it would be
/// anyway is not written.
template <class Key, class Value>
struct Map {
  Value otherwise{};
  std::vector<std::pair<Key, Value>> written{};  // ascending by key, none of them `otherwise`
  friend constexpr bool operator==(const Map&, const Map&) = default;
};

/// Where `key` is written or would be.
constexpr auto place_of(auto& written, const auto& key) {
  return std::partition_point(written.begin(), written.end(),
                              [&](const auto& entry) { return entry.first < key; });
}

template <class Key, class Value>
constexpr Value lookup(const Map<Key, Value>& map, const std::type_identity_t<Key>& key) {
  const auto place = place_of(map.written, key);
  return place != map.written.end() && place->first == key ? place->second : map.otherwise;
}

template <class Key, class Value>
constexpr Map<Key, Value> updated(Map<Key, Value> map, const std::type_identity_t<Key>& key,
                                  std::type_identity_t<Value> value) {
  const auto place = place_of(map.written, key);
  const bool is_written = place != map.written.end() && place->first == key;
  if (value == map.otherwise) {
    if (is_written) map.written.erase(place);
  } else if (is_written) {
    place->second = std::move(value);
  } else {
    map.written.insert(place, {key, std::move(value)});
  }
  return map;
}

/// The map with what `change` makes of the value at `key`.
template <class Key, class Value, class Change>
constexpr Map<Key, Value> changed_at(Map<Key, Value> map, const std::type_identity_t<Key>& key, Change change) {
  const auto place = place_of(map.written, key);
  if (place == map.written.end() || place->first != key) {
    auto changed = change(map.otherwise);
    return updated(std::move(map), key, std::move(changed));
  }
  place->second = change(std::move(place->second));
  if (place->second == map.otherwise) map.written.erase(place);
  return map;
}
template <class AnyMap, class Key, class Change>
constexpr AnyMap changed_at(AnyMap map, const Key& key, Change change)
  requires requires { lookup(map, key); }
{
  return updated(map, key, change(lookup(map, key)));
}

// Of maps of maps: the value at `inner` of the map at `outer`.
template <class Key, class Value>
constexpr auto lookup(const Map<Key, Value>& map, const std::type_identity_t<Key>& outer, const auto& inner) {
  const auto place = place_of(map.written, outer);
  const bool is_written = place != map.written.end() && place->first == outer;
  return lookup(is_written ? place->second : map.otherwise, inner);
}
template <class AnyMap>
constexpr auto lookup(const AnyMap& map, const auto& outer, const auto& inner) {
  return lookup(lookup(map, outer), inner);
}
template <class AnyMap>
constexpr AnyMap updated(AnyMap map, const auto& outer, const auto& inner, const auto& value) {
  return changed_at(std::move(map), outer, [&](auto below) { return updated(std::move(below), inner, value); });
}

/// The map that has the values of `map` from key `first` on, and `below` at the keys before it.
template <class Key, class Value>
constexpr Map<Key, Value> values_from(Map<Key, Value> map, const std::type_identity_t<Key>& first,
                                      const std::type_identity_t<Value>& below)
  requires requires(Key key) { ++key; }
{
  if (map.otherwise == below) {
    map.written.erase(map.written.begin(), place_of(map.written, first));
    return map;
  }
  for (Key key{}; key < first; ++key) map = updated(std::move(map), key, below);
  return map;
}

/// The map of what `f` makes of each value.
template <class Key, class Value>
constexpr auto with_each(const Map<Key, Value>& map, auto f) {
  Map<Key, decltype(f(map.otherwise))> made{f(map.otherwise), {}};
  for (const auto& [key, value] : map.written) made = updated(std::move(made), key, f(value));
  return made;
}

/// The map of what `make` makes of the values of several maps at each key.
template <class Make, class Key, class First, class... Others>
constexpr auto zipped(Make make, const Map<Key, First>& first, const Map<Key, Others>&... others) {
  using Made = decltype(make(first.otherwise, others.otherwise...));
  Map<Key, Made> made{make(first.otherwise, others.otherwise...), {}};
  const auto write_keys_of = [&](const auto& map) {
    for (const auto& [key, value] : map.written)
      made = updated(std::move(made), key, make(lookup(first, key), lookup(others, key)...));
  };
  write_keys_of(first);
  (write_keys_of(others), ...);
  return made;
}

/// The values of `map` where those of `where` are not 0, and 0 elsewhere.
template <class Key, class Value>
constexpr Map<Key, Value> only_where(const Map<Key, Value>& where, const Map<Key, Value>& map) {
  Map<Key, Value> made = map;
  if (where.otherwise == Value{}) made = {};
  for (const auto& [key, value] : where.written)
    made = updated(std::move(made), key, value == Value{} ? Value{} : lookup(map, key));
  return made;
}

/// The values of `below` at the keys before `first`, and those of `from` from there on.
template <class Key, class Value>
constexpr Map<Key, Value> joined(const std::type_identity_t<Key>& first, const Map<Key, Value>& below,
                                 const Map<Key, Value>& from) {
  Map<Key, Value> made = values_from(from, first, below.otherwise);
  if (made.otherwise == below.otherwise) {
    made.written.insert(made.written.begin(), below.written.begin(), place_of(below.written, first));
    return made;
  }
  for (const auto& [key, value] : below.written) {
    if (key < first) made = updated(std::move(made), key, value);
  }
  return made;
}

}  // namespace refmm

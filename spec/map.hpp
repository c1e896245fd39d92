// Total maps: tables that are read and written by key, through two functions that also exist for tables of
// any size.
//
// Map is a table with a value for every key. Its symbolic form, symbolic::Map, is a function from a symbolic
// key to a symbolic value: an update is an if-then-else over the old function, a copy a new function, and the
// start an uninterpreted function, so that a theorem about one fresh key is a theorem about every key.
#pragma once

#include <utility>
#include <vector>

namespace refmm {

/// A value for every key: `otherwise` where nothing else was written.
template <class Key, class Value>
struct Map {
  Value otherwise{};
  std::vector<std::pair<Key, Value>> written{};  // ascending by key
  friend constexpr bool operator==(const Map&, const Map&) = default;
};

template <class Key, class Value>
constexpr Value lookup(const Map<Key, Value>& map, const Key& key) {
  for (const auto& [written, value] : map.written) {
    if (written == key) return value;
  }
  return map.otherwise;
}

template <class Key, class Value>
constexpr Map<Key, Value> updated(Map<Key, Value> map, const Key& key, Value value) {
  auto place = map.written.begin();
  while (place != map.written.end() && place->first < key) ++place;
  if (place != map.written.end() && place->first == key) {
    place->second = std::move(value);
  } else {
    map.written.insert(place, {key, std::move(value)});
  }
  return map;
}

}  // namespace refmm

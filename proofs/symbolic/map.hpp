// Total maps as functions: the symbolic form of spec/map.hpp.
//
// A map that a world supplies is an uninterpreted function; an update is an if-then-else over the old one. A theorem about one
// fresh key is a theorem about every key.
#pragma once

#include <refmm/proofs/symbolic/word.hpp>

#include <functional>

namespace refmm::symbolic {

template <class Value>
struct Map {
  std::function<Value(const Word&)> value;
};

template <class Value>
Value lookup(const Map<Value>& map, const Word& key) {
  return map.value(key);
}

template <class Value>
Map<Value> updated(const Map<Value>& map, const Word& key, const Value& value) {
  return {[=](const Word& k) { return select(k == key, value, map.value(k)); }};
}

}  // namespace refmm::symbolic

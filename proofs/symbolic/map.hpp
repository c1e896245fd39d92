// Total maps as functions: the symbolic form of spec/map.hpp.
//
// A map that a world supplies is an uninterpreted function; an update is an if-then-else over the old one. A theorem about one
// fresh key is a theorem about every key. A map of maps is a function of two keys: the slots of the directories of all processes.
#pragma once

#include <refmm/proofs/symbolic/word.hpp>

#include <functional>
#include <utility>

namespace refmm::symbolic {

template <class Value>
struct Map {
  std::function<Value(const Word&)> value;
};

/// One of two maps, value by value: a map may itself be a value.
template <class Value>
Map<Value> select(const Bool& condition, const Map<Value>& when_true, const Map<Value>& when_false) {
  return {[=](const Word& k) { return select(condition, when_true.value(k), when_false.value(k)); }};
}

template <class Value>
Value lookup(const Map<Value>& map, const Word& key) {
  return map.value(key);
}

template <class Value>
Map<Value> updated(const Map<Value>& map, const Word& key, const Value& value) {
  return {[=](const Word& k) { return select(k == key, value, map.value(k)); }};
}

/// The map that has the values of `map` from key `first` on, and `below` at the keys before it.
template <class Value>
Map<Value> values_from(const Map<Value>& map, const Word& first, const Value& below) {
  return {[=](const Word& k) { return select(k < first, below, map.value(k)); }};
}

/// The map of what `f` makes of each value.
template <class Value, class F>
auto with_each(const Map<Value>& map, F f) {
  using Made = decltype(f(std::declval<Value>()));
  return Map<Made>{[=](const Word& k) -> Made { return f(map.value(k)); }};
}

/// The map of what `make` makes of the values of several maps at each key.
template <class Make, class First, class... Others>
auto zipped(Make make, const Map<First>& first, const Map<Others>&... others) {
  using Made = decltype(make(std::declval<First>(), std::declval<Others>()...));
  return Map<Made>{[=](const Word& k) -> Made { return make(first.value(k), others.value(k)...); }};
}

/// The values of `map` where those of `where` are not 0, and 0 elsewhere.
inline Map<Word> only_where(const Map<Word>& where, const Map<Word>& map) {
  return {[=](const Word& k) { return select(where.value(k) != Word(0u), map.value(k), Word(0u)); }};
}

/// The values of `below` at the keys before `first`, and those of `from` from there on.
template <class Value>
Map<Value> joined(const Word& first, const Map<Value>& below, const Map<Value>& from) {
  return {[=](const Word& k) { return select(k < first, below.value(k), from.value(k)); }};
}

}  // namespace refmm::symbolic

// Records of symbolic words: fresh constants, choice between two, and reading back from a model. All follows from the
// declaration of the record (spec/record.hpp).
#pragma once

#include <refmm/proofs/symbolic/word.hpp>
#include <refmm/spec/record.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace refmm::symbolic {

/// `name.field`, or for a bare word the name itself.
inline std::string field_path(std::string_view name, std::string_view field) {
  return std::string(name) + "." + std::string(field);
}

/// Calls `visit(path, word)` for every word of `value`, a word or a record of words and records.
template <class Value, class Visit>
void for_each_word(std::string_view path, Value& value, Visit&& visit) {
  if constexpr (Record<std::remove_const_t<Value>>) {
    for_each_field(
        value, [&](const char* field, auto& member) { for_each_word(field_path(path, field), member, visit); });
  } else {
    visit(path, value);
  }
}

/// Calls `visit(a, b)` for the words of two values that stand at the same place.
template <class Value, class Visit>
void for_each_pair_of_words(const Value& left, const Value& right, Visit&& visit) {
  if constexpr (Record<Value>) {
    for_each_field(left, right,
                   [&](const char*, const auto& a, const auto& b) { for_each_pair_of_words(a, b, visit); });
  } else {
    visit(left, right);
  }
}

/// Converts to any word or record, so that a record can be made before its members are known.
struct BlankWord {
  template <class Value>
  operator Value() const {
    if constexpr (Record<Value>) {
      return []<std::size_t... I>(std::index_sequence<I...>) {
        return Value{((void)I, BlankWord{})...};
      }(std::make_index_sequence<field_count<Value>>());
    } else {
      return Value(Native<Value>{0});
    }
  }
};

/// A value of which every word is what `make(path)` gives.
template <class Value>
Value made_of_words(std::string_view path, auto make) {
  if constexpr (Record<Value>) {
    Value value = BlankWord{};
    for_each_field(value, [&](const char* field, auto& member) {
      member = made_of_words<std::remove_reference_t<decltype(member)>>(field_path(path, field), make);
    });
    return value;
  } else {
    return make(path);
  }
}

/// `when_true` or `when_false`, word by word, without a branch.
template <Record R>
R select(const Bool& condition, const R& when_true, const R& when_false) {
  R chosen = when_true;
  for_each_field(chosen, when_false, [&](const char*, auto& member, const auto& otherwise) {
    member = select(condition, member, otherwise);
  });
  return chosen;
}

}  // namespace refmm::symbolic

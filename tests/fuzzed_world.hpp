// FuzzedWorld: the inputs of a law are read from the bytes that a fuzzer makes up (spec/book/guides/fuzzing.md).
//
// Everything is words of 32 bits, little-endian, in the order in which the law asks; behind the end all are 0. A word that is allowed stands
// for itself: fuzzers compare what a program compares with the bytes that they gave it, and put the one in place of the other.
//
//   word                any; of a range that it is not in, that which is as far from the lowest, modulo the size of the range
//   truth               the lowest bit
//   choose              the alternative that it is, else the one at that position, modulo how many there are
//   sequence, words     the length, up to `longest`, then element by element, made lawful
//   map, maps           how many points, then each point: keys, and the value
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/world.hpp>
#include <refmm/tests/law_inputs.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

class FuzzedWorld {
 public:
  using word_type = std::uint32_t;

  /// Lists are at most this long.
  static constexpr std::uint32_t longest = 12;

  /// An assumption is not met: the run counts for nothing.
  struct Discarded {};

  explicit FuzzedWorld(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t word(std::string_view name) { return word(name, 0, 0xffffffff); }
  std::uint32_t word(std::string_view name, std::uint32_t lowest, std::uint32_t highest) {
    return remember(name, next(lowest, highest));
  }
  bool truth(std::string_view name) { return remember(name, next() & 1) != 0; }
  std::uint32_t choose(std::string_view name, std::initializer_list<std::uint32_t> alternatives) {
    const std::uint32_t word = next();
    const bool is_one = std::ranges::find(alternatives, word) != alternatives.end();
    return remember(name, is_one ? word : alternatives.begin()[word % alternatives.size()]);
  }

  template <template <class> class R>
  R<std::uint32_t> record(std::string_view name) {
    R<std::uint32_t> made{};
    for_each_field(made, [&](const char* field, auto& member) { member = word(path(name, field)); });
    return made;
  }
  template <template <class> class R>
  std::vector<R<std::uint32_t>> sequence(std::string_view name, const auto& hypothesis) {
    std::vector<R<std::uint32_t>> any(next(0, longest));
    for (auto& element : any) for_each_field(element, [&](const char*, auto& member) { member = next(); });
    const auto list = hypothesis.lawful(std::move(any));
    for_each_field(R<std::uint32_t>{}, [&](const char* field, auto) { values(path(name, field)); });
    for (const auto& element : list) {
      for_each_field(
          element, [&](const char* field, std::uint32_t member) { values(path(name, field)).push_back(member); });
    }
    return list;
  }
  std::vector<std::uint32_t> words(std::string_view name, const auto& hypothesis) {
    std::vector<std::uint32_t> any(next(0, longest));
    for (std::uint32_t& element : any) element = next();
    return values(name) = hypothesis.lawful(std::move(any));
  }
  std::uint32_t position(std::string_view name, const auto& list) {
    assume(length(list) > 0);
    return word(name, 0, length(list) - 1);
  }
  template <class Element>
  std::uint32_t first(std::string_view, const std::vector<Element>& list, auto predicate) const {
    return first_where(list, predicate);
  }
  template <class Element>
  void assume_everywhere(const std::vector<Element>& list, auto predicate) const {
    for (std::uint32_t position = 0; position < list.size(); ++position)
      assume(predicate(position, list[position]));
  }
  Map<std::uint32_t, std::uint32_t> map(std::string_view name);
  Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps(std::string_view name);

  void assume(bool condition) const {
    if (!condition) throw Discarded{};
  }
  /// Fuzzers see for themselves what was reached.
  void reached(const Because&) const {}

  const Inputs& inputs() const { return inputs_; }

 private:
  static std::string path(std::string_view name, std::string_view field) {
    return std::string(name) + '.' + std::string(field);
  }
  std::uint32_t next();
  std::uint32_t next(std::uint32_t lowest, std::uint32_t highest);
  std::vector<std::uint32_t>& values(std::string_view name) { return values_of(inputs_, name); }
  std::uint32_t remember(std::string_view name, std::uint32_t value) {
    values(name) = {value};
    return value;
  }

  std::span<const std::uint8_t> bytes_;  // that are left
  Inputs inputs_{};
};

static_assert(World<FuzzedWorld>);

}  // namespace refmm

// ExampleWorld: the inputs of a law are given by name.
//
//   static_assert(holds_for(law, subject, {{"num", {4}}, {"slabs.inuse", {4, 4, 2, 0}}, {"position", {2}}}));
//
// A field of a record is named `record.field`; a sequence is given by the values of each of its fields in the order of their
// positions, a map by keys and values in turn (0 elsewhere), a map of maps by both keys and the value. An example that misses an input or does not meet
// an assumption of the law is no example: the constant expression fails, at run time NoExample is thrown.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/sequence.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// The values of one input.
struct Given {
  std::string_view name;
  std::vector<std::uint32_t> values;
};

/// The same, written down in a constant expression: gcc 12 makes no array of vectors there.
struct Written {
  std::string_view name;
  std::initializer_list<std::uint32_t> values;
};

/// The example lacks an input or does not meet an assumption. `reason` says which.
struct NoExample {
  const char* reason;
};

class ExampleWorld {
 public:
  using word_type = std::uint32_t;

  constexpr explicit ExampleWorld(const std::vector<Given>& givens) : givens_(&givens) {}

  constexpr std::uint32_t word(std::string_view name) const { return single(values(name)); }
  constexpr std::uint32_t word(std::string_view name, std::uint32_t lowest, std::uint32_t highest) const {
    const std::uint32_t value = word(name);
    assume(lowest <= value && value <= highest);
    return value;
  }
  constexpr bool truth(std::string_view name) const { return word(name) != 0; }
  constexpr std::uint32_t choose(std::string_view name, std::initializer_list<std::uint32_t> alternatives) const {
    const std::uint32_t value = word(name);
    assume(std::ranges::find(alternatives, value) != alternatives.end());
    return value;
  }

  template <template <class> class R>
  constexpr R<std::uint32_t> record(std::string_view name) const {
    R<std::uint32_t> made{};
    for_each_field(made, [&](const char* field, auto& member) { member = single(field_values(name, field)); });
    return made;
  }

  template <template <class> class R>
  constexpr std::vector<R<std::uint32_t>> sequence(std::string_view name, const auto& hypothesis) const {
    std::vector<R<std::uint32_t>> list;
    // Not resize: libstdc++ 12 and clang do not agree that it is a constant expression.
    for_each_field(R<std::uint32_t>{}, [&](const char* field, auto) {
      const std::size_t count = field_values(name, field).size();
      while (list.size() < count) list.push_back({});
      while (list.size() > count) list.pop_back();
    });
    for (std::size_t position = 0; position < list.size(); ++position) {
      for_each_field(list[position],
                     [&](const char* field, auto& member) { member = field_values(name, field)[position]; });
    }
    assume_hypothesis(list, hypothesis);
    return list;
  }
  constexpr std::vector<std::uint32_t> words(std::string_view name, const auto& hypothesis) const {
    const std::vector<std::uint32_t>& list = values(name);
    assume_hypothesis(list, hypothesis);
    return list;
  }
  constexpr std::uint32_t position(std::string_view name, const auto& list) const {
    const std::uint32_t value = word(name);
    assume(value < length(list));
    return value;
  }
  template <class Element>
  constexpr std::uint32_t first(std::string_view, const std::vector<Element>& list, auto predicate) const {
    std::uint32_t position = 0;
    while (position < list.size() && !predicate(list[position])) ++position;
    return position;
  }
  template <class Element>
  constexpr void assume_everywhere(const std::vector<Element>& list, auto predicate) const {
    for (std::uint32_t position = 0; position < list.size(); ++position)
      assume(predicate(position, list[position]));
  }

  constexpr Map<std::uint32_t, std::uint32_t> map(std::string_view name) const {
    Map<std::uint32_t, std::uint32_t> map;
    const std::vector<std::uint32_t>& pairs = values(name);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) map = updated(std::move(map), pairs[i], pairs[i + 1]);
    return map;
  }

  constexpr Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps(std::string_view name) const {
    Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps;
    const std::vector<std::uint32_t>& points = values(name);
    for (std::size_t i = 0; i + 2 < points.size(); i += 3) {
      auto at_key = updated(lookup(maps, points[i]), points[i + 1], points[i + 2]);
      maps = updated(std::move(maps), points[i], std::move(at_key));
    }
    return maps;
  }

  constexpr void assume(bool condition) const {
    if (!condition) throw NoExample{"the example does not meet an assumption of the law"};
  }
  constexpr void reached(const Because&) const {}

 private:
  constexpr const std::vector<std::uint32_t>& values(std::string_view name) const {
    for (const Given& given : *givens_) {
      if (given.name == name) return given.values;
    }
    throw NoExample{"the example does not give an input of the law"};
  }
  constexpr const std::vector<std::uint32_t>& field_values(std::string_view name, std::string_view field) const {
    for (const Given& given : *givens_) {
      if (given.name.size() == name.size() + 1 + field.size() && given.name.starts_with(name) &&
          given.name.ends_with(field) && given.name[name.size()] == '.')
        return given.values;
    }
    throw NoExample{"the example does not give a field of an input of the law"};
  }
  static constexpr std::uint32_t single(const std::vector<std::uint32_t>& values) {
    if (values.size() != 1) throw NoExample{"the example gives a list where the law wants one word"};
    return values.front();
  }
  constexpr void assume_hypothesis(const auto& list, const auto& hypothesis) const {
    for (std::size_t later = 0; later < list.size(); ++later) {
      assume(hypothesis.holds(list[later]));
      for (std::size_t earlier = 0; earlier < later; ++earlier)
        assume(hypothesis.holds(list[earlier], list[later]));
    }
  }

  const std::vector<Given>* givens_;
};

/// Whether the law holds of the subject on these inputs.
constexpr bool holds_for(const auto& law, auto subject, const std::vector<Given>& givens) {
  ExampleWorld world(givens);
  return static_cast<bool>(law.claim(world, subject));
}

/// The same of inputs that are written down.
constexpr bool holds_for(const auto& law, auto subject, std::initializer_list<Written> example) {
  std::vector<Given> givens;
  for (const auto& [name, values] : example) givens.push_back({name, values});
  return holds_for(law, subject, givens);
}

}  // namespace refmm

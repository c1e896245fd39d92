// SampledWorld: the inputs of a law are drawn by RapidCheck, and running the law many times is a property.
//
//   const Sampling sampling = sample(law, subject);
//   EXPECT_TRUE(sampling.held()) << to_text(sampling);
//
// A law that is broken is shrunk, and its inputs are printed in the form that ExampleWorld takes, to be pasted as a
// static_assert. Inputs that do not meet an assumption are discarded and counted; a law of which too few inputs meet the
// assumptions has not held, it was given up.
//
// Words are drawn where laws break: near 0, near powers of two, at the ends of their range, of every magnitude, and on and
// beside the words that the law was given before and the lengths of its lists.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/world.hpp>
#include <refmm/tests/arbitrary.hpp>
#include <refmm/tests/law_inputs.hpp>

#include <rapidcheck.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

/// A word from `lowest` to `highest`; more often than by chance on or beside one of `neighbours`. Shrinks to `lowest`.
rc::Gen<std::uint32_t> word_between(std::uint32_t lowest, std::uint32_t highest,
                                    std::vector<std::uint32_t> neighbours);

class SampledWorld {
 public:
  using word_type = std::uint32_t;

  /// Lists are at most this long.
  static constexpr int longest = 12;

  std::uint32_t word(std::string_view name) { return word(name, 0, 0xffffffff); }
  std::uint32_t word(std::string_view name, std::uint32_t lowest, std::uint32_t highest) {
    return remember(name, *word_between(lowest, highest, drawn_));
  }
  bool truth(std::string_view name) { return remember(name, *rc::gen::arbitrary<bool>() ? 1 : 0) != 0; }
  std::uint32_t choose(std::string_view name, std::initializer_list<std::uint32_t> alternatives) {
    return remember(name, alternatives.begin()[*position_below(alternatives.size())]);
  }

  template <template <class> class R>
  R<std::uint32_t> record(std::string_view name) {
    R<std::uint32_t> made{};
    for_each_field(made, [&](const char* field, auto& member) { member = word(path(name, field)); });
    return made;
  }
  template <template <class> class R>
  std::vector<R<std::uint32_t>> sequence(std::string_view name, const auto& hypothesis) {
    const auto list = *lawful_list<R<std::uint32_t>>(any_record<R<std::uint32_t>>(), hypothesis);
    drawn_.push_back(length(list));
    for_each_field(R<std::uint32_t>{}, [&](const char* field, auto) { values(path(name, field)); });
    for (const auto& element : list) {
      for_each_field(
          element, [&](const char* field, std::uint32_t member) { values(path(name, field)).push_back(member); });
    }
    return list;
  }
  std::vector<std::uint32_t> words(std::string_view name, const auto& hypothesis) {
    const auto list = *lawful_list<std::uint32_t>(word_between(0, 0xffffffff, drawn_), hypothesis);
    drawn_.push_back(length(list));
    return values(name) = list;
  }
  std::uint32_t position(std::string_view name, const auto& list) {
    assume(length(list) > 0);
    return word(name, 0, length(list) - 1);
  }
  template <class Element>
  std::uint32_t first(std::string_view, const std::vector<Element>& list, auto predicate) const {
    std::uint32_t position = 0;
    while (position < list.size() && !predicate(list[position])) ++position;
    return position;
  }
  template <class Element>
  void assume_everywhere(const std::vector<Element>& list, auto predicate) const {
    for (std::uint32_t position = 0; position < list.size(); ++position)
      assume(predicate(position, list[position]));
  }
  Map<std::uint32_t, std::uint32_t> map(std::string_view name);
  Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps(std::string_view name);

  /// The run counts for nothing where this is false.
  void assume(bool condition) const;
  void reached(const Because& because) { reached_.insert(reached_.end(), because.begin(), because.end()); }

  const Inputs& inputs() const { return inputs_; }
  const Because& clauses_reached() const { return reached_; }

 private:
  static std::string path(std::string_view name, std::string_view field) {
    return std::string(name) + '.' + std::string(field);
  }
  static rc::Gen<std::size_t> position_below(std::size_t end) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end));
  }

  std::vector<std::uint32_t>& values(std::string_view name) { return values_of(inputs_, name); }
  std::uint32_t remember(std::string_view name, std::uint32_t value);

  template <class R>
  rc::Gen<R> any_record() const {
    const auto any = [words = word_between(0, 0xffffffff, drawn_)] {
      R made{};
      for_each_field(made, [&](const char*, auto& member) { member = *words; });
      return made;
    };
    return rc::gen::exec(any);
  }
  /// Made lawful; one list in four has, before that, the same element everywhere.
  template <class Element>
  static rc::Gen<std::vector<Element>> lawful_list(rc::Gen<Element> element, const auto& hypothesis) {
    using List = std::vector<Element>;
    const auto any = rc::gen::container<List>(element);
    const auto uniform =
        rc::gen::mapcat(element, [](const Element& one) { return rc::gen::container<List>(rc::gen::just(one)); });
    return rc::gen::map(rc::gen::resize(longest, rc::gen::weightedOneOf<List>({{3, any}, {1, uniform}})),
                        [hypothesis](List list) { return hypothesis.lawful(std::move(list)); });
  }

  Inputs inputs_;
  std::vector<std::uint32_t> drawn_;
  Because reached_;
};

static_assert(World<SampledWorld>);

/// How often a property is run, and with which seed. RC_PARAMS can ask for more runs (max_success) and for a seed; without
/// one it is random.
struct SampleParameters {
  static constexpr int default_runs = 300;
  std::optional<std::uint64_t> seed{};
  std::optional<int> runs{};
  int most_discards = 100;  // for each run
  bool shrink = true;       // what is broken
};

/// What came of running a property.
struct Sampling {
  enum class Verdict { held, broken, given_up };
  Verdict verdict = Verdict::held;
  std::string law{};  // its name
  std::uint64_t seed = 0;
  int runs = 0;                               // that met the assumptions
  int discarded = 0;                          // that did not
  std::map<std::string_view, int> clauses{};  // how many runs reached each
  Inputs counterexample{};                    // the smallest that was found
  std::string complaint{};                    // what the law threw instead of answering

  bool held() const { return verdict == Verdict::held; }
};

/// For people: the verdict, the inputs as an example, and how to repeat it.
std::string to_text(const Sampling& sampling);

/// Runs `claim` as a property. The cases of a law depend on the seed and on its name, on nothing else.
Sampling sample_claim(std::string_view law, const std::function<bool(SampledWorld&)>& claim,
                      const SampleParameters& parameters = {});

/// Runs a law as a property of `subject`.
Sampling sample(const auto& law, auto subject, const SampleParameters& parameters = {}) {
  return sample_claim(
      law.name, [&](SampledWorld& world) { return static_cast<bool>(law.claim(world, subject)); }, parameters);
}

}  // namespace refmm

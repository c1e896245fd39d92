// SymbolicWorld: the inputs of a law are symbols, and running the law over all paths is a proof.
#pragma once

#include <refmm/proofs/symbolic/exploration.hpp>
#include <refmm/proofs/symbolic/function.hpp>
#include <refmm/proofs/symbolic/map.hpp>
#include <refmm/proofs/symbolic/record.hpp>
#include <refmm/proofs/symbolic/search.hpp>
#include <refmm/proofs/symbolic/sequence.hpp>
#include <refmm/proofs/symbolic/word.hpp>
#include <refmm/spec/clause.hpp>

#include <bit>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// Concrete inputs of a law by name, as ExampleWorld takes them.
using Assignment = std::map<std::string, std::vector<std::uint32_t>>;

class SymbolicWorld {
 public:
  using word_type = Word;

  /// Sequences are shorter than half of what a word can count.
  static constexpr std::uint32_t longest = 0x7fffffff;
  /// Sequences of a counterexample are at most this long.
  static constexpr std::uint32_t longest_example = 8;

  Word word(std::string_view name) {
    const Word input = Word::named(name);
    remember(name, input);
    return input;
  }
  Word word(std::string_view name, std::uint32_t lowest, std::uint32_t highest) {
    const Word input = Word::named(name, static_cast<unsigned>(std::bit_width(highest)));
    remember(name, input);
    assume(both(lowest <= input, input <= highest));
    return input;
  }
  Bool truth(std::string_view name) { return word(name, 0, 1) != 0u; }
  std::uint32_t choose(std::string_view name, std::initializer_list<std::uint32_t> alternatives) {
    const std::uint32_t chosen = alternatives.begin()[exploration().choose(alternatives.size())];
    remember(name, Word(chosen));
    return chosen;
  }

  template <template <class> class R>
  R<Word> record(std::string_view name) {
    return made_of_words<R<Word>>(name, [this](std::string_view path) { return word(path); });
  }
  template <template <class> class R, class Hypothesis>
  Sequence<R<Word>> sequence(std::string_view name, const Hypothesis& hypothesis) {
    return any_sequence<R<Word>>(name, hypothesis);
  }
  template <class Hypothesis>
  Sequence<Word> words(std::string_view name, const Hypothesis& hypothesis) {
    return any_sequence<Word>(name, hypothesis);
  }
  template <class Element>
  Word position(std::string_view name, const Sequence<Element>& list) {
    const Word input = word(name);
    assume(input < list.size);
    return input;
  }
  /// The list must be one that this world supplied.
  template <class Element, class Predicate>
  Word first(std::string_view name, const Sequence<Element>& list, Predicate predicate) {
    const Word found = Word::named(name);
    assume(found <= list.size);
    list.original->promise_each([=](const Word& position, const Element& element) {
      return both(implies(position < found, negation(Bool(predicate(element)))),
                  implies(position == found, Bool(predicate(element))));
    });
    list.original->read(found);
    return found;
  }
  template <class Element, class Predicate>
  void assume_everywhere(const Sequence<Element>& list, Predicate predicate) {
    list.original->promise_each(
        [=](const Word& position, const Element& element) { return Bool(predicate(position, element)); });
  }

  // What a model says of a function elsewhere than where it was read is one value for all other keys, which no example has.
  Map<Word> map(std::string_view name) {
    const auto function = any_function(name, 1);
    return {[function](const Word& key) { return (*function)({key}); }};
  }
  Map<Map<Word>> maps(std::string_view name) {
    const auto function = any_function(name, 2);
    return {[function](const Word& outer) {
      return Map<Word>{[function, outer](const Word& inner) { return (*function)({outer, inner}); }};
    }};
  }

  void assume(const Bool& condition) { exploration().assume(condition.formula()); }
  void reached(const Because& because) { reached_.insert(reached_.end(), because.begin(), because.end()); }

  /// The clauses that decided on this path.
  const Because& clauses_reached() const { return reached_; }

  /// Inputs of this path that make `goal` false, with lists as short as can be; nothing if there are none. Whether they are
  /// inputs of the law in truth is for a replay to say.
  std::optional<Assignment> counterexample(const Bool& goal);

 private:
  struct List {
    std::string name;
    Word length;
    std::function<std::vector<std::pair<std::string, Word>>(const Word& position)> read;
  };

  static Exploration& exploration() { return Exploration::current(); }
  void remember(std::string_view name, const Word& input) { inputs_.emplace_back(name, input); }

  std::shared_ptr<Function> any_function(std::string_view name, unsigned arguments) {
    functions_.push_back(std::make_shared<Function>(name, arguments));
    return functions_.back();
  }

  template <class Element, class Hypothesis>
  Sequence<Element> any_sequence(std::string_view name, const Hypothesis& hypothesis) {
    // No machine word counts more than this, whatever it counts: a list that is one longer still has a length.
    const Word size = Word::named(std::string(name) + ".length");
    assume(size <= longest);
    auto original = std::make_shared<Original<Element>>(std::string(name), size);
    original->promise_each([=](const Word&, const Element& element) { return Bool(hypothesis.holds(element)); });
    original->promise_pairs(
        [=](const Element& earlier, const Element& later) { return Bool(hypothesis.holds(earlier, later)); });
    lists_.push_back({std::string(name), size, [original](const Word& position) {
                        std::vector<std::pair<std::string, Word>> words;
                        const Element element = original->read(position);
                        for_each_word(original->name(), element, [&](std::string_view path, const Word& word) {
                          words.emplace_back(path, word);
                        });
                        return words;
                      }});
    return as_supplied(std::move(original));
  }

  std::vector<std::pair<std::string, Word>> inputs_;
  std::vector<List> lists_;
  std::vector<std::shared_ptr<Function>> functions_;
  Because reached_;
};

}  // namespace refmm::symbolic

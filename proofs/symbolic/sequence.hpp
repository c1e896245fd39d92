// Sequences of any length: the symbolic form of the lists of spec/sequence.hpp.
//
// The length is a symbolic word and the elements are a function of the position. A change makes a new function
// that asks where the position stands to the place of the change, so that a few paths stand for lists of all lengths and all
// places of change. What a world promises of a sequence is assumed of its original elements at the positions that are
// read: each instance of a universal hypothesis that the reasoning could need, and no other.
#pragma once

#include <refmm/proofs/symbolic/record.hpp>
#include <refmm/proofs/symbolic/word.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// The elements that a world supplied, with all that it promises of them. `Element` is a word or a record of words.
template <class Element>
class Original {
 public:
  using One = std::function<Bool(const Word& position, const Element&)>;
  using Two = std::function<Bool(const Element& earlier, const Element& later)>;

  Original(std::string name, Word length) : name_(std::move(name)), length_(std::move(length)) {}

  const std::string& name() const { return name_; }
  const Word& length() const { return length_; }

  /// The element at `position`; reading it brings in what is promised of it, alone and with every element read before.
  Element read(const Word& position) {
    for (const Read& earlier : reads_) {
      if (same(earlier.position, position)) return earlier.element;
    }
    const Read now{position, element_at(position)};
    for (const Read& other : reads_) compare(other, now);
    for (const One& promise : ones_) instantiate(promise, now);
    for (const Two& promise : twos_) {
      for (const Read& other : reads_) instantiate(promise, other, now);
    }
    reads_.push_back(now);
    return now.element;
  }

  /// Promises something of every element, those read already included.
  void promise_each(One promise) {
    for (const Read& read : reads_) instantiate(promise, read);
    ones_.push_back(std::move(promise));
  }
  /// Promises something of every two elements in the order of their positions.
  void promise_pairs(Two promise) {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) instantiate(promise, reads_[j], reads_[i]);
    }
    twos_.push_back(std::move(promise));
  }

 private:
  struct Read {
    Word position;
    Element element;
  };

  static bool same(const Word& a, const Word& b) {
    return a.is_constant() == b.is_constant() &&
           (a.is_constant() ? a.constant() == b.constant() : z3::eq(a.term(), b.term()));
  }

  Element element_at(const Word& position) const {
    return made_of_words<Element>(name_, [&](const std::string_view path) {
      z3::context& context = Exploration::current().context();
      const z3::sort word = context.bv_sort(WordTraits<Word>::bits);
      return Word(context.function(std::string(path).c_str(), word, word)(position.term()));
    });
  }

  static void assume(const Bool& fact) {
    if (!fact.is_constant()) Exploration::current().define(fact.formula());
  }
  /// What Z3 could find out about two positions but, left alone, tries out value by value: one is in front of the other, or
  /// they are the same and so are their elements.
  void compare(const Read& a, const Read& b) const {
    const Bool same_position = a.position == b.position;
    assume(either(same_position, either(a.position < b.position, b.position < a.position)));
    for_each_pair_of_words(a.element, b.element, [&](const Word& one, const Word& other) {
      assume(implies(same_position, one == other));
    });
  }
  void instantiate(const One& promise, const Read& read) const {
    assume(implies(read.position < length_, promise(read.position, read.element)));
  }
  void instantiate(const Two& promise, const Read& a, const Read& b) const {
    assume(implies(both(a.position < b.position, b.position < length_), promise(a.element, b.element)));
    assume(implies(both(b.position < a.position, a.position < length_), promise(b.element, a.element)));
  }

  std::string name_;
  Word length_;
  std::vector<Read> reads_;
  std::vector<One> ones_;
  std::vector<Two> twos_;
};

template <class Element>
struct Sequence {
  Word size;
  std::function<Element(const Word&)> element;
  std::shared_ptr<Original<Element>> original;  // null once it was changed
};

/// The sequence that a world supplies.
template <class Element>
Sequence<Element> as_supplied(std::shared_ptr<Original<Element>> original) {
  return {original->length(), [original](const Word& position) { return original->read(position); }, original};
}

// ---- The functions of spec/sequence.hpp -------------------------------------------------------------------------------

template <class Element>
Word length(const Sequence<Element>& list) {
  return list.size;
}

template <class Element>
Element at(const Sequence<Element>& list, const Word& position) {
  Exploration::current().require((position < list.size).formula(), "reads past the end of a sequence");
  return list.element(position);
}

template <class Element>
Sequence<Element> replaced(const Sequence<Element>& list, const Word& position, const Element& element) {
  Exploration::current().require((position < list.size).formula(), "replaces past the end of a sequence");
  return {list.size, [=](const Word& i) { return i == position ? element : list.element(i); }, nullptr};
}

template <class Element>
Sequence<Element> inserted(const Sequence<Element>& list, const Word& position, const Element& element) {
  Exploration::current().require((position <= list.size).formula(), "inserts past the end of a sequence");
  return {list.size + 1u,
          [=](const Word& i) {
            if (i < position) return list.element(i);
            return i == position ? element : list.element(i - 1u);
          },
          nullptr};
}

template <class Element>
Sequence<Element> erased(const Sequence<Element>& list, const Word& position) {
  Exploration::current().require((position < list.size).formula(), "erases past the end of a sequence");
  return {list.size - 1u, [=](const Word& i) { return i < position ? list.element(i) : list.element(i + 1u); },
          nullptr};
}

/// A fresh word of which is known what holds of the first position with the predicate: it is true there, unless that is the end,
/// and false in front of it, unless that is the beginning. What is proved of every such word is proved of the first position.
template <class Element, class Predicate>
Word first_where(const Sequence<Element>& list, Predicate predicate) {
  Exploration& exploration = Exploration::current();
  const Word found = Word::named("first!" + std::to_string(exploration.fresh()));
  exploration.assume((found <= list.size).formula());
  if (found < list.size) exploration.assume(Bool(predicate(list.element(found))).formula());
  if (found != 0u) exploration.assume(negation(Bool(predicate(list.element(found - 1u)))).formula());
  return found;
}

inline Sequence<Word> ascending(const Word& count) {
  return {count, [](const Word& i) { return i; }, nullptr};
}

}  // namespace refmm::symbolic

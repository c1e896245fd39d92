// Worlds: where the inputs of a law come from.
//
// | world           | its words                             | running a law is                          |
// | ExampleWorld    | std::uint32_t, given by name          | an example, checked by the compiler       |
// | SampledWorld    | std::uint32_t, drawn by RapidCheck    | a property, with shrinking and replay     |
// | SymbolicWorld   | symbolic::Word, a Z3 bit-vector       | a proof for all inputs, or a counterexample |
//
// Every world has
//
//   using word_type                           the word of this world
//   word(name)                                any word
//   word(name, lowest, highest)               any word of the range, both ends included
//   truth(name)                               any truth value
//   choose(name, {a, b, ...})                 one of some constants, as a built-in word: each is a case of its own
//   record<R>(name)                           an R<word_type> with arbitrary fields, named name.FIELD
//   sequence<R>(name, hypothesis)             a sequence of R<word_type> of any length for which the hypothesis
//                                             holds (spec/sequence.hpp)
//   words(name, hypothesis)                   the same of bare words
//   position(name, sequence)                  any position of a sequence; the law claims nothing of an empty one
//   first(name, sequence, predicate)          the first position whose element satisfies the predicate, or the length
//   assume_everywhere(sequence, predicate)    predicate(position, element) of every element of a sequence that
//                                             this world supplied
//   map(name)                                 a total map from words to words (spec/map.hpp)
//   maps(name)                                a total map from words to such maps: a function of two words
//   assume(truth)                             the law claims nothing where this is false
//   reached(because)                          notes the clauses that decided: coverage, and a theorem's proof that it
//                                             is about every one of them
//
// Names of inputs are unique within a law. They appear in counterexamples, so they are the field's own.
#pragma once

#include <refmm/spec/word.hpp>

#include <string_view>

namespace refmm {

template <class T>
concept World =
    Word<typename T::word_type> && requires(T& world, std::string_view name, Native<typename T::word_type> bound) {
      { world.word(name) } -> std::same_as<typename T::word_type>;
      { world.word(name, bound, bound) } -> std::same_as<typename T::word_type>;
      { world.truth(name) } -> Truth;
      { world.choose(name, {bound, bound}) } -> std::same_as<Native<typename T::word_type>>;
      world.assume(true);
    };

}  // namespace refmm

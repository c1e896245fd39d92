// Functions that a world supplies: maps, and maps of maps.
//
// Z3 knows of a function that equal arguments have equal values. Said of each two places that were read, it is a fact about
// bit-vectors like all others; left to the theory of functions, Z3 tries arguments out value by value.
#pragma once

#include <refmm/proofs/symbolic/exploration.hpp>
#include <refmm/proofs/symbolic/word.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// An uninterpreted function of one word or more, and the places where it was read.
class Function {
 public:
  Function(std::string_view name, unsigned arguments)
      : name_(name), function_(declared(std::string(name), arguments)) {}

  const std::string& name() const { return name_; }
  const z3::func_decl& function() const { return function_; }

  struct Read {
    std::vector<Word> arguments;
    Word value;
  };
  const std::vector<Read>& reads() const { return reads_; }

  Word operator()(const std::vector<Word>& arguments) {
    for (const Read& earlier : reads_) {
      if (same(earlier.arguments, arguments)) return earlier.value;
    }
    z3::expr_vector terms(function_.ctx());
    for (const Word& argument : arguments) terms.push_back(argument.term());
    const Read now{arguments, Word(function_(terms))};
    for (const Read& earlier : reads_) compare(earlier, now);
    reads_.push_back(now);
    return now.value;
  }

 private:
  static z3::func_decl declared(const std::string& name, unsigned arguments) {
    z3::context& context = Exploration::current().context();
    const z3::sort word = context.bv_sort(WordTraits<Word>::bits);
    z3::sort_vector domain(context);
    for (unsigned i = 0; i < arguments; ++i) domain.push_back(word);
    return context.function(name.c_str(), domain, word);
  }
  static bool same(const std::vector<Word>& one, const std::vector<Word>& other) {
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (!z3::eq(one[i].term(), other[i].term())) return false;
    }
    return true;
  }
  static void compare(const Read& earlier, const Read& now) {
    Bool same_place = true;
    for (std::size_t i = 0; i < now.arguments.size(); ++i)
      same_place = both(same_place, earlier.arguments[i] == now.arguments[i]);
    const Bool fact = implies(same_place, earlier.value == now.value);
    if (!fact.is_constant()) Exploration::current().define(fact.formula());
  }

  std::string name_;
  z3::func_decl function_;
  std::vector<Read> reads_;
};

}  // namespace refmm::symbolic

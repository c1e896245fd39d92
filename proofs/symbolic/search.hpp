// Bisection over symbolic words: the symbolic form of spec/search.hpp.
#pragma once

#include <refmm/proofs/symbolic/word.hpp>

#include <string>

namespace refmm::symbolic {

/// A word of which is known what holds of whatever bisection finds, for any `fits`: it fits or is 0, and the next one does not fit
/// or is beyond the limit. (Bisection keeps both all along, of its two ends.) Nothing more is known of it, so that what is proved
/// of it is proved of bisection; that 0 fits is required, as the caller promises it.
template <unsigned Bits>
BasicWord<Bits> largest_fitting(const BasicWord<Bits>& limit, auto fits) {
  using W = BasicWord<Bits>;
  Exploration& exploration = Exploration::current();
  exploration.require(Bool(fits(W(0))).formula(), "bisects where 0 does not fit");
  const W found = W::named("fitting!" + std::to_string(exploration.fresh()));
  z3::expr_vector constants(exploration.context()), facts(exploration.context());
  constants.push_back(found.term());
  facts.push_back(both(found <= limit, Bool(fits(found))).formula());
  facts.push_back(either(found == limit, negation(Bool(fits(found + W(1))))).formula());
  exploration.introduce(constants, facts);
  return found;
}

}  // namespace refmm::symbolic

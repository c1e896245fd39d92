// Bisection over symbolic words: the symbolic form of spec/search.hpp.
#pragma once

#include <refmm/proofs/symbolic/word.hpp>
#include <refmm/spec/search.hpp>

#include <cstdint>
#include <string>
#include <vector>

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
  exploration.introduce({{found.term()},
                         {both(found <= limit, Bool(fits(found))).formula(),
                          either(found == limit, negation(Bool(fits(found + W(1))))).formula()},
                         [limit, fits](const Introduction::ValueOf& value_of) {
                           const auto highest = static_cast<Native<W>>(value_of(limit.term()));
                           const auto fits_now = [&](Native<W> number) {
                             return value_of(Bool(fits(W(number))).formula()) != 0;
                           };
                           return std::vector{std::uint64_t{refmm::largest_fitting(highest, fits_now)}};
                         }});
  return found;
}

}  // namespace refmm::symbolic

// Symbolic truths and words: values that stand for all inputs at once.
//
// A Word meets the concept of spec/word.hpp, so that model functions and laws run on it unchanged. Where both operands
// are constants the result is a constant and Z3 is not involved. Nothing here converts to a built-in value but
// Bool, explicitly, and that conversion is where paths split.
#pragma once

#include <refmm/proofs/symbolic/exploration.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/word.hpp>

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// A truth value: a constant or a formula.
class Bool {
 public:
  Bool(bool value) : value_(value) {}
  explicit Bool(z3::expr formula) : formula_(std::move(formula)) {}

  /// The value on this path: where both are possible, the path splits.
  explicit operator bool() const { return formula_ ? Exploration::current().decide(*formula_) : value_; }

  bool is_constant() const { return !formula_; }
  z3::expr formula() const { return formula_ ? *formula_ : Exploration::current().context().bool_val(value_); }

  friend Bool negation(const Bool& a) { return a.formula_ ? Bool(!*a.formula_) : Bool(!a.value_); }
  friend Bool both(const Bool& a, const Bool& b) {
    if (a.is_constant()) return a.value_ ? b : a;
    if (b.is_constant()) return b.value_ ? a : b;
    return Bool(*a.formula_ && *b.formula_);
  }
  friend Bool either(const Bool& a, const Bool& b) { return negation(both(negation(a), negation(b))); }
  friend Bool implies(const Bool& a, const Bool& b) { return either(negation(a), b); }

  /// Notes a clause that decides for some inputs, on the first path that has one, without splitting it (spec/outcome.hpp).
  friend void note(Because& because, const Bool& condition, ClauseRef clause) {
    if (condition.is_constant() ? condition.value_ : Exploration::current().first_to_hold(*condition.formula_))
      because.push_back(clause);
  }

 private:
  bool value_ = false;
  std::optional<z3::expr> formula_;
};

/// A word of `Bits` bits: a constant or a bit-vector term. Arithmetic wraps, comparison is unsigned, a shift by `Bits` or
/// more gives 0. Division by zero is a misstep.
///
/// A word that was shifted to the left is also kept as what it was: a number of pages, say, of so many bits less. Sums,
/// differences and comparisons of such words are those of the shorter numbers, and shifting back costs nothing. Addresses and
/// page offsets are then linear in the page numbers that a law begins with, which Z3 adds up as we do.
template <unsigned Bits>
class BasicWord {
 public:
  using native = std::conditional_t<Bits == 64, std::uint64_t, std::uint32_t>;

  BasicWord(native value) : value_(value) {}
  explicit BasicWord(z3::expr term) : term_(std::move(term)) {}
  /// An input: the constant of this name in every path.
  static BasicWord named(std::string_view name) {
    return BasicWord(Exploration::current().context().bv_const(std::string(name).c_str(), Bits));
  }

  /// The same, of an input that is known to have no more than `bits` bits: Z3 need not reason about the others.
  static BasicWord named(std::string_view name, unsigned bits) {
    if (bits == 0 || bits >= Bits) return named(name);
    return BasicWord(
        z3::zext(Exploration::current().context().bv_const(std::string(name).c_str(), bits), Bits - bits));
  }

  /// The constant of Z3 that `named` made.
  z3::expr symbol() const { return term_->is_const() ? *term_ : term_->arg(0); }

  bool is_constant() const { return !term_; }
  std::optional<native> constant() const { return term_ ? std::nullopt : std::optional(value_); }
  z3::expr term() const { return term_ ? *term_ : Exploration::current().context().bv_val(value_, Bits); }

  friend BasicWord operator+(const BasicWord& a, const BasicWord& b) {
    if (a.is(0)) return b;
    if (b.is(0)) return a;
    if (const unsigned shift = common_shift(a, b)) return shifted(a.short_of(shift) + b.short_of(shift), shift);
    if (a.is_constant() && b.short_) return b + a;
    // The bits that were shifted in are 0: what a constant adds to them carries nothing over.
    if (b.is_constant() && a.short_) {
      const z3::expr number =
          (*a.short_ + a.short_->ctx().bv_val(b.value_ >> a.shift_, Bits - a.shift_)).simplify();
      const native within = b.value_ & ((native{1} << a.shift_) - 1);
      return BasicWord(z3::concat(number, number.ctx().bv_val(within, a.shift_)));
    }
    return compute(
        a, b, [](native x, native y) { return x + y; }, [](auto x, auto y) { return x + y; });
  }
  friend BasicWord operator-(const BasicWord& a, const BasicWord& b) {
    if (b.is(0)) return a;
    if (const unsigned shift = common_shift(a, b)) return shifted(a.short_of(shift) - b.short_of(shift), shift);
    return compute(
        a, b, [](native x, native y) { return x - y; }, [](auto x, auto y) { return x - y; });
  }
  friend BasicWord operator*(const BasicWord& a, const BasicWord& b) {
    if (a.is(0) || b.is(1)) return a;
    if (b.is(0) || a.is(1)) return b;
    if (!a.is_constant() && !b.is_constant()) return BasicWord(Exploration::current().product(a.term(), b.term()));
    return compute(
        a, b, [](native x, native y) { return x * y; }, [](auto x, auto y) { return x * y; });
  }
  friend BasicWord operator/(const BasicWord& a, const BasicWord& b) { return divide(a, b).first; }
  friend BasicWord operator%(const BasicWord& a, const BasicWord& b) { return divide(a, b).second; }
  friend BasicWord operator&(const BasicWord& a, const BasicWord& b) {
    if (a.is(0) || b.is(0)) return native{0};
    if (a.is_constant() && !b.is_constant()) return b & a;
    if (b.is_constant() && a.short_) {
      if (static_cast<unsigned>(std::countr_zero(b.value_)) >= a.shift_)
        return shifted(a.short_of(a.shift_) & b.short_of(a.shift_), a.shift_);
      if (static_cast<unsigned>(std::bit_width(b.value_)) <= a.shift_) return native{0};
    }
    if (b.is_constant() && !a.is_constant()) {
      const auto low = static_cast<unsigned>(std::countr_zero(b.value_));
      if (low != 0 && static_cast<unsigned>(std::countl_one(b.value_)) == Bits - low)
        return shifted(a.term().extract(Bits - 1, low), low);
    }
    return compute(
        a, b, [](native x, native y) { return x & y; }, [](auto x, auto y) { return x & y; });
  }
  friend BasicWord operator|(const BasicWord& a, const BasicWord& b) {
    return compute(
        a, b, [](native x, native y) { return x | y; }, [](auto x, auto y) { return x | y; });
  }
  friend BasicWord operator^(const BasicWord& a, const BasicWord& b) {
    if (const unsigned shift = common_shift(a, b)) return shifted(a.short_of(shift) ^ b.short_of(shift), shift);
    return compute(
        a, b, [](native x, native y) { return x ^ y; }, [](auto x, auto y) { return x ^ y; });
  }
  friend BasicWord operator~(const BasicWord& a) {
    return a.is_constant() ? BasicWord(static_cast<native>(~a.value_)) : BasicWord(~a.term());
  }
  friend BasicWord operator<<(const BasicWord& a, const BasicWord& b) {
    if (!a.is_constant() && b.is_constant() && b.value_ != 0 && b.value_ < Bits) {
      const auto shift = static_cast<unsigned>(b.value_);
      return shifted(a.term().extract(Bits - 1 - shift, 0), shift);
    }
    return compute(
        a, b, [](native x, native y) { return y < Bits ? x << y : 0; },
        [](auto x, auto y) { return z3::shl(x, y); });
  }
  friend BasicWord operator>>(const BasicWord& a, const BasicWord& b) {
    if (a.short_ && b.is(a.shift_)) return BasicWord(z3::zext(*a.short_, a.shift_).simplify());
    return compute(
        a, b, [](native x, native y) { return y < Bits ? x >> y : 0; },
        [](auto x, auto y) { return z3::lshr(x, y); });
  }

  friend Bool operator==(const BasicWord& a, const BasicWord& b) {
    return compare(
        a, b, [](native x, native y) { return x == y; }, [](auto x, auto y) { return x == y; });
  }
  friend Bool operator!=(const BasicWord& a, const BasicWord& b) { return negation(a == b); }
  friend Bool operator<(const BasicWord& a, const BasicWord& b) {
    return compare(
        a, b, [](native x, native y) { return x < y; }, [](auto x, auto y) { return z3::ult(x, y); });
  }
  friend Bool operator<=(const BasicWord& a, const BasicWord& b) {
    return compare(
        a, b, [](native x, native y) { return x <= y; }, [](auto x, auto y) { return z3::ule(x, y); });
  }
  friend Bool operator>(const BasicWord& a, const BasicWord& b) { return b < a; }
  friend Bool operator>=(const BasicWord& a, const BasicWord& b) { return b <= a; }

  friend BasicWord select(const Bool& condition, const BasicWord& when_true, const BasicWord& when_false) {
    if (condition.is_constant()) return bool(condition) ? when_true : when_false;
    if (when_true.is_constant() && when_false.is_constant() && when_true.value_ == when_false.value_)
      return when_true;
    if (const unsigned shift = common_shift(when_true, when_false))
      return shifted(z3::ite(condition.formula(), when_true.short_of(shift), when_false.short_of(shift)), shift);
    return BasicWord(z3::ite(condition.formula(), when_true.term(), when_false.term()));
  }

 private:
  bool is(native value) const { return is_constant() && value_ == value; }

  static BasicWord compute(const BasicWord& a, const BasicWord& b, auto on_constants, auto on_terms) {
    if (a.is_constant() && b.is_constant()) return static_cast<native>(on_constants(a.value_, b.value_));
    return BasicWord(on_terms(a.term(), b.term()));
  }
  static Bool compare(const BasicWord& a, const BasicWord& b, auto on_constants, auto on_terms) {
    if (a.is_constant() && b.is_constant()) return on_constants(a.value_, b.value_);
    if (const unsigned shift = common_shift(a, b)) return Bool(on_terms(a.short_of(shift), b.short_of(shift)));
    return Bool(on_terms(a.term(), b.term()));
  }

  /// Quotient and remainder. By a power of two they are a shift and a mask; else they are fresh constants with the property
  /// that defines them, a = q * b + r and r < b, where q * b does not wrap: a law about a quotient is then a law about a
  /// product, and no divider has to be reasoned about.
  static std::pair<BasicWord, BasicWord> divide(const BasicWord& a, const BasicWord& b) {
    if (b.is_constant() && b.value_ != 0) {
      if (a.is_constant()) return {native{a.value_ / b.value_}, native{a.value_ % b.value_}};
      if (std::has_single_bit(b.value_))
        return {a >> static_cast<native>(std::countr_zero(b.value_)), a & (b.value_ - 1)};
    }
    Exploration& exploration = Exploration::current();
    exploration.require((b != native{0}).formula(), "divides by zero");
    const std::string number = std::to_string(exploration.fresh());
    const BasicWord quotient = named("quotient!" + number);
    const BasicWord remainder = named("remainder!" + number);
    const BasicWord product = quotient * b;
    std::vector<z3::expr> facts{both(both(product <= a, remainder < b), a == product + remainder).formula()};
    // That quotient * b does not wrap. A quotient is no larger than a shifted by the bits of b, which is all that most proofs
    // need; the rest is said where a model violates it.
    for (native bit = 0; bit < Bits; ++bit)
      facts.push_back(implies(native{1} << bit <= b, quotient <= a >> bit).formula());
    if (b.is_constant()) {
      facts.push_back((quotient <= static_cast<native>(~native{0} / b.value_)).formula());
    } else {
      exploration.never_wraps(quotient.term(), b.term());
    }
    exploration.introduce(
        {{quotient.term(), remainder.term()}, std::move(facts), [a, b](const Introduction::ValueOf& value_of) {
           const std::uint64_t dividend = value_of(a.term()), divisor = value_of(b.term());
           if (divisor == 0) return std::vector<std::uint64_t>{0, 0};
           return std::vector{dividend / divisor, dividend % divisor};
         }});
    return {quotient, remainder};
  }

  // ---- Words that were shifted to the left ----

  static BasicWord shifted(const z3::expr& number, unsigned shift) {
    const z3::expr simple = number.simplify();
    BasicWord word(z3::concat(simple, number.ctx().bv_val(0, shift)));
    word.short_ = simple;
    word.shift_ = shift;
    return word;
  }

  /// By how much both were shifted, if one of them was and the other may have been; else 0.
  static unsigned common_shift(const BasicWord& a, const BasicWord& b) {
    const auto fits = [](const BasicWord& word, unsigned shift) {
      return word.short_ ? word.shift_ == shift
                         : word.is_constant() && (word.value_ & ((native{1} << shift) - 1)) == 0;
    };
    const unsigned shift = a.short_ ? a.shift_ : b.short_ ? b.shift_ : 0;
    return shift != 0 && fits(a, shift) && fits(b, shift) ? shift : 0;
  }

  /// The number that was shifted.
  z3::expr short_of(unsigned shift) const {
    return short_ ? *short_ : Exploration::current().context().bv_val(value_ >> shift, Bits - shift);
  }

  native value_ = 0;
  std::optional<z3::expr> term_;
  std::optional<z3::expr> short_;
  unsigned shift_ = 0;
};

using Word = BasicWord<32>;
using Word64 = BasicWord<64>;

}  // namespace refmm::symbolic

namespace refmm {

template <unsigned Bits>
struct WordTraits<symbolic::BasicWord<Bits>> {
  using native = typename symbolic::BasicWord<Bits>::native;
  static constexpr unsigned bits = Bits;
};

static_assert(Word<symbolic::Word> && Word<symbolic::Word64>);

}  // namespace refmm

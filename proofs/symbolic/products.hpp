// Products of symbolic terms, without multipliers.
//
// To Z3 the product of two terms is an uninterpreted function of them. A model in which it is not what it should be is
// answered with facts of multiplication that this model violates, until there is a model in which all products are
// right, or none. Each fact is true of all words, so the assertions that a query ends with are a problem that stands on its own:
// where they contradict each other, so would they with bvmul in place of the function.
#pragma once

#include <refmm/proofs/symbolic/z3.hpp>

#include <utility>
#include <vector>

namespace refmm::symbolic {

class Products {
 public:
  /// The term for a * b. Constants that are added to a factor are multiplied out, so that neighbouring products are sums of one.
  z3::expr of(const z3::expr& a, const z3::expr& b);
  /// `a` is a quotient and `b` its divisor: their product is not beyond what a word holds.
  void never_wraps(const z3::expr& a, const z3::expr& b) { bounded_.emplace_back(a, b); }
  /// Facts that `model` violates; none if all products are right in it.
  std::vector<z3::expr> violated_facts(const z3::model& model) const;
  /// Makes all products right in a model that was found before some of them were asked for.
  void complete(z3::model& model) const;
  void clear() {
    products_.clear();
    bounded_.clear();
  }

 private:
  struct Product {
    z3::expr a, b, result;
  };
  static bool right_in(const z3::model& model, const Product& product);

  std::vector<Product> products_;
  std::vector<std::pair<z3::expr, z3::expr>> bounded_;
};

}  // namespace refmm::symbolic

#include <refmm/proofs/symbolic/products.hpp>

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace refmm::symbolic {
namespace {

std::uint64_t value_of(const z3::expr& numeral) { return numeral.get_numeral_uint64(); }

unsigned bits_of(const z3::expr& word) { return word.get_sort().bv_size(); }

z3::expr numeral(const z3::expr& like, std::uint64_t value) { return like.ctx().bv_val(value, bits_of(like)); }

/// The function that stands for multiplication of words like `word`.
z3::func_decl multiplication(const z3::expr& word) {
  const z3::sort sort = word.get_sort();
  const std::string name = "product" + std::to_string(sort.bv_size());
  return word.ctx().function(name.c_str(), sort, sort, sort);
}

/// word < 2^bits.
z3::expr fits_into(const z3::expr& word, unsigned bits) {
  const unsigned width = bits_of(word);
  if (bits >= width) return word.ctx().bool_val(true);
  return word.extract(width - 1, bits) == word.ctx().bv_val(0, width - bits);
}

/// If neither factor is so large that the product could wrap, a power of two that bounds `a` from below or above bounds the product
/// by a shift of `b`. `a_value`, `b_value`: what the factors are in the model that is to be refuted.
void add_bounds(std::vector<z3::expr>& facts, const z3::expr& a, const z3::expr& b, const z3::expr& result,
                std::uint64_t a_value, std::uint64_t b_value) {
  const unsigned width = bits_of(a);
  const auto a_bits = static_cast<unsigned>(std::bit_width(a_value));
  const auto b_bits = static_cast<unsigned>(std::bit_width(b_value));
  if (a_value == 0 || a_bits + b_bits > width) return;
  // The bits to spare go to both factors in halves, so that the fact also speaks of other models.
  const unsigned a_limit = a_bits + (width - a_bits - b_bits) / 2;
  const z3::expr small = fits_into(a, a_limit) && fits_into(b, width - a_limit);
  const z3::expr lower = numeral(a, a_bits - 1);
  facts.push_back(z3::implies(small && z3::uge(a, numeral(a, std::uint64_t{1} << (a_bits - 1))),
                              z3::uge(result, z3::shl(b, lower))));
  facts.push_back(z3::implies(small && fits_into(a, a_bits), z3::ule(result, z3::shl(b, numeral(a, a_bits)))));
}

/// The sum x + c as {x, c}, if the term is one.
std::optional<std::pair<z3::expr, z3::expr>> sum_with_constant(const z3::expr& term) {
  if (!term.is_app() || term.decl().decl_kind() != Z3_OP_BADD || term.num_args() != 2) return std::nullopt;
  if (term.arg(0).is_numeral()) return std::pair{term.arg(1), term.arg(0)};
  if (term.arg(1).is_numeral()) return std::pair{term.arg(0), term.arg(1)};
  return std::nullopt;
}

/// A multiple of a divisor: `factor` times it.
struct Multiple {
  z3::expr factor, result;
};

/// Multiples of a divisor up to its quotient are in the order of their factors, and one divisor apart or more: none of them wraps.
void add_order(std::vector<z3::expr>& facts, const z3::model& model, const std::vector<Multiple>& multiples,
               const z3::expr& quotient, const z3::expr& divisor) {
  for (const Multiple& less : multiples) {
    for (const Multiple& more : multiples) {
      const z3::expr are_in_order = z3::ult(less.factor, more.factor) && z3::ule(more.factor, quotient);
      const z3::expr are_apart = z3::ule(divisor, more.result) && z3::ule(less.result, more.result - divisor);
      const z3::expr fact = z3::implies(are_in_order, are_apart);
      if (model.eval(fact, true).is_false()) facts.push_back(fact);
    }
  }
}

}  // namespace

z3::expr Products::of(const z3::expr& a, const z3::expr& b) {
  if (const auto sum = sum_with_constant(a)) return of(sum->first, b) + sum->second * b;
  if (const auto sum = sum_with_constant(b)) return of(a, sum->first) + a * sum->second;
  // The order of the factors does not matter, to Z3 neither.
  const bool swapped = Z3_get_ast_id(a.ctx(), b) < Z3_get_ast_id(a.ctx(), a);
  const z3::expr& first = swapped ? b : a;
  const z3::expr& second = swapped ? a : b;
  const Product product{first, second, multiplication(a)(first, second)};
  products_.push_back(product);
  return product.result;
}

void Products::complete(z3::model& model) const {
  for (const Product& product : products_) {
    if (right_in(model, product)) continue;
    z3::func_decl function = multiplication(product.a);
    z3::expr otherwise = numeral(product.a, 0);
    z3::func_interp meaning =
        model.has_interp(function) ? model.get_func_interp(function) : model.add_func_interp(function, otherwise);
    z3::expr_vector factors(product.a.ctx());
    factors.push_back(model.eval(product.a, true));
    factors.push_back(model.eval(product.b, true));
    z3::expr result = model.eval(product.a * product.b, true);
    meaning.add_entry(factors, result);
  }
}

bool Products::right_in(const z3::model& model, const Product& product) {
  return model.eval(product.a * product.b == product.result, true).is_true();
}

std::vector<z3::expr> Products::violated_facts(const z3::model& model) const {
  std::vector<z3::expr> facts;
  for (const Product& product : products_) {
    if (right_in(model, product)) continue;
    const auto& [a, b, result] = product;
    const z3::expr a_now = model.eval(a, true);
    const z3::expr b_now = model.eval(b, true);
    facts.push_back(z3::implies(a == a_now, result == a_now * b));
    facts.push_back(z3::implies(b == b_now, result == a * b_now));
    add_bounds(facts, a, b, result, value_of(a_now), value_of(b_now));
    add_bounds(facts, b, a, result, value_of(b_now), value_of(a_now));
  }
  const auto multiples_of = [&](const z3::expr& divisor) {
    std::vector<Multiple> multiples;
    for (const auto& [a, b, result] : products_) {
      if (z3::eq(a, divisor)) multiples.push_back({b, result});
      if (z3::eq(b, divisor)) multiples.push_back({a, result});
    }
    return multiples;
  };
  for (const auto& [a, b] : bounded_) {
    add_order(facts, model, multiples_of(b), a, b);
    const std::uint64_t a_now = value_of(model.eval(a, true));
    const std::uint64_t b_now = value_of(model.eval(b, true));
    const std::uint64_t largest = ~std::uint64_t{0} >> (64 - bits_of(a));
    if (b_now == 0 || a_now <= largest / b_now) continue;
    facts.push_back(z3::implies(z3::uge(b, numeral(b, b_now)), z3::ule(a, numeral(a, largest / b_now))));
  }
  return facts;
}

}  // namespace refmm::symbolic

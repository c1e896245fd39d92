#include <refmm/proofs/symbolic/exploration.hpp>

#include <utility>

namespace refmm::symbolic {
namespace {

/// Facts about products that one query may need.
constexpr unsigned max_refinements = 200;

Exploration* running = nullptr;

/// Ends a run whose assumptions no input satisfies.
struct Abandoned {};

}  // namespace

Exploration::Exploration(const Limits& limits) : limits_(limits), solver_(context_) {
  z3::params parameters(context_);
  parameters.set("rlimit", limits.rlimit);
  parameters.set("random_seed", limits.random_seed);
  solver_.set(parameters);
}

Exploration& Exploration::current() {
  if (running == nullptr) throw std::logic_error("a symbolic word was used outside of an exploration");
  return *running;
}

void Exploration::run(const std::function<bool()>& program) {
  Exploration* const outer = std::exchange(running, this);
  const struct Restore {
    Exploration* outer;
    ~Restore() { running = outer; }
  } restore{outer};
  do {
    depth_ = 0;
    fresh_ = 0;
    products_.clear();
    try {
      if (statistics_.paths >= limits_.paths)
        throw TooManyPaths("more than " + std::to_string(limits_.paths) + " paths");
      const bool go_on = program();
      ++statistics_.paths;
      if (!go_on) break;
    } catch (const Abandoned&) {
      ++statistics_.abandoned;
    }
  } while (next_path());
}

Statistics Exploration::statistics() const {
  Statistics statistics = statistics_;
  const z3::stats used = solver_.statistics();
  for (unsigned i = 0; i < used.size(); ++i) {
    if (used.key(i) == "rlimit count") statistics.rlimit = used.uint_value(i);
  }
  return statistics;
}

bool Exploration::next_path() {
  while (!path_.empty() && path_.back().open.empty()) {
    path_.pop_back();
    solver_.pop();
  }
  if (path_.empty()) return false;
  Decision& last = path_.back();
  solver_.pop();
  solver_.push();
  solver_.add(last.open.back());
  last.taken = last.names.back();
  last.open.pop_back();
  last.names.pop_back();
  model_.reset();
  unconfirmed_ = false;
  return true;
}

// ---- Questions to Z3 ----------------------------------------------------------------------------------------------------

z3::check_result Exploration::check() {
  for (unsigned refinements = 0;; ++refinements) {
    ++statistics_.queries;
    const z3::check_result result = solver_.check();
    if (result == z3::unknown) throw Undecided("Z3 does not know: " + solver_.reason_unknown());
    if (result == z3::unsat || !refine_products(solver_.get_model())) return result;
    if (refinements == max_refinements) throw Undecided("the products of this path are too much for refinement");
  }
}

bool Exploration::refine_products(const z3::model& model) {
  bool refined = false;
  for (const Product& product : products_) {
    const z3::expr a = model.eval(product.a, true);
    const z3::expr b = model.eval(product.b, true);
    const z3::expr result = model.eval(product.result, true);
    if ((a * b == result).simplify().is_true()) continue;
    solver_.add(z3::implies(product.a == a, product.result == a * product.b));
    solver_.add(z3::implies(product.b == b, product.result == product.a * b));
    refined = true;
  }
  return refined;
}

z3::expr Exploration::product(const z3::expr& a, const z3::expr& b) {
  // The order of the factors does not matter, to Z3 neither.
  const bool swapped = Z3_get_ast_id(context_, b) < Z3_get_ast_id(context_, a);
  const z3::expr& first = swapped ? b : a;
  const z3::expr& second = swapped ? a : b;
  const z3::sort word = a.get_sort();
  const std::string name = "product" + std::to_string(word.bv_size());
  Product product{first, second, context_.function(name.c_str(), word, word, word)(first, second)};
  products_.push_back(product);
  return product.result;
}

bool Exploration::satisfied_by_model(const z3::expr& condition) const {
  return model_ && model_->eval(condition, true).is_true();
}

bool Exploration::possible(const z3::expr& condition) {
  if (satisfied_by_model(condition)) return true;
  solver_.push();
  solver_.add(condition);
  const bool satisfiable = check() == z3::sat;
  if (satisfiable && !model_) model_ = solver_.get_model();
  solver_.pop();
  return satisfiable;
}

void Exploration::enter(const z3::expr& condition) {
  solver_.push();
  solver_.add(condition);
  if (!satisfied_by_model(condition)) model_.reset();
  ++depth_;
}

// ---- What the running program does --------------------------------------------------------------------------------------

bool Exploration::decide(const z3::expr& condition) {
  const z3::expr simple = condition.simplify();
  if (simple.is_true()) return true;
  if (simple.is_false()) return false;
  if (repeating()) return path_[depth_++].taken == 1;
  const z3::expr opposite = !simple;
  const bool can_hold = possible(simple);
  // If the path so far is known to be taken, one of the two can be.
  const bool can_fail = (!can_hold && !unconfirmed_) || possible(opposite);
  if (!can_hold && !can_fail) throw Abandoned{};
  unconfirmed_ = false;
  Decision decision{{}, {}, can_hold ? 1u : 0u};
  if (can_hold && can_fail) {
    decision.open.push_back(opposite);
    decision.names.push_back(0);
  } else {
    ++statistics_.pruned;
  }
  path_.push_back(std::move(decision));
  enter(can_hold ? simple : opposite);
  return can_hold;
}

std::size_t Exploration::choose(std::size_t alternatives) {
  if (repeating()) return path_[depth_++].taken;
  Decision decision{{}, {}, 0};
  for (std::size_t other = alternatives - 1; other > 0; --other) {
    decision.open.push_back(context_.bool_val(true));
    decision.names.push_back(other);
  }
  path_.push_back(std::move(decision));
  enter(context_.bool_val(true));
  return 0;
}

void Exploration::assume(const z3::expr& condition) {
  if (repeating()) return;
  define(condition);
  confirm();
}

void Exploration::define(const z3::expr& fact) {
  if (repeating()) return;
  solver_.add(fact);
  if (satisfied_by_model(fact)) return;
  model_.reset();
  unconfirmed_ = true;
}

void Exploration::confirm() {
  if (repeating() || !unconfirmed_) return;
  if (check() == z3::unsat) throw Abandoned{};
  model_ = solver_.get_model();
  unconfirmed_ = false;
}

void Exploration::require(const z3::expr& condition, const std::string& complaint) {
  if (repeating()) return;
  if (condition.simplify().is_true()) return;
  if (possible(!condition)) throw Misstep(complaint);
}

std::optional<z3::model> Exploration::refute(const z3::expr& goal) {
  if (goal.simplify().is_true()) return std::nullopt;
  z3::expr_vector negated(context_);
  negated.push_back(!goal);
  return model_with(negated);
}

std::optional<z3::model> Exploration::model_with(const z3::expr_vector& further) {
  solver_.push();
  for (unsigned i = 0; i < further.size(); ++i) solver_.add(further[static_cast<int>(i)]);
  std::optional<z3::model> found;
  if (check() == z3::sat) found = solver_.get_model();
  solver_.pop();
  return found;
}

std::string Exploration::to_smt2(const z3::expr& goal) {
  solver_.push();
  solver_.add(!goal);
  std::string script = solver_.to_smt2();
  solver_.pop();
  return script;
}

}  // namespace refmm::symbolic

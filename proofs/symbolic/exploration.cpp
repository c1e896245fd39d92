#include <refmm/proofs/symbolic/exploration.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace refmm::symbolic {
namespace {

/// Facts about products that one query may need.
constexpr unsigned max_refinements = 200;

/// The part of the resource limit within which Z3 answers by going on from the question before, or else from scratch.
constexpr unsigned quick_share = 5;

Exploration* running = nullptr;

/// Ends a run whose assumptions no input satisfies.
struct Abandoned {};

/// The ids of the constants that occur in a term.
std::set<unsigned> constants_in(const z3::expr& term) {
  std::set<unsigned> seen, constants;
  std::vector<z3::expr> open{term};
  while (!open.empty()) {
    const z3::expr next = open.back();
    open.pop_back();
    if (!next.is_app() || !seen.insert(Z3_get_ast_id(next.ctx(), next)).second) continue;
    if (next.is_const() && !next.is_numeral()) constants.insert(Z3_get_ast_id(next.ctx(), next));
    for (unsigned i = 0; i < next.num_args(); ++i) open.push_back(next.arg(i));
  }
  return constants;
}

}  // namespace

Exploration::Exploration(const Limits& limits) : limits_(limits), parameters_(context_), solver_(context_) {
  parameters_.set("random_seed", limits.random_seed);
  parameters_.set("relevancy", 0u);
  solver_.set(parameters_);
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
    introduced_.clear();
    known_.clear();
    shown_here_.clear();
    try {
      if (statistics_.paths >= limits_.paths)
        throw TooManyPaths("more than " + std::to_string(limits_.paths) + " paths");
      const bool go_on = program();
      ++statistics_.paths;
      for (const z3::expr& condition : shown_here_) shown_.emplace(Z3_get_ast_id(context_, condition), condition);
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
    if (path_.back().has_scope) solver_.pop();
    path_.pop_back();
  }
  if (path_.empty()) return false;
  Decision& last = path_.back();
  solver_.pop();
  solver_.push();
  solver_.add(last.open.back());
  last.taken = last.names.back();
  last.open.pop_back();
  last.names.pop_back();
  model_ = last.model;
  unconfirmed_ = last.unconfirmed;
  return true;
}

// ---- Questions to Z3 ----------------------------------------------------------------------------------------------------

z3::solver Exploration::from_scratch() {
  const auto tactic = [&](const char* name) { return z3::tactic(context_, name); };
  z3::solver alone = (tactic("simplify") & tactic("propagate-values") & tactic("solve-eqs") &
                      tactic("ackermannize_bv") & tactic("simplify") & tactic("bit-blast") & tactic("sat"))
                         .mk_solver();
  z3::params parameters(context_);
  parameters.set("rlimit", limits_.rlimit);
  alone.set(parameters);
  for (const z3::expr& assertion : solver_.assertions()) alone.add(assertion);
  return alone;
}

z3::check_result Exploration::check_within(unsigned rlimit) {
  parameters_.set("rlimit", rlimit);
  solver_.set(parameters_);
  return solver_.check();
}

std::optional<z3::model> Exploration::check() {
  for (unsigned refinements = 0;; ++refinements) {
    ++statistics_.queries;
    z3::solver* answering = &solver_;
    std::optional<z3::solver> alone;
    z3::check_result result = check_within(limits_.rlimit / quick_share);
    if (result == z3::unknown) {
      alone.emplace(from_scratch());
      answering = &*alone;
      result = alone->check();
    }
    if (result == z3::unknown) {
      answering = &solver_;
      result = check_within(limits_.rlimit);
    }
    if (result == z3::unknown) throw Undecided("Z3 does not know: " + answering->reason_unknown());
    if (result == z3::unsat) return std::nullopt;
    z3::model model = answering->get_model();
    const std::vector<z3::expr> facts = products_.violated_facts(model);
    if (facts.empty()) return model;
    for (const z3::expr& fact : facts) solver_.add(fact);
    facts_of_products_.insert(facts_of_products_.end(), facts.begin(), facts.end());
    if (refinements == max_refinements) throw Undecided("the products of this path are too much for refinement");
  }
}

z3::expr Exploration::product(const z3::expr& a, const z3::expr& b) { return products_.of(a, b); }

bool Exploration::satisfied_by_model(const z3::expr& condition) {
  if (!model_) return false;
  products_.complete(*model_);
  return model_->eval(condition, true).is_true();
}

void Exploration::extend(z3::model& model, const Introduction& introduction) const {
  products_.complete(model);
  const auto value_of = [&](const z3::expr& term) {
    const z3::expr value = model.eval(term, true);
    return value.is_bool() ? std::uint64_t{value.is_true()} : value.get_numeral_uint64();
  };
  const std::vector<std::uint64_t> values = introduction.compute(value_of);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const z3::expr& constant = introduction.constants[i];
    z3::func_decl name = constant.decl();
    z3::expr value = constant.ctx().bv_val(values[i], constant.get_sort().bv_size());
    model.add_const_interp(name, value);
  }
}

std::optional<z3::model> Exploration::model_of(const z3::expr& condition) {
  if (satisfied_by_model(condition)) return model_;
  facts_of_products_.clear();
  solver_.push();
  solver_.add(condition);
  std::optional<z3::model> model = check();
  solver_.pop();
  // What was found out about products holds whatever the query was.
  for (const z3::expr& fact : facts_of_products_) solver_.add(fact);
  return model;
}

bool Exploration::possible(const z3::expr& condition) {
  const std::optional<z3::model> model = model_of(condition);
  if (!model_) model_ = model;
  return model.has_value();
}

void Exploration::enter(const z3::expr& condition, Decision decision) {
  path_.push_back(std::move(decision));
  ++depth_;
  solver_.push();
  solver_.add(condition);
}

// ---- What the running program does --------------------------------------------------------------------------------------

bool Exploration::decide(const z3::expr& condition) {
  const z3::expr simple = condition.simplify();
  if (simple.is_true()) return true;
  if (simple.is_false()) return false;
  const z3::expr opposite = (!simple).simplify();
  if (known_.contains(Z3_get_ast_id(context_, simple))) return true;
  if (known_.contains(Z3_get_ast_id(context_, opposite))) return false;
  tell_of_constants_in(simple);
  const bool holds = repeating() ? path_[depth_++].taken == 1 : decide_anew(simple, opposite);
  const z3::expr& known = holds ? simple : opposite;
  known_.emplace(Z3_get_ast_id(context_, known), known);
  return holds;
}

bool Exploration::decide_anew(const z3::expr& condition, const z3::expr& opposite) {
  // If there is a model, it shows one of the two to be possible for nothing.
  std::optional<z3::model> holds = model_of(condition);
  // If the path so far is known to be taken, one of the two can be.
  std::optional<z3::model> fails;
  const bool must_fail = !holds && !unconfirmed_;
  if (!must_fail) fails = model_of(opposite);
  if (!holds && !fails && !must_fail) throw Abandoned{};
  unconfirmed_ = false;
  if (holds && fails) {
    // First the way of the model at hand.
    const bool first = !satisfied_by_model(opposite);
    model_ = first ? holds : fails;
    enter(first ? condition : opposite,
          {{first ? opposite : condition}, {first ? 0u : 1u}, first ? 1u : 0u, first ? fails : holds, false});
    return first;
  }
  ++statistics_.pruned;
  model_ = holds ? holds : fails ? fails : model_;
  enter(holds ? condition : opposite, {{}, {}, holds ? 1u : 0u, {}, false});
  return holds.has_value();
}

std::size_t Exploration::choose(std::size_t alternatives) {
  if (repeating()) return path_[depth_++].taken;
  Decision decision{{}, {}, 0, model_, unconfirmed_};
  for (std::size_t other = alternatives - 1; other > 0; --other) {
    decision.open.push_back(context_.bool_val(true));
    decision.names.push_back(other);
  }
  enter(context_.bool_val(true), std::move(decision));
  return 0;
}

bool Exploration::first_to_hold(const z3::expr& condition) {
  const z3::expr simple = condition.simplify();
  if (simple.is_true() || simple.is_false()) return simple.is_true();
  tell_of_constants_in(simple);
  if (repeating()) return path_[depth_++].taken == 1;
  const bool can = !shown_.contains(Z3_get_ast_id(context_, simple)) && possible(simple);
  if (can) {
    unconfirmed_ = false;
    shown_here_.push_back(simple);
  }
  path_.push_back({{}, {}, can ? 1u : 0u, {}, false, false});
  ++depth_;
  return can;
}

void Exploration::assume(const z3::expr& condition) {
  tell_of_constants_in(condition);
  if (repeating()) return;
  define(condition);
  confirm();
}

void Exploration::define(const z3::expr& fact) {
  tell_of_constants_in(fact);
  if (repeating()) return;
  tell(fact);
  if (!model_) unconfirmed_ = true;
}

void Exploration::tell(const z3::expr& fact) {
  solver_.add(fact);
  if (!satisfied_by_model(fact)) model_.reset();
}

void Exploration::introduce(Introduction introduction) { introduced_.push_back(std::move(introduction)); }

void Exploration::tell_of_constants_in(const z3::expr& formula) {
  if (std::ranges::all_of(introduced_, &Introduction::told)) return;
  const std::set<unsigned> constants = constants_in(formula);
  for (std::size_t i = 0; i < introduced_.size(); ++i) {
    const bool occurs = std::ranges::any_of(introduced_[i].constants, [&](const z3::expr& constant) {
      return constants.contains(Z3_get_ast_id(context_, constant));
    });
    if (introduced_[i].told || !occurs) continue;
    introduced_[i].told = true;
    const Introduction introduction = introduced_[i];
    for (const z3::expr& fact : introduction.facts) tell_of_constants_in(fact);
    if (repeating()) continue;
    if (model_) extend(*model_, introduction);
    for (const z3::expr& fact : introduction.facts) tell(fact);
  }
}

void Exploration::confirm() {
  if (repeating() || !unconfirmed_) return;
  model_ = check();
  if (!model_) throw Abandoned{};
  unconfirmed_ = false;
}

void Exploration::require(const z3::expr& condition, const std::string& complaint) {
  tell_of_constants_in(condition);
  if (repeating()) return;
  const z3::expr simple = condition.simplify();
  if (simple.is_true() || is_valid(simple)) return;
  if (possible(!simple)) throw Misstep(complaint, condition);
}

bool Exploration::is_valid(const z3::expr& condition) {
  const auto [known, unknown] = valid_.try_emplace(Z3_get_ast_id(context_, condition), condition, false);
  if (unknown) {
    ++statistics_.queries;
    z3::solver alone(context_);
    alone.set(parameters_);
    alone.add(!condition);
    known->second.second = alone.check() == z3::unsat;
  }
  return known->second.second;
}

std::optional<z3::model> Exploration::refute(const z3::expr& goal) {
  if (goal.simplify().is_true()) return std::nullopt;
  tell_of_constants_in(goal);
  return model_of(!goal);
}

std::optional<z3::model> Exploration::model_with(const z3::expr_vector& further) {
  solver_.push();
  for (unsigned i = 0; i < further.size(); ++i) solver_.add(further[static_cast<int>(i)]);
  std::optional<z3::model> found = check();
  solver_.pop();
  return found;
}

std::vector<std::string_view> Exploration::to_smt2(const z3::expr& goal) {
  std::vector<std::string_view> scripts;
  for (const z3::expr& assertion : solver_.assertions()) scripts.push_back(script_of(assertion));
  scripts.push_back(script_of(!goal));
  return scripts;
}

std::string_view Exploration::script_of(const z3::expr& condition) {
  const auto [known, anew] = scripts_.try_emplace(Z3_get_ast_id(context_, condition), condition, "");
  if (anew) {
    z3::solver alone(context_);
    alone.add(condition);
    known->second.second = alone.to_smt2();
  }
  return known->second.second;
}

}  // namespace refmm::symbolic

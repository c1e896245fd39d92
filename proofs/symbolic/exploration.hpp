// Path exploration: a program over symbolic words is run once for each of its feasible paths.
//
// Where the program asks a symbolic truth for its value, the exploration asks Z3 which outcomes are possible under
// the decisions and assumptions so far. If both are, it takes one and remembers the other; when the run is over the program
// is run again with the same decisions up to the last open one, which now goes the other way. One solver serves all paths: each
// decision is a scope of its own, and a repeated run asks nothing again that the common beginning has asked.
#pragma once

#include <refmm/proofs/symbolic/products.hpp>
#include <refmm/proofs/symbolic/z3.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// Z3 could not decide within the resource limit, or said so for another reason.
struct Undecided : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The program did what no program may do on a feasible path: divided by zero, read past the end of a sequence.
struct Misstep : std::runtime_error {
  Misstep(const std::string& complaint, const z3::expr& required)
      : std::runtime_error(complaint), condition(required) {}
  z3::expr condition;  // what was required; it can be false on the path that threw
};

/// More paths than Limits::paths.
struct TooManyPaths : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Limits {
  unsigned rlimit = 20'000'000;  // Z3's deterministic resource units, for one query
  std::uint64_t paths = 1'000'000;
  unsigned random_seed = 0;
};

struct Statistics {
  std::uint64_t paths = 0;      // runs of the program that came to an end
  std::uint64_t pruned = 0;     // branches that no input takes
  std::uint64_t abandoned = 0;  // runs that ended in an assumption that no input satisfies
  std::uint64_t queries = 0;    // questions to Z3
  std::uint64_t rlimit = 0;     // resource units that Z3 used
};

/// Fresh constants; see Exploration::introduce.
struct Introduction {
  using ValueOf = std::function<std::uint64_t(const z3::expr&)>;  // true is 1

  std::vector<z3::expr> constants, facts;
  std::function<std::vector<std::uint64_t>(const ValueOf&)> compute;
  bool told = false;
};

class Exploration {
 public:
  explicit Exploration(const Limits& limits = {});

  /// Runs `program` for every feasible path. `program` returns false to stop the exploration early.
  void run(const std::function<bool()>& program);

  /// The exploration under way on this thread; there must be one.
  static Exploration& current();

  z3::context& context() { return context_; }
  Statistics statistics() const;

  // ---- What the running program does -----------------------------------------------------------------------------------

  /// The value of `condition` on this path.
  bool decide(const z3::expr& condition);
  /// One of `alternatives`, each on paths of its own, without asking Z3.
  std::size_t choose(std::size_t alternatives);
  /// Nothing further happens on this path where `condition` is false; ends the run if it is false for all inputs.
  void assume(const z3::expr& condition);
  /// Like assume, without asking at once whether any input is left: for facts that come in numbers, the definition of a
  /// fresh constant or what is promised of an element. `confirm` asks.
  void define(const z3::expr& fact);
  /// Constants that are fixed by facts about them, of which nothing else speaks yet and which can be met whatever the other
  /// constants are: Z3 is told of them only once one of them occurs in what it is asked. `compute` gives their values
  /// from those of other terms.
  void introduce(Introduction introduction);
  /// Ends the run if no input takes this path.
  void confirm();
  /// Whether some input of this path makes `condition` true, for the first path that came to an end on which one does; on
  /// later paths it is not asked again. The path does not split.
  bool first_to_hold(const z3::expr& condition);
  /// Throws Misstep(`complaint`) if `condition` can be false on this path.
  void require(const z3::expr& condition, const std::string& complaint);
  /// A model of this path in which `goal` is false; nothing if the goal follows.
  std::optional<z3::model> refute(const z3::expr& goal);
  /// A model of this path with `further` conditions; nothing if there is none.
  std::optional<z3::model> model_with(const z3::expr_vector& further);
  /// The product of two symbolic terms (products.hpp).
  z3::expr product(const z3::expr& a, const z3::expr& b);
  /// `quotient` times `divisor` is not beyond what a word holds.
  void never_wraps(const z3::expr& quotient, const z3::expr& divisor) { products_.never_wraps(quotient, divisor); }
  /// True while the run repeats decisions that an earlier run has made.
  bool repeating() const { return depth_ < path_.size(); }
  /// A number that no other call in this run returned: for the names of fresh constants.
  unsigned fresh() { return fresh_++; }
  /// The conditions of this path and the negated goal: for each an SMT-LIB 2 script of what it speaks of and itself.
  std::vector<std::string_view> to_smt2(const z3::expr& goal);

 private:
  struct Decision {
    std::vector<z3::expr> open;      // conditions of the alternatives that are still to be taken
    std::vector<std::size_t> names;  // which alternative each of them is
    std::size_t taken;               // the alternative of this run
    std::optional<z3::model> model;  // of the open alternatives, if known
    bool unconfirmed;                // whether the path to here may have no input
    bool has_scope = true;           // of the solver; false of an answer that splits no path
  };

  /// A solver with all that is asserted now, which works on bits after preprocessing: slower to set up than to go on from the
  /// question before, but it decides sums and differences that the other gives up on.
  z3::solver from_scratch();
  /// Goes on from the question before.
  z3::check_result check_within(unsigned rlimit);
  std::optional<z3::model> check();
  std::optional<z3::model> model_of(const z3::expr& condition);
  bool possible(const z3::expr& condition);
  bool is_valid(const z3::expr& condition);
  bool satisfied_by_model(const z3::expr& condition);
  void extend(z3::model& model, const Introduction& introduction) const;
  void tell(const z3::expr& fact);
  bool decide_anew(const z3::expr& condition, const z3::expr& opposite);
  void tell_of_constants_in(const z3::expr& formula);
  void enter(const z3::expr& condition, Decision decision);
  bool next_path();
  std::string_view script_of(const z3::expr& condition);

  Limits limits_;
  z3::context context_;
  z3::params parameters_;
  z3::solver solver_;
  std::vector<Decision> path_;
  std::size_t depth_ = 0;
  unsigned fresh_ = 0;
  Products products_;                        // of this run
  std::vector<z3::expr> facts_of_products_;  // that the query under way needed
  std::vector<Introduction> introduced_;     // in this run
  std::map<unsigned, z3::expr> known_;       // conditions that this run has decided to be true, by their id
  std::map<unsigned, std::pair<z3::expr, bool>> valid_;  // whether requirements hold on every path, by their id
  std::map<unsigned, z3::expr> shown_;  // conditions that could hold on a path that came to an end
  std::vector<z3::expr> shown_here_;    // and on the path of this run
  std::optional<z3::model> model_;      // of the path so far, if known
  bool unconfirmed_ = false;            // facts were defined since the path was last known to be taken
  std::map<unsigned, std::pair<z3::expr, std::string>> scripts_;  // of conditions, by their id
  Statistics statistics_;
};

}  // namespace refmm::symbolic

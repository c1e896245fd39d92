#include <refmm/proofs/proof.hpp>
#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <sstream>

namespace refmm {
namespace {

using symbolic::Assignment;
using symbolic::Exploration;
using symbolic::SymbolicWorld;

/// Whether the model breaks the law on these inputs.
bool breaks_the_law(const Theorem& theorem, const Assignment& inputs) {
  std::vector<Given> givens;
  for (const auto& [name, values] : inputs) givens.push_back({name, values});
  ExampleWorld world(givens);
  try {
    return !theorem.example(world);
  } catch (const NoExample&) {
    return false;
  }
}

/// The inputs of the path under way on which the claim fails, or on which the model does what it must not do; nothing if
/// there are none.
std::optional<Counterexample> counterexample_here(const Theorem& theorem, SymbolicWorld& world,
                                                  const std::function<void(const symbolic::Bool&)>& discharged) {
  try {
    const symbolic::Bool claim = theorem.claim(world);
    Exploration::current().confirm();
    if (auto inputs = world.counterexample(claim)) {
      const bool replayed = breaks_the_law(theorem, *inputs);
      return Counterexample{std::move(*inputs), "", replayed};
    }
    discharged(claim);
    return std::nullopt;
  } catch (const symbolic::Misstep& misstep) {
    auto inputs = world.counterexample(symbolic::Bool(misstep.condition));
    return Counterexample{inputs.value_or(Assignment{}), misstep.what(), false};
  }
}

void add(symbolic::Statistics& sum, const symbolic::Statistics& more) {
  sum.paths += more.paths;
  sum.pruned += more.pruned;
  sum.abandoned += more.abandoned;
  sum.queries += more.queries;
  sum.rlimit += more.rlimit;
}

class Prover {
 public:
  Prover(const Theorem& theorem, const ProofOptions& options) : theorem_(theorem), options_(options) {}

  Proof prove() {
    const WithMutant mutant(options_.mutant);
    if (prove_claim() && options_.mutant.empty() && prove_reach()) kill_mutants();
    return std::move(proof_);
  }

 private:
  bool conclude(Verdict verdict, std::string reason = "") {
    proof_.verdict = verdict;
    proof_.reason = std::move(reason);
    return verdict == Verdict::proved;
  }

  bool prove_claim() {
    Exploration exploration(options_.limits);
    std::optional<Counterexample> found;
    exploration.run([&] {
      SymbolicWorld world;
      found = counterexample_here(theorem_, world, [&](const symbolic::Bool& claim) {
        if (options_.obligations) options_.obligations->add(exploration.to_smt2(claim.formula()));
      });
      for (const ClauseRef clause : world.clauses_reached()) reached_.insert(clause->name);
      return !found;
    });
    add(proof_.statistics, exploration.statistics());
    if (found) {
      proof_.counterexample = std::move(*found);
      return conclude(Verdict::refuted, proof_.counterexample.misstep);
    }
    if (exploration.statistics().paths == 0) return conclude(Verdict::vacuous, "no input meets the assumptions");
    return conclude(Verdict::proved);
  }

  bool prove_reach() {
    std::string missing;
    for (const ClauseRef clause : theorem_.reaches) {
      if (!reached_.contains(clause->name)) missing += (missing.empty() ? "" : ", ") + std::string(clause->name);
    }
    return missing.empty() || conclude(Verdict::unreached, missing);
  }

  void kill_mutants() {
    if (theorem_.fails_on.empty()) conclude(Verdict::survived_mutant, "the theorem names no mutant");
    for (const std::string_view name : theorem_.fails_on) {
      if (!kill(name)) conclude(Verdict::survived_mutant, std::string(name));
    }
  }

  /// Looks for inputs on which the mutant breaks the law when it is run, not only in theory.
  bool kill(std::string_view name) {
    const WithMutant mutant(name);
    Exploration exploration(options_.limits);
    std::optional<Counterexample> found;
    exploration.run([&] {
      SymbolicWorld world;
      found = counterexample_here(theorem_, world, [](const symbolic::Bool&) {});
      return !(found && found->replayed);
    });
    add(proof_.statistics, exploration.statistics());
    if (!found || !found->replayed) return false;
    proof_.killed.push_back({std::string(name), std::move(*found)});
    return true;
  }

  const Theorem& theorem_;
  const ProofOptions& options_;
  Proof proof_;
  std::set<std::string_view> reached_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "proved";
    case Verdict::refuted:
      return "REFUTED";
    case Verdict::vacuous:
      return "VACUOUS";
    case Verdict::unreached:
      return "UNREACHED CLAUSE";
    case Verdict::unknown:
      return "UNKNOWN";
    case Verdict::survived_mutant:
      return "MUTANT SURVIVED";
    case Verdict::failed:
      return "FAILED";
  }
  return "";
}

Proof prove(const Theorem& theorem, const ProofOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Proof proof;
  try {
    proof = Prover(theorem, options).prove();
  } catch (const symbolic::Undecided& undecided) {
    proof.verdict = Verdict::unknown;
    proof.reason = undecided.what();
  } catch (const symbolic::TooManyPaths& too_many) {
    proof.verdict = Verdict::unknown;
    proof.reason = too_many.what();
  } catch (const z3::exception& exception) {
    proof.verdict = Verdict::failed;
    proof.reason = std::string("Z3: ") + exception.msg();
  }
  proof.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return proof;
}

namespace {

/// Numbers that are as large as addresses are easier to read as such.
std::string in_words(std::uint32_t value) {
  std::ostringstream text;
  if (value >= 0x10000) text << std::hex << std::showbase;
  text << value;
  return text.str();
}

}  // namespace

std::string in_words(const Assignment& inputs) {
  std::string text;
  for (const auto& [name, values] : inputs) {
    text += (text.empty() ? "" : ", ") + name + " = ";
    std::string list;
    for (const std::uint32_t value : values) list += (list.empty() ? "" : ", ") + in_words(value);
    text += values.size() == 1 ? list : "[" + list + "]";
  }
  return text;
}

}  // namespace refmm

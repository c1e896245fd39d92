#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_invariant.hpp>
#include <refmm/spec/slab_step_laws.hpp>
#include <refmm/tests/check_blame.hpp>
#include <refmm/tests/check_lockstep.hpp>

#include <algorithm>
#include <utility>

namespace refmm {

namespace {

/// The first law that a transition breaks, the invariant of the state it leads to included.
std::optional<Lockstep::BrokenLaw> broken_law(const slab::Transition& transition) {
  if (const auto conjunct = slab::broken_conjunct(transition.after))
    return Lockstep::BrokenLaw{&*conjunct->clause, conjunct->name};
  for (const auto& law : slab::step_laws) {
    if (!law.holds(transition)) return Lockstep::BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

bool decided(const Because& because, ClauseRef clause) {
  return std::ranges::find(because, clause) != because.end();
}

}  // namespace

Lockstep::Lockstep(const Machine& machine, SlabSubject& subject)
    : machine_(machine), subject_(subject), after_(model::boot(machine)) {
  subject_.reset(machine);
  observed_ = subject_.observe();
  because_ = {"slab.boot"};
  agree_ = observed_ == after_;
}

bool Lockstep::step(const slab::Command& command) {
  before_ = after_;
  command_ = command;
  auto outcome = model::step(machine_, std::move(after_), command);
  after_ = std::move(outcome.state);
  result_ = std::move(outcome.result);
  effects_ = std::move(outcome.effects);
  because_ = std::move(outcome.because);

  answer_ = subject_.apply(command);
  agree_ = answer_.result == result_ && answer_.effects == effects_;
  if (ended()) return agree_;  // [slab.*.bug.*]: nothing is promised of the state
  if (agree_) {
    observed_ = subject_.observe();
    agree_ = observed_ == after_ && keeps_laws();
  }
  return agree_;
}

bool Lockstep::ended() const {
  const auto* refused = std::get_if<slab::Refused>(&result_);
  return refused && slab::is_bug(refused->refusal);
}

/// Of both at once: they agree.
bool Lockstep::keeps_laws() {
  broken_by_both_ = broken_law({machine_, before_, *command_, result_, effects_, after_});
  return !broken_by_both_;
}

std::optional<Lockstep::BrokenLaw> Lockstep::law_broken_by_subject() const {
  if (!command_ || ended()) return std::nullopt;
  return broken_law({machine_, before_, *command_, answer_.result, answer_.effects, subject_.observe()});
}

Finding Lockstep::finding() const {
  using Kind = Finding::Kind;
  const auto at = [&](Kind kind, Difference difference) {
    const Clause& clause = clause_to_blame(kind, difference.path, because_);
    return Finding{.kind = kind, .difference = std::move(difference), .clause = &clause, .because = because_};
  };
  if (broken_by_both_) {
    return {.kind = Kind::law,
            .difference = {"", "the law holds", "the law does not hold"},
            .clause = broken_by_both_->clause,
            .sentence = broken_by_both_->name,
            .because = because_};
  }
  if (command_) {
    if (auto difference = first_difference(result_, answer_.result, "result"))
      return at(Kind::result, *difference);
    if (auto difference = first_difference(effects_, answer_.effects, "effects"))
      return at(Kind::effects, *difference);
  }
  return at(Kind::state, first_difference(after_, observed_).value_or(Difference{}));
}

void Lockstep::count(Coverage& coverage) const {
  coverage.note(because_);
  for (const auto& conjunct : slab::invariant) coverage.note(conjunct.clause);
  if (!command_) return;

  // Clauses that decide nothing by themselves and are only kept by laws of a step: when these claim something.
  const auto* refused = std::get_if<slab::Refused>(&result_);
  const auto* kfree = std::get_if<slab::Kfree>(&*command_);
  const bool frees = std::holds_alternative<slab::CacheFree>(*command_) || (kfree && kfree->object);
  if (std::holds_alternative<slab::Object>(result_)) coverage.note("slab.alloc.not_twice");
  if (frees) coverage.note("slab.free.keeps_pages");
  if (frees && decided(because_, "slab.free.was_full")) coverage.note("slab.free.next_alloc");
  if (decided(because_, "slab.shrink.free_slabs")) coverage.note("slab.shrink.live_objects_stay");
  if (refused && !ended()) coverage.note("slab.failure.loses_nothing");
}

}  // namespace refmm

#include <refmm/model/slab.hpp>
#include <refmm/tests/check_blame.hpp>
#include <refmm/tests/check_lockstep.hpp>

#include <utility>

namespace refmm {

Lockstep::Lockstep(const Machine& machine, SlabSubject& subject)
    : machine_(machine), subject_(subject), after_(model::boot(machine)) {
  subject_.reset(machine);
  subject_.observe(observed_);
  because_ = {"slab.boot"};
  agree_ = observed_ == after_;
}

bool Lockstep::step(const slab::Command& command) {
  std::swap(before_, observed_);  // they agree so far: what was observed last is the state before
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
    subject_.observe(observed_);
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

std::optional<BrokenLaw> Lockstep::law_broken_by_subject() const {
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
  note_invariant(coverage);
  if (command_) note_laws(coverage, {machine_, before_, *command_, result_, effects_, after_}, because_);
}

}  // namespace refmm

#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <type_traits>
#include <utility>

namespace refmm {

template <class Family>
Lockstep<Family>::Lockstep(const Boot& boot, Subject<Family>& subject, const Demands& demands)
    : boot_(boot), subject_(subject), demands_(demands), after_(Family::boot(boot)) {
  subject_.reset(boot);
  subject_.observe(observed_);
  because_ = Family::because_of_boot(boot);
  agree_ =
      canonical_of<Family>(boot_, observed_) == canonical_of<Family>(boot_, after_) && !complaint_about(subject_);
  if (demands_.companion) companion_.emplace(boot_);
}

template <class Family>
bool Lockstep<Family>::step(const Command& command) {
  // They agree so far: what was observed last is the state before, if it is more than its canonical form that agrees.
  if constexpr (std::is_reference_v<decltype(canonical_of<Family>(boot_, after_))>)
    std::swap(before_, observed_);
  else
    before_ = after_;
  command_ = command;
  auto outcome = Family::step(boot_, std::move(after_), command);
  after_ = std::move(outcome.state);
  result_ = std::move(outcome.result);
  effects_ = std::move(outcome.effects);
  because_ = std::move(outcome.because);

  answer_ = subject_.apply(command);
  agree_ = answer_.result == result_ && (!demands_.effects || answer_.effects == effects_) &&
           !complaint_about(subject_);
  if (agree_ && ended()) {
    // Nothing is promised of the state. But the end may be what stands against a defect: without it the kernel as built goes on.
    if constexpr (requires { Own::defects_show_in_results; }) return agree_ = keeps_laws();
    return true;
  }
  if (agree_) {
    subject_.observe(observed_);
    agree_ = canonical_of<Family>(boot_, observed_) == canonical_of<Family>(boot_, after_);
  }
  if (agree_) return agree_ = keeps_laws();
  if (demands_.only_unlawful && !law_broken_by_subject()) agree_ = parted_ = true;
  return agree_;
}

/// Of both at once: they agree. No law speaks of the state where everything ends.
template <class Family>
bool Lockstep<Family>::keeps_laws() {
  const Carried<Family> carried = this->carried();
  if (demands_.laws && !ended()) broken_by_both_ = Own::broken_law(carried);
  if (companion_ && !broken_by_both_) broken_by_both_ = companion_->step(carried);
  return !broken_by_both_;
}

template <class Family>
std::optional<BrokenLaw> Lockstep<Family>::law_broken_by_subject() const {
  // Where the model ends with an assertion and the subject goes on, the laws speak of what the subject does; where the subject
  // ends, they do if the family has laws of ends.
  if (!command_ || parted_) return std::nullopt;
  if (Family::ends_everything(answer_.result) && !requires { Own::laws_speak_of_ends; }) return std::nullopt;
  if (!demands_.laws && !demands_.only_unlawful) return std::nullopt;
  const Carried<Family> reference = carried();
  State seen = subject_.observe();
  if constexpr (requires { Own::with_leftovers_of(boot_, after_, seen); })
    seen = Own::with_leftovers_of(boot_, after_, std::move(seen));
  const Carried<Family> carried{boot_, before_, *command_, answer_.result, answer_.effects, seen};
  return Own::broken_law(carried, demands_.laws ? nullptr : &reference);
}

template <class Family>
Finding Lockstep<Family>::finding() const {
  using Kind = Finding::Kind;
  const auto at = [&](Kind kind, Difference difference) {
    const Clause& clause = Own::clause_to_blame(kind, difference.path, because_);
    return Finding{.kind = kind, .difference = std::move(difference), .clause = &clause, .because = because_};
  };
  if (const Complaint* complaint = complaint_about(subject_)) {
    const Kind kind = command_ && answer_.result != result_ ? Kind::result : Kind::state;
    Finding finding = at(kind, complaint->difference);
    if (complaint->clause != nullptr) finding.clause = complaint->clause;
    finding.law = finding.clause;
    finding.sentence = complaint->rule;
    return finding;
  }
  if (broken_by_both_) {
    return {.kind = Kind::law,
            .difference = {"", "the law holds", "the law does not hold"},
            .clause = broken_by_both_->clause,
            .law = broken_by_both_->clause,
            .sentence = broken_by_both_->name,
            .because = because_};
  }
  if (command_) {
    if (auto difference = first_difference(result_, answer_.result, "result"))
      return at(Kind::result, *difference);
    if (auto difference = first_difference(effects_, answer_.effects, "effects"); difference && demands_.effects)
      return at(Kind::effects, *difference);
  }
  const auto difference =
      first_difference(canonical_of<Family>(boot_, after_), canonical_of<Family>(boot_, observed_));
  return at(Kind::state, difference.value_or(Difference{}));
}

template <class Family>
void Lockstep<Family>::count(Coverage& coverage) const {
  coverage.note(because_);
  Own::note_invariant(coverage);
  if (companion_) companion_->count(coverage);
  if (command_) Own::note_laws(coverage, carried(), because_);
}

template class Lockstep<BuddyFamily>;
template class Lockstep<SlabFamily>;
template class Lockstep<KernelMapFamily>;
template class Lockstep<VmaFamily>;
template class Lockstep<FaultFamily>;
template class Lockstep<MallocFamily>;

}  // namespace refmm

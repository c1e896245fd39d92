#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/spec/buddy_transition.hpp>
#include <refmm/tests/buddy_check.hpp>

namespace refmm {

namespace {

buddy::Transition transition(const Carried<BuddyFamily>& carried) {
  return {carried.boot.kernel, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

}  // namespace

bool Checking<BuddyFamily>::keeps_invariant(const BuddyFamily::Boot&, const BuddyFamily::State& state) {
  return !buddy::broken_conjunct(state);
}

std::optional<BrokenLaw> Checking<BuddyFamily>::broken_law(const Carried<BuddyFamily>& carried,
                                                           const Carried<BuddyFamily>* reference) {
  const buddy::Transition transition = refmm::transition(carried);
  // Nothing is claimed of the state that an assertion of the kernel leaves behind.
  for (const auto& conjunct : buddy::invariant) {
    if (buddy::ended_everything(transition)) break;
    if (!conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  for (const auto& law : buddy::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<BuddyFamily>::note_laws(Coverage& coverage, const Carried<BuddyFamily>& carried, const Because&) {
  const buddy::Transition transition = refmm::transition(carried);
  if (buddy::handed_out(transition)) coverage.note("buddy.alloc.exactly");
  if (buddy::given_back(transition)) coverage.note("buddy.free.exactly");
}

void Checking<BuddyFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : buddy::invariant) coverage.note(conjunct.clause);
}

}  // namespace refmm

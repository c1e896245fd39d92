#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_step_laws.hpp>
#include <refmm/spec/vma_transition.hpp>
#include <refmm/tests/vma_check.hpp>

namespace refmm {

namespace {

vma::Transition transition(const Carried<VmaFamily>& carried) {
  return {carried.boot.kernel, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

}  // namespace

bool Checking<VmaFamily>::keeps_invariant(const VmaFamily::Boot&, const VmaFamily::State& state) {
  return !vma::broken_conjunct(state);
}

std::optional<BrokenLaw> Checking<VmaFamily>::broken_law(const Carried<VmaFamily>& carried,
                                                         const Carried<VmaFamily>* reference) {
  for (const auto& conjunct : vma::invariant) {
    if (!conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  const vma::Transition transition = refmm::transition(carried);
  for (const auto& law : vma::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<VmaFamily>::note_laws(Coverage& coverage, const Carried<VmaFamily>& carried, const Because&) {
  if (!carried.before.mm.areas.empty()) coverage.note("vma.lookup.no_effect");
  // Without the defects no call comes to these assertions, and a law says so of each.
  coverage.note("vma.munmap.bug.no_page");
  coverage.note("vma.mprotect.bug.no_page");
  coverage.note("vma.mlock.bug.no_page");
}

void Checking<VmaFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : vma::invariant) coverage.note(conjunct.clause);
}

}  // namespace refmm

#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_step_laws.hpp>
#include <refmm/spec/vma_transition.hpp>
#include <refmm/tests/vma_check.hpp>

namespace refmm {

bool Checking<VmaFamily>::keeps_invariant(const VmaFamily::State& state) { return !vma::broken_conjunct(state); }

std::optional<BrokenLaw> Checking<VmaFamily>::broken_law(const Carried<VmaFamily>& carried) {
  const vma::Transition transition{carried.boot.kernel, carried.before,  carried.command,
                                   carried.result,      carried.effects, carried.after};
  if (const auto conjunct = vma::broken_conjunct(carried.after))
    return BrokenLaw{&*conjunct->clause, conjunct->name};
  for (const auto& law : vma::step_laws) {
    if (!law.holds(transition)) return BrokenLaw{&*law.clause, law.name};
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

#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/process_step_laws.hpp>
#include <refmm/spec/process_transition.hpp>
#include <refmm/tests/fault_check.hpp>

namespace refmm {

namespace {

process::Transition transition(const Carried<FaultFamily>& carried) {
  return {carried.boot, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

}  // namespace

bool Checking<FaultFamily>::keeps_invariant(const FaultFamily::Boot&, const FaultFamily::State& state) {
  return !process::broken_conjunct(state);
}

std::optional<BrokenLaw> Checking<FaultFamily>::broken_law(const Carried<FaultFamily>& carried,
                                                           const Carried<FaultFamily>* reference) {
  if (FaultFamily::ends_everything(carried.result)) return std::nullopt;
  for (const auto& conjunct : process::invariant) {
    if (!conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  const process::Transition transition = refmm::transition(carried);
  for (const auto& law : process::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<FaultFamily>::note_laws(Coverage& coverage, const Carried<FaultFamily>&, const Because&) {
  for (const auto& law : process::step_laws) coverage.note(law.clause);
}

void Checking<FaultFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : process::invariant) coverage.note(conjunct.clause);
}

std::vector<std::string_view> Checking<FaultFamily>::prepares(std::string_view defect) {
  // Nothing is in the table that stands in unless there is one.
  if (defect.starts_with("bad_table_")) return {"bad_page_table"};
  // Only a debugger makes a private copy in a shared area.
  if (defect == "fork_protects_copies" || defect == "msync_without_file") return {"debugger_write"};
  return {};
}

}  // namespace refmm

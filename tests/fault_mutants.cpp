#include <refmm/spec/mutant.hpp>
#include <refmm/tests/fault_model.hpp>
#include <refmm/tests/fault_mutants.hpp>

#include <algorithm>

namespace refmm {

std::unique_ptr<FaultSubject> make_mistaken_fault_subject() {
  const bool of_model = std::ranges::find(fault_mutants, active_mutant(), &Mutant::name) != fault_mutants.end();
  return of_model ? make_mutable_fault_model() : make_mutable_fault_implementation();
}

}  // namespace refmm

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/fault_model.hpp>
#include <refmm/tests/fault_mutants.hpp>

#include <algorithm>
#include <string_view>

namespace refmm {

std::unique_ptr<FaultSubject> make_mistaken_fault_subject() {
  const bool of_family = std::ranges::find(fault_mutants, active_mutant(), &Mutant::name) != fault_mutants.end();
  const bool of_model = of_family && active_mutant().find(".impl.") == std::string_view::npos;
  return of_model ? make_mutable_fault_model() : make_mutable_fault_implementation();
}

}  // namespace refmm

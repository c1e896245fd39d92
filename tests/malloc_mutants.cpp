#include <refmm/spec/mutant.hpp>
#include <refmm/tests/malloc_model.hpp>
#include <refmm/tests/malloc_mutants.hpp>

#include <algorithm>
#include <string_view>

namespace refmm {

std::unique_ptr<MallocSubject> make_mistaken_malloc_subject() {
  const bool of_family = std::ranges::find(malloc_mutants, active_mutant(), &Mutant::name) != malloc_mutants.end();
  const bool of_model = of_family && active_mutant().find(".impl.") == std::string_view::npos;
  return of_model ? make_mutable_malloc_model() : make_mutable_malloc_implementation();
}

}  // namespace refmm

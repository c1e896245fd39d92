// Every law of the user's heap that can be sampled, as a property of the model. One case for each law, under the law's own name.

#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/malloc_sampled_laws.hpp>
#include <refmm/tests/sampled_world.hpp>

namespace refmm::malloc {
namespace {

[[maybe_unused]] const bool added = [] {
  for_laws_of_the_model(properties("TheModelKeeps"));
  return true;
}();

}  // namespace
}  // namespace refmm::malloc

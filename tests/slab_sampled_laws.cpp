#include <refmm/tests/sampled_laws.hpp>
#include <refmm/tests/slab_sampled_laws.hpp>

namespace refmm::slab {

void append_sampled_laws(std::vector<SampledLaw>& list) {
  for_laws_of_the_model(appending(list));
  for_laws_of_the_implementation(appending(list, true));
}

}  // namespace refmm::slab

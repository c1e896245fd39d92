#include <refmm/tests/malloc_sampled_laws.hpp>
#include <refmm/tests/sampled_laws.hpp>

namespace refmm::malloc {

void append_sampled_laws(std::vector<SampledLaw>& list) { for_laws_of_the_model(appending(list)); }

}  // namespace refmm::malloc

#include <refmm/tests/buddy_sampled_laws.hpp>
#include <refmm/tests/sampled_laws.hpp>

namespace refmm::buddy {

void append_sampled_laws(std::vector<SampledLaw>& list) { for_laws_of_the_model(appending(list)); }

}  // namespace refmm::buddy

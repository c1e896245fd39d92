#include <refmm/tests/kernel_map_sampled_laws.hpp>
#include <refmm/tests/sampled_laws.hpp>

namespace refmm::kernel_map {

void append_sampled_laws(std::vector<SampledLaw>& list) { for_laws_of_the_model(appending(list)); }

}  // namespace refmm::kernel_map

#include <refmm/tests/sampled_laws.hpp>

namespace refmm {

const std::vector<SampledLaw>& all_sampled_laws() {
  static const std::vector<SampledLaw> list = [] {
    std::vector<SampledLaw> all;
    for (const auto append :
         {buddy::append_sampled_laws, slab::append_sampled_laws, kernel_map::append_sampled_laws,
          vma::append_sampled_laws, malloc::append_sampled_laws})
      append(all);
    return all;
  }();
  return list;
}

}  // namespace refmm

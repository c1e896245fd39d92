#include <refmm/tests/foreign_families.hpp>

#include <array>

namespace refmm::foreign {

std::span<const char* const> functions_of_all_families() {
  static constexpr std::array functions{"refmm_buddy_subject", "refmm_slab_subject",  "refmm_kernel_subject",
                                        "refmm_vma_subject",   "refmm_fault_subject", "refmm_malloc_subject"};
  return functions;
}

}  // namespace refmm::foreign

#include <refmm/tests/kernel_map_check.hpp>

namespace refmm {

bool Checking<KernelMapFamily>::keeps_invariant(const KernelMapFamily::Boot&, const KernelMapFamily::State&) {
  return true;
}

std::optional<BrokenLaw> Checking<KernelMapFamily>::broken_law(const Carried<KernelMapFamily>&,
                                                               const Carried<KernelMapFamily>*) {
  return std::nullopt;
}

void Checking<KernelMapFamily>::note_laws(Coverage&, const Carried<KernelMapFamily>&, const Because&) {}

void Checking<KernelMapFamily>::note_invariant(Coverage&) {}

std::vector<std::string_view> Checking<KernelMapFamily>::prepares(std::string_view defect) {
  // An area comes to end at 4 GB only where the end of the range is not heeded.
  if (defect == "area_at_zero" || defect == "vfree_to_the_top") return {"first_area_limit"};
  // Without a stand-in table none is filled again, and none stands in twice.
  if (defect == "stand_in_refilled" || defect == "stand_in_aliases") return {"stand_in_table"};
  return {};
}

}  // namespace refmm

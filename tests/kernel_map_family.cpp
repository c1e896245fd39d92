#include <refmm/model/kernel_map.hpp>
#include <refmm/tests/kernel_map_family.hpp>

#include <utility>
#include <variant>

namespace refmm {

KernelMapFamily::State KernelMapFamily::boot(const Boot& boot) { return model::boot(boot); }

Because KernelMapFamily::because_of_boot(const Boot& boot) {
  Because because{"kernel.boot.direct_mapping", "kernel.boot.tables", "kernel.boot.limits"};
  if (boot.kernel.sharing == kernel_map::Sharing::preallocated) because.push_back("paging.kernel.preallocated");
  return because;
}

Outcome<KernelMapFamily::State, KernelMapFamily::Result, KernelMapFamily::Effect> KernelMapFamily::step(
    const Boot& boot, State state, const Command& command) {
  return model::step(boot, std::move(state), command);
}

bool KernelMapFamily::ends_everything(const Result& result) {
  const auto* refused = std::get_if<kernel_map::Refused>(&result);
  return refused && kernel_map::ends_everything(refused->refusal);
}

}  // namespace refmm

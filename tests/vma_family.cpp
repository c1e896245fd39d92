#include <refmm/model/vma.hpp>
#include <refmm/tests/vma_family.hpp>

#include <utility>
#include <variant>

namespace refmm {

VmaFamily::State VmaFamily::boot(const Boot& boot) { return model::boot(boot); }

Outcome<VmaFamily::State, VmaFamily::Result, VmaFamily::Effect> VmaFamily::step(const Boot& boot, State state,
                                                                                const Command& command) {
  return model::step<std::uint32_t>(boot.kernel, std::move(state), command);
}

bool VmaFamily::ends_everything(const Result& result) {
  const auto* refused = std::get_if<vma::Refused>(&result);
  return refused && vma::ends_everything(refused->refusal);
}

}  // namespace refmm

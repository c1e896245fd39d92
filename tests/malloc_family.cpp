#include <refmm/model/malloc.hpp>
#include <refmm/tests/malloc_family.hpp>

#include <utility>
#include <variant>

namespace refmm {

MallocFamily::State MallocFamily::boot(const Boot& boot) { return model::boot(boot); }

Outcome<MallocFamily::State, MallocFamily::Result, MallocFamily::Effect> MallocFamily::step(
    const Boot& boot, State state, const Command& command) {
  return model::step<std::uint32_t>(boot.allocator, std::move(state), command);
}

bool MallocFamily::ends_everything(const Result& result) {
  const auto* refused = std::get_if<malloc::Refused>(&result);
  return refused && malloc::ends_everything(refused->refusal);
}

}  // namespace refmm

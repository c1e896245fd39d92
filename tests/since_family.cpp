#include <refmm/model/since_memory.hpp>
#include <refmm/tests/since_family.hpp>

#include <utility>

namespace refmm {

SinceFamily::State SinceFamily::boot(const Boot& boot) { return model::boot<std::uint64_t>(boot); }

Outcome<SinceFamily::State, SinceFamily::Result, SinceFamily::Effect> SinceFamily::step(const Boot& boot,
                                                                                        State state,
                                                                                        const Command& command) {
  auto step = model::step<std::uint64_t>(boot.kernel, std::move(state), command.process, command.command);
  return {std::move(step.world), std::move(step.result), {}, std::move(step.because)};
}

}  // namespace refmm

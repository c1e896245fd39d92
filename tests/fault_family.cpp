#include <refmm/model/process.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_family.hpp>

#include <utility>

namespace refmm {

FaultFamily::State FaultFamily::boot(const Boot& boot) { return model::boot(boot); }

Outcome<FaultFamily::State, FaultFamily::Result, FaultFamily::Effect> FaultFamily::step(const Boot& boot,
                                                                                        State state,
                                                                                        const Command& command) {
  return model::step<std::uint32_t>(boot, std::move(state), command);
}

bool FaultFamily::ends_everything(const Result& result) { return process::ends_everything(result); }

}  // namespace refmm

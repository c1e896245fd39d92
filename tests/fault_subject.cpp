// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/fault_machine.hpp>
#include <refmm/tests/fault_observation.hpp>
#include <refmm/tests/fault_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::inline REFMM_BUILD {
namespace {

/// Keeps a record of what happens.
struct RecordingTracer {
  void record(const FaultFamily::Effect& effect) { effects.push_back(effect); }
  std::vector<FaultFamily::Effect> take() { return std::exchange(effects, {}); }

  std::vector<FaultFamily::Effect> effects{};
};

class FaultImplementation final : public FaultSubject {
 public:
  void reset(const FaultFamily::Boot& boot) override {
    machine_.reset();
    ended_.reset();
    machine_.emplace(boot);
    machine_->machine().tracer().take();
  }

  Answer apply(const FaultFamily::Command& command) override {
    if (ended_) return {*ended_, {}};
    FaultFamily::Result result = machine_->apply(command);
    if (process::ends_everything(result)) ended_ = result;
    return {std::move(result), machine_->machine().tracer().take()};
  }

  void observe(FaultFamily::State& seen) const override { seen = FaultObservation(machine_->machine()).state(); }

 private:
  std::optional<FaultMachine<RecordingTracer>> machine_;
  std::optional<FaultFamily::Result> ended_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<FaultSubject> make_mutable_fault_implementation() {
  return std::make_unique<FaultImplementation>();
}
#else
std::unique_ptr<FaultSubject> make_fault_implementation() { return std::make_unique<FaultImplementation>(); }
#endif

}  // namespace refmm

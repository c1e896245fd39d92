// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/model/process.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/fault_model.hpp>

#include <utility>

namespace refmm {

inline namespace REFMM_BUILD {
namespace {

class FaultModel final : public Subject<FaultFamily> {
 public:
  void reset(const FaultFamily::Boot& boot) override {
    boot_ = boot;
    state_ = model::boot(boot);
  }

  Answer apply(const FaultFamily::Command& command) override {
    auto outcome = model::step<std::uint32_t>(boot_, std::move(state_), command);
    state_ = std::move(outcome.state);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }

  void observe(FaultFamily::State& seen) const override { seen = state_; }

 private:
  FaultFamily::Boot boot_{};
  FaultFamily::State state_{};
};

}  // namespace
}  // namespace REFMM_BUILD

#ifdef REFMM_MUTANTS
std::unique_ptr<Subject<FaultFamily>> make_mutable_fault_model() { return std::make_unique<FaultModel>(); }
#else
std::unique_ptr<Subject<FaultFamily>> make_fault_model() { return std::make_unique<FaultModel>(); }
#endif

}  // namespace refmm

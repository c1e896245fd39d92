// Compiled with REFMM_MUTANTS.
#include <refmm/model/malloc.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/malloc_model.hpp>

#include <utility>

namespace refmm {

inline namespace REFMM_BUILD {
namespace {

class MallocModel final : public Subject<MallocFamily> {
 public:
  void reset(const MallocFamily::Boot& boot) override {
    boot_ = boot;
    state_ = model::boot(boot);
  }

  Answer apply(const MallocFamily::Command& command) override {
    auto outcome = model::step<std::uint32_t>(boot_.allocator, std::move(state_), command);
    state_ = std::move(outcome.state);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }

  void observe(MallocFamily::State& seen) const override { seen = state_; }

 private:
  MallocFamily::Boot boot_{};
  MallocFamily::State state_{};
};

}  // namespace
}  // namespace REFMM_BUILD

std::unique_ptr<Subject<MallocFamily>> make_mutable_malloc_model() { return std::make_unique<MallocModel>(); }

}  // namespace refmm

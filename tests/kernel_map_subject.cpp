// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/impl/kernel_map_simulated.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/kernel_map_machine.hpp>
#include <refmm/tests/kernel_map_subject.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::inline REFMM_BUILD {
namespace {

class KernelMapImplementation final : public KernelMapSubject {
 public:
  void reset(const KernelMapFamily::Boot& boot) override {
    machine_.reset();
    ended_.reset();
    memory_.reset(boot);
    machine_.emplace(boot, slabs_, memory_);
    memory_.take_effects();
  }

  Answer apply(const KernelMapFamily::Command& command) override {
    if (ended_) return {kernel_map::Refused{*ended_}, {}};
    KernelMapFamily::Result result = machine_->apply(command);
    auto effects = memory_.take_effects();
    const auto* refused = std::get_if<kernel_map::Refused>(&result);
    if (refused != nullptr && kernel_map::ends_everything(refused->refusal)) {
      ended_ = refused->refusal;
      effects.clear();  // of a call that runs into an assertion, or never returns, none are known
    }
    return {std::move(result), std::move(effects)};
  }

  void observe(KernelMapFamily::State& seen) const override { machine_->observe(seen); }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::SimulatedKernelMemory memory_;
  std::optional<KernelMapMachine<impl::SimulatedKernelMemory>> machine_;
  std::optional<kernel_map::Refusal> ended_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<KernelMapSubject> make_mutable_kernel_map_implementation() {
  return std::make_unique<KernelMapImplementation>();
}
#else
std::unique_ptr<KernelMapSubject> make_kernel_map_implementation() {
  return std::make_unique<KernelMapImplementation>();
}
#endif

}  // namespace refmm

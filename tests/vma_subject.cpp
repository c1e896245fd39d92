// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/vma_address_space.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::inline REFMM_BUILD {
namespace {

class VmaImplementation final : public VmaSubject, public VmaForking {
 public:
  void reset(const VmaFamily::Boot& boot) override {
    machine_.reset();
    ended_.reset();
    machine_.emplace(caches_, slabs_, boot);
    machine_->take_effects();
  }

  Answer apply(const VmaFamily::Command& command) override {
    if (ended_) return {vma::Refused{*ended_}, {}};
    VmaFamily::Result result = machine_->apply(command);
    const auto* refused = std::get_if<vma::Refused>(&result);
    if (refused != nullptr && vma::ends_everything(refused->refusal)) ended_ = refused->refusal;
    return {std::move(result), machine_->take_effects()};
  }

  void observe(VmaFamily::State& seen) const override { machine_->observe(seen); }

  VmaFork<std::uint32_t> fork() override { return machine_->fork(); }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::AreaCaches<std::uint32_t> caches_{slabs_};
  std::optional<VmaMachine<std::uint32_t>> machine_;
  std::optional<vma::Refusal> ended_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<VmaSubject> make_mutable_vma_implementation() { return std::make_unique<VmaImplementation>(); }
#else
std::unique_ptr<VmaSubject> make_vma_implementation() { return std::make_unique<VmaImplementation>(); }
#endif

}  // namespace refmm

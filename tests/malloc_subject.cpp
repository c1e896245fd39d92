// Compiled twice: plain, and with REFMM_MUTANTS.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/malloc_machine.hpp>
#include <refmm/tests/malloc_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace refmm::inline REFMM_BUILD {
namespace {

class MallocImplementation final : public MallocSubject {
 public:
  void reset(const MallocFamily::Boot& boot) override {
    machine_.reset();
    machine_.emplace(caches_, slabs_, boot);
  }

  Answer apply(const MallocFamily::Command& command) override {
    auto answer = machine_->apply(command);
    return {std::move(answer.result), std::move(answer.effects)};
  }

  void observe(MallocFamily::State& seen) const override { machine_->observe(seen); }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::AreaCaches<std::uint32_t> caches_{slabs_};
  std::optional<MallocMachine<std::uint32_t>> machine_;
};

}  // namespace
}  // namespace refmm::inline REFMM_BUILD

namespace refmm {

#ifdef REFMM_MUTANTS
std::unique_ptr<MallocSubject> make_mutable_malloc_implementation() {
  return std::make_unique<MallocImplementation>();
}
#else
std::unique_ptr<MallocSubject> make_malloc_implementation() { return std::make_unique<MallocImplementation>(); }
#endif

}  // namespace refmm

#include <refmm/spec/kernel_map_boot.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/spec/kernel_map_transition.hpp>
#include <refmm/tests/kernel_map_check.hpp>

namespace refmm {

namespace {

kernel_map::Transition transition(const Carried<KernelMapFamily>& carried) {
  return {carried.boot, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

}  // namespace

bool Checking<KernelMapFamily>::keeps_invariant(const KernelMapFamily::Boot& boot,
                                                const KernelMapFamily::State& state) {
  return kernel_map::boot_has_room(boot) && !kernel_map::broken_conjunct(boot, state);
}

std::optional<BrokenLaw> Checking<KernelMapFamily>::broken_law(const Carried<KernelMapFamily>& carried,
                                                               const Carried<KernelMapFamily>* reference) {
  const kernel_map::Transition transition = refmm::transition(carried);
  // What an assertion of the kernel leaves behind is no state that it goes on in.
  if (!kernel_map::ended_everything(transition)) {
    for (const auto& conjunct : kernel_map::invariant) {
      if (!conjunct.holds({carried.boot, carried.after}) &&
          !(reference && !conjunct.holds({reference->boot, reference->after})))
        return BrokenLaw{&*conjunct.clause, conjunct.name};
    }
  }
  for (const auto& law : kernel_map::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<KernelMapFamily>::note_laws(Coverage& coverage, const Carried<KernelMapFamily>& carried,
                                          const Because&) {
  coverage.note("paging.kernel.monotone");
  // What an area has lost the processor may go on using until it is flushed, and does so no more.
  if (kernel_map::area_freed(transition(carried))) coverage.note("paging.tlb.stale");
  if (carried.boot.kernel.sharing == kernel_map::Sharing::preallocated && !carried.after.pgds.empty())
    coverage.note("paging.kernel.preallocated.equal");
}

void Checking<KernelMapFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : kernel_map::invariant) coverage.note(conjunct.clause);
}

std::vector<std::string_view> Checking<KernelMapFamily>::prepares(std::string_view defect) {
  // An area comes to end at 4 GB only where the end of the range is not heeded.
  if (defect == "area_at_zero" || defect == "vfree_to_the_top") return {"first_area_limit"};
  // Without a stand-in table none stands in twice, and without a second slot for it none is filled again.
  if (defect == "stand_in_aliases") return {"stand_in_table"};
  if (defect == "stand_in_refilled") return {"stand_in_table", "stand_in_aliases"};
  return {};
}

}  // namespace refmm

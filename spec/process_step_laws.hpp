// Laws about one call on a machine with processes: what must hold between the state before and the state after.
//
// Each claims something of certain calls only and holds of all others. They speak of the corrected kernel, from lawful states on;
// which of them each defect of 2.4.0 breaks stands in spec/process_defects.hpp. The first one is the law above all laws.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/process_memory_laws.hpp>
#include <refmm/spec/process_transition.hpp>

#include <array>

namespace refmm::process {

// Nothing is claimed of what the end of the machine leaves behind, but that there is none.
#define REFMM_STEP_LAW(clause, name)                                                         \
  StepLaw<Transition> {                                                                      \
    clause, #name, [](const Transition& t) { return ended_everything(t) || holds::name(t); } \
  }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("process.memory", every_call_does_to_memory_what_it_means),
    REFMM_STEP_LAW("process.memory", what_is_read_is_what_was_written),
};

#undef REFMM_STEP_LAW

/// The first law that does not hold of `transition`; nothing if it is lawful.
inline const StepLaw<Transition>* broken_step_law(const Transition& transition) {
  for (const auto& law : step_laws) {
    if (!law.holds(transition)) return &law;
  }
  return nullptr;
}

}  // namespace refmm::process

#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/replay_fault.hpp>

REFMM_FUZZ_SESSIONS(refmm::FaultFamily, "fault-sessions");

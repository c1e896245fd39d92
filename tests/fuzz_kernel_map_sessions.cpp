#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/replay_kernel_map.hpp>

REFMM_FUZZ_SESSIONS(refmm::KernelMapFamily, "kernel_map-sessions");

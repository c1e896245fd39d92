#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/slab_check.hpp>

REFMM_FUZZ_SESSIONS(refmm::SlabFamily, "slab-sessions");

#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/replay_malloc.hpp>

REFMM_FUZZ_SESSIONS(refmm::MallocFamily, "malloc-sessions");

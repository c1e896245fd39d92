#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/replay_vma.hpp>
#include <refmm/tests/vma_check.hpp>

REFMM_FUZZ_SESSIONS(refmm::VmaFamily, "vma-sessions");

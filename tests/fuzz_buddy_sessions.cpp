#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/fuzz_sessions.hpp>
#include <refmm/tests/replay_buddy.hpp>

REFMM_FUZZ_SESSIONS(refmm::BuddyFamily, "buddy-sessions");

// Calls made up at random for an address space as it is: near its areas, with lengths and flags that matter.
#pragma once

#include <refmm/tests/conform_session.hpp>

#include <random>

namespace refmm::conform {

/// A step that one of the processes may take. `image` are addresses that no call may touch.
struct Untouchable {
  Native start, end;
};

SessionStep made_up_step(std::mt19937_64& random, const since::KernelOf<Native>& kernel,
                         const since::World<Native>& world, Bits bits, const Untouchable& image);

/// The limits of a session: mostly none.
SessionLimits made_up_limits(std::mt19937_64& random);

}  // namespace refmm::conform

// From a session that shows a difference to the least one that still shows it.
#pragma once

#include <refmm/tests/conform_run.hpp>
#include <refmm/tests/conform_session.hpp>

#include <chrono>

namespace refmm::conform {

/// A session, and the difference at its last step.
struct Shown {
  Session session;
  Difference difference;
};

/// The session without what it does not need: calls, limits, large numbers. The same thing differs in it: a result, or an area. Stops
/// after `patience` with the least so far.
Shown shrunk(Shown shown, std::chrono::seconds patience);

}  // namespace refmm::conform

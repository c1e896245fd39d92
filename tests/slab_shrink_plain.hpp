// Plain scripts about the reaper, which sessions come upon in many ways.
#pragma once

#include <refmm/tests/slab_shrink.hpp>

namespace refmm::slab {

/// In place of calls that grow, and make the reaper run by a knob, the reaper is called.
bool call_reaper(const Script& script, const Propose& propose);

/// Scripts that fill one or two caches, empty them and call the reaper, the simplest first. For a script about the reaper.
bool plain_reaps(const Script& script, const Propose& propose);

}  // namespace refmm::slab

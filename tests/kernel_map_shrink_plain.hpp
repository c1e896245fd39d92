// The plainest scripts that there are, whatever the one at hand looks like.
#pragma once

#include <refmm/tests/kernel_map_shrink.hpp>

namespace refmm::kernel_map {

/// Moves change a script bit by bit, and one bug may end in as many places as there are ways to it. Almost all bugs show in one
/// call after one or two others, over few pages, on the plain machine or on that of the script. There are few enough such scripts
/// to try them all.
bool plain_scripts(const Script& script, const Propose& propose);

/// The plainest script in which the search for an entry of the window for high frames comes round: nothing shorter does, and each change
/// of a script of this length takes long to try.
bool plain_round_of_the_window(const Script& script, const Propose& propose);

}  // namespace refmm::kernel_map

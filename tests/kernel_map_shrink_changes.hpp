// Scripts of the kernel's own mappings with a change: candidates, simpler or not.
#pragma once

#include <refmm/tests/kernel_map_shrink.hpp>

#include <cstddef>
#include <vector>

namespace refmm::kernel_map {

/// The script on plainer machines: as it stands, and with what lies near the ends of RAM and of the range of areas moved along.
std::vector<Script> with_other_machines(const Script& script);

/// The script on the plain machine, with a request that fails in front of each command: in place of frames that run out.
std::vector<Script> with_failures_set(const Script& script);

/// The script with a knob set lower or not at all, and with two settings made one.
std::vector<Script> with_other_knobs(const Script& script);

/// The script with all arguments of a sort at their plainest: sizes, kinds of frames, physical addresses, ways from what others made.
std::vector<Script> with_plainer_arguments_together(const Script& script);

/// The script with one argument of one command plainer, in the `most` plainest ways of each.
std::vector<Script> with_plainer_argument_at(const Script& script, std::size_t position,
                                             std::size_t most = ~std::size_t{0});

/// The script with the item at `position` naming what another command made, or swapper_pg_dir, or an address as such.
std::vector<Script> with_another_origin_at(const Script& script, std::size_t position);

/// Plain commands that may stand in for the item at `position`.
std::vector<Item> stand_ins(const Script& script, std::size_t position);

}  // namespace refmm::kernel_map

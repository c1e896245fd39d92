// Scripts of memory areas with one change that reaches many commands: candidates, simpler or not.
#pragma once

#include <refmm/tests/vma_shrink.hpp>

#include <cstddef>
#include <vector>

namespace refmm::vma {

/// The script moved as a whole to where addresses are plainest, and with each gap between two of its addresses gone, or one page
/// or half of it shorter; limits and memory are lowered by as much or left alone.
std::vector<Script> with_closer_addresses(const Script& script);

/// The script with what was mapped anywhere mapped where that turned out to be: all of it, and one by one.
std::vector<Script> with_fixed_addresses(const Script& script);

/// The script with plainer boots, plainest first.
std::vector<Script> with_other_boots(const Script& script);

/// The script with what a `set` sets, set at the boot: a failure comes as many requests later.
std::vector<Script> with_knobs_at_boot(const Script& script);

/// The script with a knob set lower or not at all, and with two settings of knobs made one.
std::vector<Script> with_other_knobs(const Script& script);

/// The script with all arguments of a sort at their plainest: protections, flags, files, offsets, lengths.
std::vector<Script> with_plainer_arguments_together(const Script& script);

/// Plain commands that may stand in for the item at `position`.
std::vector<Item> stand_ins(const Script& script, std::size_t position);

}  // namespace refmm::vma

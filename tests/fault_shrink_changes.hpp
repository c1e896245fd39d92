// Scripts of machines that run processes with a change: candidates, simpler or not.
#pragma once

#include <refmm/tests/fault_shrink.hpp>

#include <cstddef>
#include <vector>

namespace refmm::process {

/// The script on plainer machines, plainest first.
std::vector<Script> with_other_boots(const Script& script);

/// The script with fewer files, with smaller ones, and with those that it uses renamed from 1 up.
std::vector<Script> with_other_files(const Script& script);

/// The script moved as a whole to where addresses are plainest, and with each gap between two of its addresses gone, or one page or
/// half of it shorter. The stack stays where it is.
std::vector<Script> with_closer_addresses(const Script& script);

/// The script with what was mapped anywhere mapped where that turned out to be: all of it, and one by one.
std::vector<Script> with_fixed_addresses(const Script& script);

/// The script without one of its mappings, and the page of the stack in its place: each process has that from the start.
std::vector<Script> with_stack_for_mappings(const Script& script);

/// The script with all calls made by the first process, and one by one by the first or by another one.
std::vector<Script> with_other_processes(const Script& script);

/// The script with a knob set lower or not at all, with a failure set later and so to come sooner, and with two settings made one.
std::vector<Script> with_other_knobs(const Script& script);

/// The script with all arguments of a sort at their plainest: protections, flags, files, offsets, lengths, bytes, accesses.
std::vector<Script> with_plainer_arguments_together(const Script& script);

/// The script with one argument of one command plainer, in the `most` plainest ways of each.
std::vector<Script> with_plainer_argument_at(const Script& script, std::size_t position,
                                             std::size_t most = ~std::size_t{0});

/// The script with a mapping through another descriptor, or without a file.
std::vector<Script> with_other_descriptors(const Script& script);

/// Plain commands that may stand in for the item at `position`.
std::vector<Item> stand_ins(const Script& script, std::size_t position);

}  // namespace refmm::process

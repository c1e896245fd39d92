// Scripts with one change that reaches many commands: candidates, simpler or not.
#pragma once

#include <refmm/tests/slab_shrink.hpp>

#include <cstddef>
#include <vector>

namespace refmm::slab {

/// The script with each of its caches replaced by each general cache, and by each other one that it creates.
std::vector<Script> with_other_caches(const Script& script);

/// The script with the sizes of all requests so many general caches up or down, where all of them stay within the range.
std::vector<Script> with_shifted_requests(const Script& script);

/// The script on other machines, plainest first.
std::vector<Script> with_other_machines(const Script& script);

/// The script with one of its caches created for objects of each round size.
std::vector<Script> with_round_creations(const Script& script);

/// The script with one of its caches created plainly, without offset, flags, constructor and destructor, in each size up to
/// some hundred bytes and in round sizes.
std::vector<Script> with_plain_creations(const Script& script);

/// The script with a knob set lower or not at all, and with two settings of knobs made one.
std::vector<Script> with_other_knobs(const Script& script);

/// Plain commands that may stand in for the item at `position`; for a creation also that of another cache of the script.
std::vector<Item> stand_ins(const Script& script, std::size_t position);

}  // namespace refmm::slab

// The plainest scripts that there are, whatever the one at hand looks like.
#pragma once

#include <refmm/tests/fault_shrink.hpp>

namespace refmm::process {

/// Moves change a script bit by bit, and one bug may end in as many places as there are ways to it. Almost all bugs show in a few
/// plain calls by one process or two, about the stack's page, or about a page or two that are mapped. All such calls of the kinds that the
/// script at hand has are tried, one behind the other, up to as many as it has.
bool plain_scripts(const Script& script, const Propose& propose);

/// Of those the few about a swapped page or the pages of a file, for a script with too many kinds of commands for the others. A long script
/// may take seconds each time that a part of it is tried.
bool plain_scripts_for_a_long_one(const Script& script, const Propose& propose);

}  // namespace refmm::process

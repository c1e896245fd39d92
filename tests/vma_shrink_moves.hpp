// The moves that make a script of memory areas simpler, beside those of tests/shrink_moves.hpp.
#pragma once

#include <refmm/tests/vma_shrink.hpp>

namespace refmm::vma {

// Plainer commands.
bool another_boot(const Script&, const Propose&);      // no stack, no break, knobs at what they need not be set to
bool knobs_at_boot(const Script&, const Propose&);     // what is set is so from the start
bool plainer_knobs(const Script&, const Propose&);     // a knob lower, or not set; two settings in one
bool closer_addresses(const Script&, const Propose&);  // addresses of all commands move together
bool fixed_addresses(const Script&, const Propose&);   // what was mapped anywhere, where it turned out to be
bool plainer_together(const Script&, const Propose&);  // protections, flags, files, lengths of all commands
bool plainer_arguments(const Script&, const Propose&);   // one argument of one command
bool replace_commands(const Script&, const Propose&);    // a command by another, plainer one
bool another_descriptor(const Script&, const Propose&);  // of another open, or of none
bool rename_files(const Script&, const Propose&);        // a, b, c in the order in which they are named

// The plainest scripts that there are, of at most as many commands.
bool plain_scripts(const Script&, const Propose&);

// Two changes at once, of a short script: where one must make up for the other.
bool remove_after_changes(const Script&, const Propose&);            // anything of the above, and fewer commands
bool remove_after_changing_commands(const Script&, const Propose&);  // one command by another, and one less
bool plainer_pairs(const Script&, const Propose&);                   // two arguments, of two commands or of one

}  // namespace refmm::vma

// The moves that make a script of the slab allocator simpler, beside those of any family (tests/shrink_moves.hpp).
#pragma once

#include <refmm/tests/slab_shrink.hpp>

namespace refmm::slab {

// Plainer commands.
bool replace_caches(const Script&, const Propose&);     // a cache by a general cache, or by another, everywhere
bool another_machine(const Script&, const Propose&);    // another cache line, another size of memory
bool plainer_together(const Script&, const Propose&);   // flags of all allocations at once
bool plainer_arguments(const Script&, const Propose&);  // one argument of one command
bool replace_commands(const Script&, const Propose&);   // a command by another, plainer one
bool free_another(const Script&, const Propose&);       // another object is freed
bool rename_caches(const Script&, const Propose&);      // a, b, c in the order of their creation

// Two changes at once, of a short script: where one must make up for the other.
// - caches, sizes, knobs or the machine, and fewer commands;
// - one command by another, and one less;
// - another machine, and caches or sizes that suit it.
bool remove_after_changes(const Script&, const Propose&);
bool remove_after_changing_commands(const Script&, const Propose&);
bool another_machine_and_caches(const Script&, const Propose&);

}  // namespace refmm::slab

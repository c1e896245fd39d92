// The moves that make a script simpler.
#pragma once

#include <refmm/tests/shrink_script.hpp>

#include <array>
#include <functional>

namespace refmm::shrink {

/// Tries a candidate; true if it is taken.
using Propose = std::function<bool(Script)>;

/// Proposes candidates made from a script until one is taken. Returns whether one was.
using Move = bool (*)(const Script&, const Propose&);

// Fewer commands.
bool remove_runs(const Script&, const Propose&);     // half of them, a quarter, ... one
bool remove_pairs(const Script&, const Propose&);    // any two
bool remove_triples(const Script&, const Propose&);  // any three, of a short script

// Plainer commands.
bool replace_caches(const Script&, const Propose&);     // a cache by a general cache, or by another, everywhere
bool another_machine(const Script&, const Propose&);    // another cache line, another size of memory
bool plainer_together(const Script&, const Propose&);   // flags of all allocations at once
bool plainer_arguments(const Script&, const Propose&);  // one argument of one command
bool replace_commands(const Script&, const Propose&);   // a command by another, plainer one
bool free_another(const Script&, const Propose&);       // another object is freed
bool rename_caches(const Script&, const Propose&);      // a, b, c in the order of their creation

// The same commands in another order.
bool reorder(const Script&, const Propose&);

// Two changes at once, of a short script: where one must make up for the other.
// - caches, sizes, knobs or the machine, and fewer commands;
// - one command by another, and one less;
// - another machine, and caches or sizes that suit it.
bool remove_after_changes(const Script&, const Propose&);
bool remove_after_changing_commands(const Script&, const Propose&);
bool another_machine_and_caches(const Script&, const Propose&);

/// In the order in which they are tried: those that take most away first.
inline constexpr std::array<Move, 14> moves{remove_runs,
                                            replace_caches,
                                            another_machine,
                                            plainer_together,
                                            remove_pairs,
                                            plainer_arguments,
                                            remove_triples,
                                            free_another,
                                            replace_commands,
                                            reorder,
                                            remove_after_changes,
                                            remove_after_changing_commands,
                                            another_machine_and_caches,
                                            rename_caches};

}  // namespace refmm::shrink

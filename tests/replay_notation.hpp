// What replaying must know of the notation of a family. Part of replay.hpp.
#pragma once

#include <concepts>

namespace refmm::replay {

/// How transcripts of a family are read and written, over spec/*_notation.hpp; specialised for each family in
/// replay_FAMILY.hpp:
///
///   Memory                                  what is remembered of the machine and the calls before, where reading depends on
///                                           it; made of the boot if it can be
///   Question                                what a query asks for
///   BootLine{boot, all_effects}             what a boot line says
///   read_boot, read_set, read_call, read_result, read_effect, read_query
///                                           what lines say; InputError for what has no meaning
///   remember(memory, command, result, at)   takes note of a call
///   returns_something(command)              false of calls that are written without a result
///   notation(command, result), notation(effect), answer(question, state)
///                                           what a subject says, as transcripts write it
///   values_of_result(result)                what a written result is made of, without places
///   field_of_results(expected, found)       where two results, as they are written, first differ
///   what_fits                               into the machine of the implementation, for an error
///   subject(options)                        the implementation that was given, or null
///   corrected(boot)                         the machine that the implementation is: 2.4.0 without its defects; nothing if
///                                           the family has none
///   same(state, state)                      true of states from which nothing that can be seen goes on differently
///   shows_lookup(question)                  true if the answer shows structures for lookups, which an implementation has
///                                           of its own
///   with_lookup_of(model, seen)             what was seen of the implementation, with the model's structures for lookups
///
/// where states have memory that nothing is promised of:
///
///   with_leftovers_of(boot, model, seen)    what was seen of the implementation, and of such memory what the model has
///
/// and where states can be drawn:
///
///   picture(state, boot)                    a state as lines of text
///   inks                                    the colours of its letters on a terminal
///   draws(question)                         true if what was asked for is what a picture shows
template <class Family>
struct NotationOf;

/// What is remembered when a transcript begins.
template <class Memory, class Boot>
Memory begin_memory(const Boot& boot) {
  if constexpr (std::constructible_from<Memory, const Boot&>)
    return Memory(boot);
  else
    return Memory{};
}

}  // namespace refmm::replay

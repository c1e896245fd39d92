// A program's own rule for the colours of slabs, written for any word: built-in, or a symbol of Z3.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/word.hpp>

/// What the laws ask of a subject, by the names that they use (spec/slab_geometry_laws.hpp).
struct OwnColours {
  template <refmm::Word W>
  static constexpr refmm::Decision<W> next_colour(W colour, W colours) {
    const W first = refmm::mutant("own.colour.begins_at_one") ? W{1u} : W{0u};
    // Not colour + 1 < colours: the sum may wrap around.
    if (colours < 2u) return {first, {}};
    if (colour >= colours - 1u) return {first, {}};
    return {colour + 1u, {}};
  }
};

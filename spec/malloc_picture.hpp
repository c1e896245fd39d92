// A heap as text, to scale: for people who look at a transcript, or show it to others.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_walks.hpp>
#include <refmm/spec/to_scale.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::malloc {

/// The heap line by line, in at most 120 columns; a small one takes a handful of lines, and the largest some 200.
///
/// How much is used and free, and where there is memory; then each region with its chunks, to one scale, which is given: a line for each chunk, or for several alike
/// in a row; the top is cut off, `>`, where it would take most of the drawing. Of too many chunks there are lines of columns instead.
/// Then the lists that are not empty, and the blocks with mappings of their own. What a program has damaged is marked `!`, with what
/// disagrees, and of a link that leads astray it is told where to.
std::vector<std::string> picture(const State<std::uint32_t>& state);

/// The colours of a picture on a terminal.
inline constexpr std::array<to_scale::Ink, 5> picture_inks{{{"#", to_scale::Colour::cyan},
                                                            {".", to_scale::Colour::green},
                                                            {"~>", to_scale::Colour::blue},
                                                            {"=+", to_scale::Colour::yellow},
                                                            {"!", to_scale::Colour::red}}};

// Parts of it.

/// The chunks of a region.
std::vector<std::string> picture_of_region(const State<std::uint32_t>& state, const Region<std::uint32_t>& region);

/// The lists that are not empty, each from its head on: `head <-> 0804b068 <-> head`; where only one of two links leads to the other
/// there is `->`, and behind it where the other leads to.
std::vector<std::string> picture_of_lists(const State<std::uint32_t>& state);

/// What there is at an address, in words: `free chunk` where one begins, `in block 0804b008`, `no memory`.
std::string what_is_at(const State<std::uint32_t>& state, std::uint32_t addr);

}  // namespace refmm::malloc

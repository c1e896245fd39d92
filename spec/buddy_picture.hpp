// The free lists of a zone as text, to scale: for people who look at a transcript, or show it to others.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/to_scale.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::buddy {

/// The zone line by line, in at most 110 columns and some 20 lines, however large it is: how much is free, where that is, and for each
/// order where the blocks on its list lie and in which order they stand there. A column stands for a power of two of frames, which
/// is given; blocks begin and end at columns, or several share one, which then has their number.
std::vector<std::string> picture(const State<std::uint32_t>& state);

/// The colours of a picture on a terminal.
inline constexpr std::array<to_scale::Ink, 5> picture_inks{{{".", to_scale::Colour::green},
                                                            {"[=]o123456789*", to_scale::Colour::cyan},
                                                            {"+", to_scale::Colour::blue},
                                                            {"r", to_scale::Colour::yellow},
                                                            {"!", to_scale::Colour::red}}};

}  // namespace refmm::buddy

// Address spaces as text, to scale: for people who look at a transcript, or show it to others.
#pragma once

#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/vma.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::vma {

/// The address space of `state`, line by line, in at most 100 columns and, whatever it holds, some 500 lines.
///
/// First all of user space, a column for each slot of the page directory. Then the areas, from low to high: where they lie
/// close together they are drawn to one scale, which is given; holes that would take more than half of the drawing are
/// left out, and their sizes given. Areas that are alike and equally far apart share a line. Where they are still too many for
/// a line each, a drawing of the range they lie in takes the place of the lines, and says how many there are.
std::vector<std::string> picture(const State<std::uint32_t>& state, const Kernel& kernel);

/// The colours of a picture on a terminal.
inline constexpr std::array<to_scale::Ink, 6> picture_inks{{{"Hh", to_scale::Colour::green},
                                                            {"Ss", to_scale::Colour::magenta},
                                                            {"Ff", to_scale::Colour::cyan},
                                                            {"Mm", to_scale::Colour::blue},
                                                            {"Zz", to_scale::Colour::yellow},
                                                            {"!", to_scale::Colour::red}}};

}  // namespace refmm::vma

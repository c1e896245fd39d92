// Frames, slots and page tables of a machine with processes as text: for people who look at a transcript, or show it to others.
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/spec/to_scale.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {

/// The machine line by line, in at most 100 columns and, whatever it holds, some 500 lines.
///
/// First the frames, a column each: what they are, whose, and their counts. Then a line for each frame in use, and for each slot of
/// the swap area: the references that make up its count, and who they are. Then the page tables, with the processes beside each other,
/// so that pages they share stand in one line. Things that are alike but for their numbers, which go up one by one, share a line. What
/// references do not explain is marked `?`: it is the work of a defect.
std::vector<std::string> picture(const Boot<std::uint32_t>& boot, const State<std::uint32_t>& state);

/// The colours of a picture on a terminal.
inline constexpr std::array<to_scale::Ink, 7> picture_inks{{{"dt", to_scale::Colour::blue},
                                                            {"M+", to_scale::Colour::yellow},
                                                            {"m", to_scale::Colour::green},
                                                            {"Ff", to_scale::Colour::cyan},
                                                            {"Zz", to_scale::Colour::magenta},
                                                            {"i", to_scale::Colour::yellow},
                                                            {"?", to_scale::Colour::red}}};

}  // namespace refmm::process

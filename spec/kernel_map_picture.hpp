// Page directories and the kernel's areas as text: for people who look at a transcript, or show it to others.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/to_scale.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::kernel_map {

/// The state, line by line, in at most 100 columns and, whatever it holds, some 300 lines.
///
/// First swapper_pg_dir and the directories of processes, in use and on the quick list, each as a grid of 32 lines of 32
/// characters, one for each slot; directories that look the same share a grid. Then the range for areas to scale, and what there is
/// that should not be: pages that are mapped without an area, and translations that the processor may still use though the tables
/// have lost them.
std::vector<std::string> picture(const Boot<std::uint32_t>& boot, const State<std::uint32_t>& state);

/// The colours of a picture on a terminal.
inline constexpr std::array<to_scale::Ink, 6> picture_inks{{{"Uu", to_scale::Colour::green},
                                                            {"KkVv", to_scale::Colour::blue},
                                                            {"MmIi", to_scale::Colour::cyan},
                                                            {"Ss", to_scale::Colour::magenta},
                                                            {"-", to_scale::Colour::yellow},
                                                            {"!", to_scale::Colour::red}}};

}  // namespace refmm::kernel_map

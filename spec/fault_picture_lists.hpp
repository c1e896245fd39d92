// Lines about each frame and each slot of a picture. Part of fault_picture.hpp.
#pragma once

#include <refmm/spec/fault_picture_frames.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {

/// A line for each frame: its count, the references that make it up, what it is, and where it is mapped. Frames that are alike but
/// for their numbers share a line.
std::vector<std::string> frames_list(const Drawn& drawn);

/// Likewise for each slot of the swap area; none if all are free.
std::vector<std::string> slots_list(const Drawn& drawn);

/// What a line says of a frame, or of a slot: `count 2 = 2 entries; memory, copied on write: 40000000 of pid 1,2`.
std::string frame_text(const Drawn& drawn, std::uint32_t pfn);
std::string slot_text(const Drawn& drawn, std::uint32_t slot);

}  // namespace refmm::process

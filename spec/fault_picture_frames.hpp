// The frames of a picture, a column each. Part of fault_picture.hpp.
#pragma once

#include <refmm/spec/fault_references.hpp>

#include <string>
#include <vector>

namespace refmm::process {

/// A state, and what leads to its frames and slots.
struct Drawn {
  const fault::Kernel& kernel;
  const State<std::uint32_t>& state;
  AllReferences references;

  const References& of_frame(std::uint32_t pfn) const;
  const References& of_slot(std::uint32_t slot) const;
};

/// Frames in use, and those that something leads to, with the number of each; ascending.
std::vector<std::uint32_t> frames_to_show(const Drawn& drawn);
std::vector<std::uint32_t> slots_to_show(const Drawn& drawn);

/// True if the count of a frame, or of a slot, is that of its references.
bool is_explained(const Drawn& drawn, std::uint32_t pfn);
bool is_explained_slot(const Drawn& drawn, std::uint32_t slot);

enum class Kind { directory, table, memory, file, shared_memory, swap_cache, held, lost, free };
Kind kind_of(const Drawn& drawn, std::uint32_t pfn);

/// Every frame of the pool in a column: what it is, whose, and its count.
std::vector<std::string> frames_strip(const Drawn& drawn);

}  // namespace refmm::process

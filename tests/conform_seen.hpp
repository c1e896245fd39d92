// Areas as the running kernel shows them, in the words of the model.
#pragma once

#include <refmm/spec/since.hpp>
#include <refmm/tests/conform_areas.hpp>

#include <cstdint>
#include <span>

namespace refmm::conform {

/// Where the area is, its flags and its page offset; not its file. It must have its detail.
vma::Area<std::uint64_t> area_of(const SeenArea& seen);

/// The areas as an address space: with the files that they map, by their names. Nothing else of it is known.
since::State<std::uint64_t> state_of(std::span<const SeenArea> seen);

}  // namespace refmm::conform

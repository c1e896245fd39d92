// Values of the kernel family, as calls, effects and results have them. Part of the reading of its notation.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>

namespace refmm::kernel_map {

/// An address, or `NULL` for 0.
std::uint32_t read_address(const transcript::Source& source, const transcript::Value& value);

/// `pgd 1`, or where it may be that `swapper`, which is 0. There must have been a directory of this number.
std::uint32_t read_directory(const transcript::Source& source, const transcript::Value& value, bool or_swapper);

/// `pfn 7`.
std::uint32_t read_frame(const transcript::Source& source, const transcript::Value& value);

}  // namespace refmm::kernel_map

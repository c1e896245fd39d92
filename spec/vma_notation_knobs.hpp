// The writing of what `set` changes. Part of the writing of the vma family's notation.
#pragma once

#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <string>

namespace refmm::vma {

/// `set rlimit_as=infinity`, `set file=a attr=append|vmops`.
std::string knobs_notation(const SetKnobs<std::uint32_t>& knobs);

}  // namespace refmm::vma

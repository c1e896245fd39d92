// The theorems of memory areas.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::vma {

/// About areas, lists and ranges: for lists of any length.
const std::vector<Theorem>& theorems();

/// About whole calls: for address spaces of so many areas as the name says.
const std::vector<Theorem>& theorems_about_calls();

}  // namespace refmm::vma

// The theorems of paging and of the kernel's own mappings.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::kernel_map {

/// About the page directories of all processes: for every number of them and every slot of the kernel's half.
const std::vector<Theorem>& theorems_about_sharing();

/// About areas, for lists of every length, and about ranges.
const std::vector<Theorem>& theorems();

}  // namespace refmm::kernel_map

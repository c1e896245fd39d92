// The theorems of paging.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::paging {

/// About addresses, entries, the walk, directories and the TLB: for every word.
const std::vector<Theorem>& theorems();

}  // namespace refmm::paging

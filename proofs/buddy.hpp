// The theorems of the page allocator.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::buddy {

const std::vector<Theorem>& theorems();

}  // namespace refmm::buddy

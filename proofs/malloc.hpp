// The theorems of the user's heap.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::malloc {

const std::vector<Theorem>& theorems();

}  // namespace refmm::malloc

// The theorems of the slab allocator.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::slab {

const std::vector<Theorem>& theorems();

}  // namespace refmm::slab

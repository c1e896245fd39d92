// The theorems of memory areas.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::vma {

const std::vector<Theorem>& theorems();

}  // namespace refmm::vma

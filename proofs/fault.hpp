// The theorems about demand paging.
#pragma once

#include <refmm/proofs/theorem.hpp>

#include <vector>

namespace refmm::fault {

const std::vector<Theorem>& theorems();

}  // namespace refmm::fault

// Which laws the defects of a heap without checks break.
//
// Most defects show only in memory that the program has damaged, of which no law speaks but those of proofs/malloc.cpp: each of these
// is proved of the heap with the check, and fails without it. What is left is what breaks a law of calls.
#pragma once

#include <refmm/spec/clause.hpp>

#include <array>
#include <string_view>

namespace refmm::malloc {

struct BrokenBy {
  ClauseRef defect;
  std::string_view law;  // the name of a StepLaw
};

inline constexpr std::array broken_by{
    BrokenBy{"defect.malloc.product", "calloc_refuses_products_that_wrap"},
};

}  // namespace refmm::malloc

// Memory that nothing is promised of: what a subject has there is its own affair, and no difference.
#pragma once

#include <refmm/tests/malloc_family.hpp>

namespace refmm::malloc {

/// What was seen of a subject in its canonical form, and in the words that this form leaves out what the model has.
MallocFamily::State with_leftovers_of(const MallocFamily::Boot& boot, const MallocFamily::State& model,
                                      MallocFamily::State seen);

}  // namespace refmm::malloc

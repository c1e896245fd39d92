// The model of the user's heap, as something that is tested: what random checking finds of its mistakes is a matter of its commands and
// of the laws, not of a subject.
#pragma once

#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// The model compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<Subject<MallocFamily>> make_mutable_malloc_model();

}  // namespace refmm

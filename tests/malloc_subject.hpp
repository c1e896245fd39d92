// The heap of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// A heap under test. What it observes is in the canonical form of spec/malloc_state.hpp.
using MallocSubject = Subject<MallocFamily>;

/// The implementation; mutants are off for good. It is the corrected allocator whatever the boot asks for.
std::unique_ptr<MallocSubject> make_malloc_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<MallocSubject> make_mutable_malloc_implementation();

}  // namespace refmm

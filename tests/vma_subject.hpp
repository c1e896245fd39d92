// The address space of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/tests/subject.hpp>
#include <refmm/tests/vma_family.hpp>

#include <memory>

namespace refmm {

/// An address space under test. What it observes is in the canonical form of spec/vma_state.hpp.
using VmaSubject = Subject<VmaFamily>;

/// The implementation; mutants are off for good. It is the corrected kernel whatever the boot asks for.
std::unique_ptr<VmaSubject> make_vma_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<VmaSubject> make_mutable_vma_implementation();

}  // namespace refmm

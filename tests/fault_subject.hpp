// The machine with processes of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// A machine with processes under test. What it observes is in the canonical form of spec/process_canonical.hpp.
using FaultSubject = Subject<FaultFamily>;

/// The implementation; mutants are off for good. It is the corrected kernel whatever the boot asks for.
std::unique_ptr<FaultSubject> make_fault_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<FaultSubject> make_mutable_fault_implementation();

}  // namespace refmm

// The slab allocator of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program: the plain one, and one in which a mutant can be switched on
// (spec/mutant.hpp). Both stand behind one interface, and so does whatever else is to be tested.
#pragma once

#include <refmm/tests/slab_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// An allocator under test. A free of an object that was never allocated is ignored.
using SlabSubject = Subject<SlabFamily>;

/// The implementation; mutants are off for good.
std::unique_ptr<SlabSubject> make_slab_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<SlabSubject> make_mutable_slab_implementation();

}  // namespace refmm

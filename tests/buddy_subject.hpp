// The page allocator of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// A page allocator under test.
using BuddySubject = Subject<BuddyFamily>;

/// The implementation; mutants are off for good. It is the corrected kernel whatever the boot asks for.
std::unique_ptr<BuddySubject> make_buddy_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<BuddySubject> make_mutable_buddy_implementation();

/// The implementation as a program uses it, with nobody to tell of its steps: it has no effects, and at boot gives whole blocks
/// to the lists. Mutants are off for good.
std::unique_ptr<BuddySubject> make_unobserved_buddy_implementation();

}  // namespace refmm

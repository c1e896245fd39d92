// The kernel's mappings of impl/ as the tests see them: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// The kernel's mappings under test. What it observes is in the canonical form of spec/kernel_map_state.hpp, walked from the real
/// tables: `stale` is what they have lost since the last flush, and whatever else the TLB has that no table has.
using KernelMapSubject = Subject<KernelMapFamily>;

/// The implementation; mutants are off for good. It is the corrected kernel whatever the boot asks for, with the sharing that it
/// asks for.
std::unique_ptr<KernelMapSubject> make_kernel_map_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<KernelMapSubject> make_mutable_kernel_map_implementation();

}  // namespace refmm

// The address space of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program, the plain one and one with mutants, as of the slab allocator
// (tests/slab_subject.hpp).
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/tests/subject.hpp>
#include <refmm/tests/vma_family.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <vector>

namespace refmm {

/// An address space under test. What it observes is in the canonical form of spec/vma_state.hpp.
using VmaSubject = Subject<VmaFamily>;

/// What a fork made of an address space. The copy was torn down again, so a session goes on as if it had not been, but for the
/// requests that were counted.
template <std::unsigned_integral Word>
struct VmaFork {
  vma::Result<Word> result;                       // Success or Refused
  std::vector<vma::Effect<Word>> effects;         // of dup_mmap
  vma::State<Word> parent, child;                 // while both lived, canonical: an area of the other has number 0
  std::vector<vma::Effect<Word>> effects_of_end;  // of the child's exit_mmap
};

/// What a subject is beside a VmaSubject if its address space can be copied: ask with dynamic_cast.
struct VmaForking {
  virtual ~VmaForking() = default;

  /// 2.4.0: dup_mmap, and exit_mmap of the copy.
  virtual VmaFork<std::uint32_t> fork() = 0;
};

/// The implementation; mutants are off for good. It is the corrected kernel whatever the boot asks for, and
/// VmaForking.
std::unique_ptr<VmaSubject> make_vma_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<VmaSubject> make_mutable_vma_implementation();

}  // namespace refmm

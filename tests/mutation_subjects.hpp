// The implementations, built from the copy of impl/ with mutations (tests/mutate.py): they make the mistake whose number
// refmm::mutation::active is.
#pragma once

#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/malloc_subject.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <memory>

namespace refmm {

std::unique_ptr<BuddySubject> make_buddy_implementation_with_mutations();
std::unique_ptr<BuddySubject> make_unobserved_buddy_implementation_with_mutations();
std::unique_ptr<FaultSubject> make_fault_implementation_with_mutations();
std::unique_ptr<KernelMapSubject> make_kernel_map_implementation_with_mutations();
std::unique_ptr<MallocSubject> make_malloc_implementation_with_mutations();
std::unique_ptr<SlabSubject> make_slab_implementation_with_mutations();
std::unique_ptr<VmaSubject> make_vma_implementation_with_mutations();

}  // namespace refmm

// The implementations of all families, for tests that replay whatever transcripts there are.
#pragma once

#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/malloc_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/since_subject.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <memory>

namespace refmm::replay {

/// One of each, as they are in normal builds.
class AllImplementations {
 public:
  /// For Options. They live as long as this object.
  Implementations implementations() const {
    return {.buddy = buddy_.get(),
            .slab = slab_.get(),
            .kernel_map = kernel_map_.get(),
            .vma = vma_.get(),
            .fault = fault_.get(),
            .malloc = malloc_.get(),
            .since = since_.get()};
  }

 private:
  std::unique_ptr<BuddySubject> buddy_ = make_buddy_implementation();
  std::unique_ptr<SlabSubject> slab_ = make_slab_implementation();
  std::unique_ptr<KernelMapSubject> kernel_map_ = make_kernel_map_implementation();
  std::unique_ptr<VmaSubject> vma_ = make_vma_implementation();
  std::unique_ptr<FaultSubject> fault_ = make_fault_implementation();
  std::unique_ptr<MallocSubject> malloc_ = make_malloc_implementation();
  std::unique_ptr<SinceSubject> since_ = make_since_implementation();
};

}  // namespace refmm::replay

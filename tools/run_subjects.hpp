// The implementations that carry transcripts out for the command, plain or with a mistake.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/conform_subject.hpp>
#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/malloc_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {

/// The mistakes that implementations can make, of all families.
std::vector<std::string_view> mutant_names();

/// One implementation of each family, or none.
class Subjects {
 public:
  /// `mutant` is a mistake that they make for the life of this object; empty for none.
  Subjects(bool implementation, const std::string& mutant);

  replay::Implementations implementations() const;

  /// The running kernel, for transcripts of later eras, in place of whatever was.
  void take_running_kernel();

 private:
  std::optional<WithMutant> mistake_{};
  std::unique_ptr<SinceSubject> since_{};
  std::unique_ptr<BuddySubject> buddy_{};
  std::unique_ptr<SlabSubject> slab_{};
  std::unique_ptr<VmaSubject> vma_{};
  std::unique_ptr<KernelMapSubject> kernel_map_{};
  std::unique_ptr<FaultSubject> fault_{};
  std::unique_ptr<MallocSubject> malloc_{};
};

}  // namespace refmm::command

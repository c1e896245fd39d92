// What is watched beside the corrected kernel in a random check of memory areas: the kernel as it was built, and copies of the
// address space.
#pragma once

#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/vma_family.hpp>

#include <cstdint>
#include <optional>

namespace refmm {

/// The kernel as it was built goes along; and now and then the address space is copied, as a fork does it.
class VmaCompanion {
 public:
  explicit VmaCompanion(const VmaFamily::Boot& boot) : as_built_(boot) {}

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<VmaFamily>& carried);

  /// Adds the clauses that decided beside that call.
  void count(Coverage& coverage) const {
    as_built_.count(coverage);
    coverage.note(because_of_fork_);
  }

 private:
  std::optional<BrokenLaw> fork(const VmaFamily::State& parent);

  AsBuiltCompanion<VmaFamily> as_built_;
  std::uint64_t calls_ = 0;
  Because because_of_fork_{};
};

}  // namespace refmm

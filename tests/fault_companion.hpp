// What is watched beside the corrected kernel in a random check of machines that run processes: the kernel as it was built, and what is
// left when all processes are gone.
#pragma once

#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/fault_family.hpp>

#include <optional>

namespace refmm {

/// The kernel as it was built goes along; and when a process has ended or pages were reclaimed, all others end, too, and everything is
/// reclaimed, in a state that goes no further.
class FaultCompanion {
 public:
  explicit FaultCompanion(const FaultFamily::Boot& boot) : as_built_(boot) {}

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<FaultFamily>& carried);

  /// Adds the clauses that decided beside that call.
  void count(Coverage& coverage) const {
    as_built_.count(coverage);
    coverage.note(because_of_ends_);
  }

 private:
  std::optional<BrokenLaw> all_exit(const FaultFamily::Boot& boot, FaultFamily::State state);

  AsBuiltCompanion<FaultFamily> as_built_;
  Because because_of_ends_{};
};

}  // namespace refmm

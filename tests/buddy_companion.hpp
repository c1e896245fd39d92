// What is watched beside the corrected kernel in a random check of the page allocator: the kernel as it was built, and that giving
// back undoes taking.
#pragma once

#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/check_family.hpp>

#include <optional>

namespace refmm {

/// The kernel as it was built goes along; and each block that is taken is given back once, in a state that goes no further.
class BuddyCompanion {
 public:
  explicit BuddyCompanion(const BuddyFamily::Boot& boot) : as_built_(boot) {}

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<BuddyFamily>& carried);

  /// Adds the clauses that were looked at beside that call.
  void count(Coverage& coverage) const {
    as_built_.count(coverage);
    if (gave_back_) coverage.note("buddy.free.restores");
  }

 private:
  AsBuiltCompanion<BuddyFamily> as_built_;
  bool gave_back_ = false;
};

}  // namespace refmm

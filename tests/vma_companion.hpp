// What is watched beside the corrected kernel in a random check: the kernel as it was built, and copies of the address space.
#pragma once

#include <refmm/tests/check_family.hpp>
#include <refmm/tests/vma_family.hpp>

#include <cstdint>
#include <optional>

namespace refmm {

/// The kernel as it was built makes each call from the lawful state that the corrected one makes it from; where no defect
/// decides, both do the same to the last effect. Where one does, the as-built kernel goes on by itself, to where its defects
/// lead. And now and then the address space is copied, as a fork does it.
class VmaCompanion {
 public:
  explicit VmaCompanion(const VmaFamily::Boot& boot);

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<VmaFamily>& carried);

  /// Adds the clauses that decided beside that call.
  void count(Coverage& coverage) const { coverage.note(because_); }

 private:
  void go_astray(const VmaFamily::Command& command);
  std::optional<BrokenLaw> fork(const VmaFamily::State& parent);

  VmaFamily::Boot as_built_;
  std::optional<VmaFamily::State> astray_{};  // where the defects have led so far
  std::uint64_t calls_ = 0;
  Because because_{};
};

/// True if a clause of a defect is among those that decided.
bool decided_by_defect(const Because& because);

}  // namespace refmm

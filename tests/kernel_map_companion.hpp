// What is watched beside the corrected kernel in a random check of its mappings: the kernel as it was built, and the processor.
#pragma once

#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/kernel_map_family.hpp>

#include <cstdint>
#include <optional>

namespace refmm {

/// The kernel as it was built goes along; and after every call the processor tries an address through one of the directories: by
/// turns as program and as kernel, reading and writing, with and without write protection in kernel mode. The calls of the family
/// only read, so that nothing else would ask who may write.
class KernelMapCompanion {
 public:
  explicit KernelMapCompanion(const KernelMapFamily::Boot& boot) : as_built_(boot) {}

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<KernelMapFamily>& carried);

  /// Adds the clauses that decided beside that call.
  void count(Coverage& coverage) const {
    as_built_.count(coverage);
    coverage.note(because_of_access_);
  }

 private:
  std::optional<BrokenLaw> access(const Carried<KernelMapFamily>& carried);

  AsBuiltCompanion<KernelMapFamily> as_built_;
  std::uint32_t calls_ = 0;
  Because because_of_access_{};
};

}  // namespace refmm

// Model and implementation of later eras, side by side: what both did, and where they part.
#pragma once

#include <refmm/tests/since_family.hpp>
#include <refmm/tests/since_subject.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm {

class SinceLockstep {
 public:
  /// Boots both. `subject` must outlive it.
  SinceLockstep(SinceSubject& subject, const SinceFamily::Boot& boot);

  const SinceFamily::State& world() const { return world_; }

  /// Has both carry out a call. The first difference in words, with all calls so far, if there is one.
  std::optional<std::string> carry_out(const SinceFamily::Command& command);

  /// The first difference in bytes that are stored, likewise.
  std::optional<std::string> compare_bytes();

 private:
  std::string differs(const std::string& what, const std::string& expected, const std::string& found) const;
  std::optional<std::string> compare_areas(std::size_t process) const;

  SinceSubject& subject_;
  const SinceFamily::Boot boot_;
  SinceFamily::State world_;
  SinceFamily::State seen_;
  std::vector<std::string> calls_;
};

}  // namespace refmm

// Whose line a line of a log is. Without -o, strace names the process only while it traces more than one, and so the first process
// has no name until others come, and a line without a name is of the only one left.
#pragma once

#include <cstdint>
#include <set>

namespace refmm::strace {

class Processes {
 public:
  /// What the process that strace began with is called as long as its number is not known.
  static constexpr std::uint32_t unknown = 0;

  /// The process of a line that names `printed`, or nobody: 0. `may_be_first` says whether the line can be one of the process that
  /// strace began with: not if that one is in a call, and the line does not resume it.
  std::uint32_t of_line(std::uint32_t printed, bool may_be_first);

  /// A line of some process has begun: from now on, processes that are attached to have been made by others.
  void began() { line_seen_ = true; }

  /// `pid` was made by another process, or strace was told to trace it.
  void attached(std::uint32_t pid);

  /// The number of the process that strace began with is said otherwise.
  void first_is(std::uint32_t pid);

  void ended(std::uint32_t pid) { alive_.erase(pid); }

  /// The number of the process that strace began with; unknown if the log never said it.
  std::uint32_t first() const { return first_; }

 private:
  std::uint32_t first_ = unknown;
  bool line_seen_ = false;
  std::set<std::uint32_t> alive_{unknown};
  std::set<std::uint32_t> attached_;
};

}  // namespace refmm::strace

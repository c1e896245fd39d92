// A process that a foreign subject runs in: its memory is bounded, and what it writes is kept.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace refmm::foreign {

/// More than this a process may not take for a subject, in bytes.
inline constexpr std::size_t most_memory = std::size_t{512} << 20;

/// Where processes write to, instead of standard output and standard error.
class Output {
 public:
  Output();
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Called in the process that is to write here from now on. What others have written is dropped: the last one counts.
  void take_over() const;

  /// What was written.
  std::string text() const;

 private:
  int file_;
};

/// Called in a process of a subject: bounds its memory. One that takes more ends with exit_for_memory (tests/check_process.hpp);
/// it leaves
/// no core behind.
void bound_memory();

}  // namespace refmm::foreign

// The log of a program, as `strace -f -e trace=memory,desc,process -o FILE` prints it: what its processes asked of the kernel, in
// the order in which they were answered.
//
//   4711  brk(NULL) = 0x5637e46f8000
//   4711  mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>
//   4712  munmap(0x7f448f2a4000, 4096) = 0
//   4711  <... mmap resumed>) = 0x7f6f2d00d000
//
// is a brk, a munmap, a mmap. Nothing is left out silently: what cannot be understood is a diagnostic, and a gap among the
// records, and reading goes on behind it.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/strace_call.hpp>
#include <refmm/spec/strace_event.hpp>
#include <refmm/spec/transcript_source.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace refmm::strace {

/// A line that could not be understood. It may have been a call that changed the address space.
struct Gap {};

using Event =
    std::variant<Call, Exited, Killed, Superseded, Signal, Stopped, Attached, Detached, RunsIn, Note, Gap>;

struct Record {
  std::uint32_t line = 0;     // in which the call returned
  std::uint32_t begun = 0;    // in which it began, the same for most
  std::uint32_t pid = 0;      // of the thread; 0 if the log never says it: then there is only one
  Mode mode = Mode::unknown;  // of the program that the process runs; of an execve that succeeded, of the new one
  std::string time{};         // as it is printed by -t, -tt, -ttt or -r, where the record ends
  Event event{};

  /// The call, if it is one.
  const Call* call() const { return std::get_if<Call>(&event); }
};

/// How many diagnostics a log keeps.
inline constexpr std::size_t most_diagnostics = 20;

struct Log {
  transcript::Source source;
  std::vector<Record> records{};
  std::vector<Diagnostic> diagnostics{};  // the first of them
  std::size_t more_diagnostics = 0;       // how many there were beyond

  /// The number that argument `index` of a call is (strace_value.hpp), or why it is none.
  std::variant<std::uint64_t, Diagnostic> number(const Call& call, std::size_t index) const;

  /// `session.strace:3`, for messages about a record.
  std::string place(const Record& record) const;
};

/// Reads a log. A call has its place where it returned; one that never did stands in front of the end of its process, or at the
/// end of the log. Calls to do with memory, descriptors and processes have the arguments that such calls have (strace_check.hpp):
/// Log::number() finds numbers in them.
Log read(transcript::Source source);

}  // namespace refmm::strace

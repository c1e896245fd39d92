// What strace reports besides calls: that processes end, get signals, are attached to.
#pragma once

#include <refmm/spec/strace_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace refmm::strace {

/// `+++ exited with 0 +++`
struct Exited {
  std::uint32_t status;
};

/// `+++ killed by SIGSEGV (core dumped) +++`
struct Killed {
  std::string signal;
  bool core_dumped;
};

/// `+++ superseded by execve in pid 4712 +++`: a thread other than the first called execve, and goes on as this process, with its
/// number. All other threads are gone.
struct Superseded {
  std::uint32_t by;
};

/// `--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---`
struct Signal {
  std::string name;
  std::string details;                   // what stands in the braces, with them
  std::optional<std::uint64_t> address;  // si_addr: of SIGSEGV and SIGBUS, what was accessed
};

/// `--- stopped by SIGTTIN ---`
struct Stopped {
  std::string signal;
};

/// `strace: Process 4712 attached`
struct Attached {
  std::uint32_t pid;
};

/// `strace: Process 4712 detached`
struct Detached {
  std::uint32_t pid;
};

/// How many bits the addresses of a program have; `x32` is 32 of them in 64-bit registers.
enum class Mode { unknown, bits_32, bits_64, x32 };

/// `[ Process PID=4711 runs in 32 bit mode. ]`
struct RunsIn {
  std::uint32_t pid;
  Mode mode;
};

/// Anything else that strace says of itself, as in `strace: Exit of unknown pid 4713 ignored`.
struct Note {
  std::string text;
};

using Report = std::variant<Exited, Killed, Superseded, Signal, Stopped, Attached, Detached, RunsIn, Note>;

/// Reads what begins with `+++`, `---`, `strace:`, `[ Process` or `Process 4711`; nothing where something else stands. Throws
/// InputError, whose file and source line are left to be filled in, where it begins so and goes on otherwise.
std::optional<Report> read_report(const Text& body);

}  // namespace refmm::strace

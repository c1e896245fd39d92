// A call as strace prints it: its name, its arguments, its result.
//
//   mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f6f2d00d000
//   openat(AT_FDCWD</tmp>, "file", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>
//
// Arguments are kept as text; strace_value.hpp says what they stand for.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/strace_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::strace {

struct Argument {
  std::string name{};  // `flags` of `flags=CLONE_VM|CLONE_FS`; mostly strace gives no name
  std::string text{};  // as it stands in the log, without a name
  Position at{};       // where `text` begins
};

/// What a call returned.
struct Result {
  enum class Kind {
    value,      // a number that is no error
    error,      // `-1 ENOMEM`
    none,       // `?`: the call did not return, or is to be restarted
    unfinished  // the log, or the process, ended before strace saw a result
  };
  Kind kind = Kind::unfinished;
  std::uint64_t value = 0;   // -1 is 64 ones, also of programs with 32 bits
  std::string error{};       // `ENOMEM`; `ERESTARTSYS` of a call to be restarted
  std::string descriptor{};  // of `3</usr/lib/libc.so.6>`, the path
  std::string
      note{};  // whatever else stands there: `(Cannot allocate memory)`, `(flags FD_CLOEXEC)`, `(INJECTED)`
  Position at{};
};

struct Call {
  std::string name{};
  std::vector<Argument> arguments{};
  bool cut_short = false;  // strace did not come to print all arguments
  Result result{};
  std::optional<double> seconds{};  // spent in the call, by -T
};

/// True of old_mmap where its arguments, which stand in memory, could not be read: strace prints their address alone.
bool lacks_what_is_in_memory(const Call& call);

/// Reads a whole call. Throws InputError, whose file and source line are left to be filled in.
Call read_call(const Text& text);

/// Reads as much of a call as there is of one that did not return: no result, perhaps not all arguments.
Call read_call_cut_short(const Text& text);

/// What stands in the braces or brackets of an argument: `flags=CLONE_VM` and `exit_signal=0` of `{flags=CLONE_VM, exit_signal=0}`,
/// `3` and `4` of `[3, 4]`; nothing of any other. Throws InputError like read_call.
std::vector<Argument> parts(const Argument& argument);

/// The name that a line begins with as a call does, up to the parenthesis; empty if it does not.
std::string_view name_of_call(std::string_view text);

}  // namespace refmm::strace

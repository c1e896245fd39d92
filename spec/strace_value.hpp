// What the arguments of a call stand for: numbers, of which most are printed as expressions over the names of flags; strings;
// the paths of descriptors.
#pragma once

#include <refmm/spec/strace_call.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace refmm::strace {

/// The number that is printed as `4096`, `0x7f6f2d00d000`, `0644`, `-1`, `NULL`, `PROT_READ|PROT_WRITE`,
/// `MAP_HUGETLB|21<<MAP_HUGE_SHIFT`, `0x8 /* PROT_??? */` or `3</usr/lib/libc.so.6>`. A negative number is one of 64 bits. Throws
/// InputError, whose file and source line are left to be filled in.
std::uint64_t number(const Argument& argument);

/// The same for a result: no names, no expressions.
std::uint64_t plain_number(const Argument& argument);

/// What -y or -yy prints behind a descriptor, without the brackets: a path, or something like `socket:[4711]`; nothing where
/// nothing stands.
std::optional<std::string> descriptor(const Argument& argument);

/// A string as the program passed it, without escapes.
struct String {
  std::string bytes;
  bool cut_off;  // strace printed the beginning of it (-s)
};

/// Of an argument that is no string, nothing.
std::optional<String> string(const Argument& argument);

}  // namespace refmm::strace

// The address space of a process as Linux prints it in /proc/PID/maps: what a program had mapped before the first call of a log.
//
//   557b34f26000-557b34f2a000 r--p 00000000 fe:00 247230                     /usr/bin/dash
//   7ffc42ee4000-7ffc42f05000 rw-p 00000000 00:00 0                          [stack]
#pragma once

#include <refmm/spec/transcript_source.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::strace {

/// One area. Addresses and the offset are in bytes.
struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last byte
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  std::uint64_t offset = 0;  // in the file
  std::string device{};      // `fe:00`
  std::uint64_t inode = 0;   // 0 where there is no file
  std::string name{};        // the path, as it is printed; or `[stack]`, `[vdso]`; empty of other memory
};

/// Reads it, in the order of addresses. Throws InputError at the first line that cannot be one, or that overlaps the one before.
std::vector<Mapping> read_maps(const transcript::Source& source);

}  // namespace refmm::strace

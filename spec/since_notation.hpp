// How calls of later eras are written: as strace prints them, with loads and stores beside them.
//
//   mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x2aaaaaaab000
//   store(0x2aaaaaaab000, 7) = 0
//   [pid 2] load(0x2aaaaaaab000) = 7
#pragma once

#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_memory.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::since {

using Native = std::uint64_t;

/// The version of Linux that is written `6.18` or `2.6.12`; nothing if it is none.
std::optional<Version> version_of(std::string_view text);

/// `6.18`; `2.6.12`.
std::string notation(const Version& version);

/// How many numbers a call of this name takes; nothing if it is not one of those that are modelled. mmap2 takes its offset in bytes,
/// as strace prints it. `open` and what else has to do with descriptors is not among them.
std::optional<std::size_t> arguments_of(std::string_view name);

/// The call of this name, which must be one of those, with its numbers: as many as it takes.
WorldCommand<Native> command_of(std::string_view name, std::span<const Native> numbers);

/// `mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)`.
std::string notation(const WorldCommand<Native>& command);

/// `0x2aaaaaaab000`, `0`, `-1 ENOMEM`, `7`, `SIGSEGV`, `SIGBUS`, `2` of a child.
std::string notation(const WorldResult<Native>& result);

/// The areas, one a line: `10000000-10002000 rw-p 00000000 rd wr mr mw me ac`, and the name of the file, if there is one. Neither the
/// structures that they are in nor the descriptors that they came by are told.
std::vector<std::string> areas_notation(const State<Native>& state);

}  // namespace refmm::since

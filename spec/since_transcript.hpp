// The notation of the since family: from lines of a transcript to the vocabulary of spec/since_memory.hpp.
//
//   boot family=since era=6.18 bits=64
//   open("A", O_RDWR) = 3
//   mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x2aaaaaaab000
//   [pid 2] load(0x2aaaaaaab000) = 7
//   areas 2:
//     2aaaaaaab000-2aaaaaaad000 rw-s 00000000 rd wr sh mr mw me ms A
#pragma once

#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/transcript_source.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::since {

/// Reads a boot line; `line` is the line that `boot` stands in. `era` is a version of Linux, 2.4.0 or later; `bits` are 32 or 64.
/// `brk`, `rlimit_as`, `rlimit_data`, `rlimit_memlock` and `rlimit_stack` are in bytes.
Boot<Native> read_boot(const transcript::Source& source, const transcript::Line& line,
                       const transcript::Boot& boot);

/// Reads a call of one of the processes that there are.
ProcessCommand<Native> read_call(const transcript::Source& source, const transcript::Call& call,
                                 const World<Native>& now);

/// The result of a call in the spelling of notation(result).
std::string read_result(const transcript::Source& source, const ProcessCommand<Native>& command,
                        const transcript::Result& result);

/// A question for the areas of a process, by its place.
struct Question {
  std::size_t process = 0;
};
Question read_query(const transcript::Source& source, const transcript::Query& query, const World<Native>& now);

/// `boot family=since era=6.18 bits=64 ...`.
std::string boot_notation(const Boot<Native>& boot, std::string_view era);

}  // namespace refmm::since

// The notation of the fault family: from lines of a transcript to the vocabulary of spec/process.hpp and spec/fault.hpp and back,
// for 32-bit addresses.
//
// Calls about areas are those of the vma family, and are read and written by its notation; `[pid N]` says whose they are. Nearly
// everything that fits into 32 bits means something to 2.4.0, processes that there are not included. What no call can have is
// refused at its place, with InputError. Defined in tests/transcripts/fault/README.md.
#pragma once

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {

// ---- Reading --------------------------------------------------------------------------------------------------

/// The machine of a transcript, 2.4.0 as it was built, and whether every call lists all of its effects.
struct BootLine {
  Boot<std::uint32_t> boot;
  bool all_effects;
};

/// Reads a boot line; `line` is the line that `boot` stands in.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads what a `set` line changes.
Set<std::uint32_t> read_set(const transcript::Source& source, const transcript::Line& line,
                            const transcript::Set& set);

/// Reads a call on a machine that has so many files.
Command<std::uint32_t> read_call(const transcript::Source& source, const transcript::Call& call,
                                 std::size_t files);

/// The recorded result of `command` in the spelling of notation(command, result): it must be one that such a call can
/// have.
std::string read_result(const transcript::Source& source, const Command<std::uint32_t>& command,
                        const transcript::Result& result);

/// Reads an effect.
fault::Effect<std::uint32_t> read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for.
struct Question {
  enum class Block { pte, ptes, rss, mm, maps, pages, swap, mem };
  Block block;
  std::uint32_t pid = 0;   // of those about a process
  std::uint32_t addr = 0;  // of pte
};

/// Reads a query.
Question read_query(const transcript::Source& source, const transcript::Query& query);

/// The answer to a question in a state, line by line. It is empty for a process that there is not.
std::vector<std::string> answer(const Question& question, const State<std::uint32_t>& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=fault ram_pages=32 swap_pages=8 files=4096,100 effects=all`: what every recording says, and then what differs
/// from the machine that transcripts begin with.
std::string boot_notation(const Boot<std::uint32_t>& boot, bool all_effects);

/// `[pid 1] store(0x40000000, 5)`, `swap_out(1, 0x40000000)`, `set fail_alloc=1`.
std::string notation(const Command<std::uint32_t>& command);

/// `0x40000000`, `ok`, `SIGSEGV`, `-1 ENOMEM`, `OOPS`; empty for a call without a result. The same refusal reads otherwise of
/// a process's own access, of the kernel's for it, and of a debugger's.
std::string notation(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

/// `alloc_page(GFP_USER) = pfn 3`.
std::string notation(const fault::Effect<std::uint32_t>& effect);

// The blocks that answer queries, line by line, without their indentation. Of a subject that has lost a file they say `?`.
std::vector<std::string> pte_block(const State<std::uint32_t>& state, std::uint32_t pid, std::uint32_t addr);
std::vector<std::string> ptes_block(const State<std::uint32_t>& state, std::uint32_t pid);
std::vector<std::string> rss_block(const State<std::uint32_t>& state, std::uint32_t pid);
std::vector<std::string> mm_block(const State<std::uint32_t>& state, std::uint32_t pid);
std::vector<std::string> maps_block(const State<std::uint32_t>& state, std::uint32_t pid);
std::vector<std::string> pages_block(const State<std::uint32_t>& state);
std::vector<std::string> swap_block(const State<std::uint32_t>& state);
std::vector<std::string> mem_block(const State<std::uint32_t>& state);

/// False of calls that are written without a result.
bool returns_something(const Command<std::uint32_t>& command);

}  // namespace refmm::process

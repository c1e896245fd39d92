// The notation of the buddy family: from lines of a transcript to the vocabulary of spec/buddy.hpp and back, for 32-bit
// machines.
//
// Calls are about frames of the zone. What no call can be about (a frame of another zone, one that no 32-bit machine has) is
// refused at its place, with InputError; misuse is read, and noticed by the kernel or not. Defined in
// tests/transcripts/buddy/README.md.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::buddy {

/// Frames that a 32-bit machine can have: 4 GiB of 4 KiB each.
inline constexpr std::uint32_t most_frames = 1 << 20;

// ---- Reading --------------------------------------------------------------------------------------------------

/// The zone of a transcript, of 2.4.0 as it was built, whether every call lists all of its effects, and how many frames the
/// recording says are free at first.
struct BootLine {
  Boot<std::uint32_t> boot;
  bool all_effects;
  std::optional<std::uint32_t> free_pages;
};

/// Reads a boot line; `line` is the line that `boot` stands in.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads a call to a zone.
Command<std::uint32_t> read_call(const transcript::Source& source, const transcript::Call& call,
                                 const State<std::uint32_t>& zone);

/// The recorded result of `command` in the spelling of notation(command, result): it must be one that such a call can
/// have.
std::string read_result(const transcript::Source& source, const Command<std::uint32_t>& command,
                        const transcript::Result& result);

/// Reads an effect.
Effect<std::uint32_t> read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for; `pfn` of a page.
struct Question {
  enum class Block { free_area, free_map, page, zone };
  Block block;
  std::uint32_t pfn;
};

/// Reads a query about a zone.
Question read_query(const transcript::Source& source, const transcript::Query& query,
                    const State<std::uint32_t>& zone);

/// The answer to a question in a state, line by line.
std::vector<std::string> answer(const Question& question, const State<std::uint32_t>& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=buddy zone_start=64 zone_pages=64 free=boot bootmap=0 effects=all`.
std::string boot_notation(const Boot<std::uint32_t>& boot, bool all_effects);

/// `free_pages(pfn 127, 0)`.
std::string notation(const Command<std::uint32_t>& command);

/// True of calls that are written with a result even if nothing went wrong.
bool returns_something(const Command<std::uint32_t>& command);

/// `pfn 127`, `NULL`, `BUG`; empty for a call without a result.
std::string notation(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

/// `link(0, pfn 126)`.
std::string notation(const Effect<std::uint32_t>& effect);

// The blocks that answer queries, line by line, without their indentation.
std::vector<std::string> free_area_block(const State<std::uint32_t>& state);
std::vector<std::string> free_map_block(const State<std::uint32_t>& state);
std::vector<std::string> page_block(const State<std::uint32_t>& state, std::uint32_t pfn);
std::vector<std::string> zone_block(const State<std::uint32_t>& state);

/// `310..319`, `310` of a single frame.
std::string range_notation(std::uint32_t first, std::uint32_t last);

/// What can be marked by a flag; `buffers` and `mapping` are pointers, no flags.
const FlagNames& page_flags();

}  // namespace refmm::buddy

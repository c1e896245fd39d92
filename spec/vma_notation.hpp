// The notation of the vma family: from lines of a transcript to the vocabulary of spec/vma.hpp and back, for 32-bit
// addresses.
//
// Nearly everything that fits into 32 bits means something to 2.4.0: addresses where nothing is mapped, flags that it has
// no name for, descriptors that were never opened; such calls are read, and refused or not by the kernel. What no call can
// have (a sign, 33 bits, a name that no transcript can write) is refused at its place, with InputError. Defined in
// tests/transcripts/vma/README.md.
#pragma once

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::vma {

// ---- Reading --------------------------------------------------------------------------------------------------

/// The machine of a transcript, 2.4.0 as it was built, and whether every call lists all of its effects.
struct BootLine {
  Boot<std::uint32_t> boot;
  bool all_effects;
};

/// Reads a boot line; `line` is the line that `boot` stands in.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads what a `set` line changes.
SetKnobs<std::uint32_t> read_set(const transcript::Source& source, const transcript::Line& line,
                                 const transcript::Set& set);

/// Reads a call. What may be called does not depend on what came before, unlike with slabs.
Command<std::uint32_t> read_call(const transcript::Source& source, const transcript::Call& call);

/// The same where there are more processes than one: whose call it is stands beside it.
Command<std::uint32_t> read_call_of_any_process(const transcript::Source& source, const transcript::Call& call);

/// The recorded result of `command` in the spelling of notation(command, result): it must be one that such a call can
/// have.
std::string read_result(const transcript::Source& source, const Command<std::uint32_t>& command,
                        const transcript::Result& result);

/// Reads an effect.
Effect<std::uint32_t> read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for.
struct Question {
  enum class Block { maps, mm, tree, files };
  Block block;
};

/// Reads a query.
Question read_query(const transcript::Source& source, const transcript::Query& query);

/// The answer to a question in a state, line by line.
std::vector<std::string> answer(const Question& question, const State<std::uint32_t>& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=vma effects=all task_size=0xc0000000 max_map_count=65536 ...`: what every recording says, and then what
/// differs from the machine that transcripts begin with.
std::string boot_notation(const Boot<std::uint32_t>& boot, bool all_effects);

/// `munmap(0x40000000, 4096)`, `set fail_vma=1`.
std::string notation(const Command<std::uint32_t>& command);

/// `0x40000000`, `0`, `0x40000000 prev=NULL`, `-1 ENOMEM`, `BUG`; empty for a call without a result. The same refusal reads
/// otherwise of calls that return a pointer, and an address so high that user space takes it for an error reads as that error.
std::string notation(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

/// `zap_page_range(0x40000000, 4096)`.
std::string notation(const Effect<std::uint32_t>& effect);

// The blocks that answer queries, line by line, without their indentation. Of a subject that has lost an area or a file
// they say `?`.
std::vector<std::string> maps_block(const State<std::uint32_t>& state);
std::vector<std::string> mm_block(const State<std::uint32_t>& state);
std::vector<std::string> tree_block(const State<std::uint32_t>& state);
std::vector<std::string> files_block(const State<std::uint32_t>& state);

/// `rw-s`: what the bits allow, and whether the area was mapped shared.
std::string access_notation(std::uint32_t vm_flags);

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& prot_flags();
const FlagNames& map_flags();
const FlagNames& mremap_flags();
const FlagNames& mlockall_flags();
const FlagNames& area_flags();  // those that `maps` prints by name
const FlagNames& file_attributes();

/// The flags joined with `|`, what has no name gathered in one hexadecimal number at the end, `0` for none.
std::string flags_notation(const FlagNames& names, std::uint32_t flags);

}  // namespace refmm::vma

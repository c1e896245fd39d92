// The notation of the kernel family: from lines of a transcript to the vocabulary of spec/kernel_map.hpp and back, for 32-bit
// addresses.
//
// Every address and size that fits into 32 bits means something to 2.4.0; what no call can have (a sign, 33 bits, a directory or
// a frame that there is not) is refused at its place, with InputError. Defined in tests/transcripts/kernel/README.md; two calls
// and a key of `boot` are our own: see [paging.map_user], [paging.clear_page_tables], [paging.kernel.preallocated].
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::kernel_map {

// ---- Reading --------------------------------------------------------------------------------------------------

/// The machine of a transcript, 2.4.0 as it was built, and whether every call lists all of its effects.
struct BootLine {
  Boot<std::uint32_t> boot;
  bool all_effects;
};

/// Reads a boot line; `line` is the line that `boot` stands in. Values that the kernel computes may be left out, and must be what
/// it computes.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads what a `set` line changes.
SetKnobs read_set(const transcript::Source& source, const transcript::Line& line, const transcript::Set& set);

/// Reads a call. Its directories must be in use in the state `now`, its frames be frames of the machine.
Command<std::uint32_t> read_call(const transcript::Source& source, const transcript::Call& call,
                                 const Boot<std::uint32_t>& boot, const State<std::uint32_t>& now);

/// The recorded result of `command` in the spelling of notation(command, result): it must be one that such a call can have.
std::string read_result(const transcript::Source& source, const Command<std::uint32_t>& command,
                        const transcript::Result& result);

/// Reads an effect.
Effect<std::uint32_t> read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for.
struct Question {
  enum class Block { vmlist, pde, translate, map, pgds, sharing, cache, frame, frames };
  Block block;
  std::uint32_t pgd;          // of pde; 0 for swapper_pg_dir
  std::uint32_t first, last;  // of map: pages, the last one exclusive, 0 for 4 GB; of translate and frame: first
  Boot<std::uint32_t> boot;   // what the machine has, besides its state
};

/// Reads a query.
Question read_query(const transcript::Source& source, const transcript::Query& query,
                    const Boot<std::uint32_t>& boot, const State<std::uint32_t>& now);

/// The answer to a question in a state, line by line. Of a directory that the state has not got it is empty.
std::vector<std::string> answer(const Question& question, const State<std::uint32_t>& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=kernel ram_pages=16384 first_free=1024 pse=1 pge=1 config=up high_memory=0xc4000000 ...`: what every recording
/// says.
std::string boot_notation(const Boot<std::uint32_t>& boot, bool all_effects);

/// `vmalloc(0x2000)`, `set fail_pages=1`.
std::string notation(const Command<std::uint32_t>& command);

/// `0xc4800000`, `NULL`, `pgd 1`, `pfn 1024`, `synced`, `BUG`; empty for a call without a result.
std::string notation(const Result<std::uint32_t>& result);

/// `set_pde(swapper, 786, 0x00400063)`.
std::string notation(const Effect<std::uint32_t>& effect);

// The blocks that answer queries, line by line, without their indentation.
std::vector<std::string> vmlist_block(const State<std::uint32_t>& state);
std::vector<std::string> pde_block(const Machine& machine, const Entries<std::uint32_t>& directory);
std::vector<std::string> translate_block(const Machine& machine, const State<std::uint32_t>& state,
                                         std::uint32_t addr);
std::vector<std::string> map_block(const Machine& machine, const State<std::uint32_t>& state, std::uint32_t first,
                                   std::uint32_t last);
std::vector<std::string> pgds_block(const State<std::uint32_t>& state);
std::vector<std::string> sharing_block(const Machine& machine, const State<std::uint32_t>& state);
std::vector<std::string> cache_block(const State<std::uint32_t>& state);
std::vector<std::string> frame_block(const Boot<std::uint32_t>& boot, const State<std::uint32_t>& state,
                                     std::uint32_t pfn);
std::vector<std::string> frames_block(const Boot<std::uint32_t>& boot, const State<std::uint32_t>& state);

/// `present|rw|accessed|dirty`: the flags of an entry, `0` for none.
std::string entry_flags_notation(std::uint32_t flags);

/// `swapper` or `pgd 1`.
std::string directory_notation(std::uint32_t pgd);

}  // namespace refmm::kernel_map

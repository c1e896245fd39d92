// The notation of the malloc family: from lines of a transcript to the vocabulary of spec/malloc.hpp and back, for 32-bit addresses.
// There are no recordings of originals for this family; so this is where its notation is defined.
//
// The process
//
//   boot family=malloc data=0x0804a000 brk=0x0804b000 mmap_threshold=131072 mmap_max=65536
//        trim_threshold=131072 top_pad=0 perturb=0 checks=none effects=all
//
// in one line; what is left out is as it stands here, but for effects=all, which makes every call list all of its effects. `checks` are
// those of a hardened heap that the allocator makes: `none`, `all`, or some of `pointer`, `double_free`, `prev_size`, `links`, `top`
// and `product`, joined with `|`. `data` begins a page, and up to `brk` there is room for the heads of the lists, at least.
// `set` lines change the knobs of the vma family (tests/transcripts/vma/README.md): `set fail_vma=1`, `set rlimit_data=8192`.
//
// Calls, with addresses and sizes in bytes; NULL is the address 0
//
//   malloc(100) = 0x0804b008             a block, or NULL
//   calloc(10, 20) = 0x0804b008          likewise
//   realloc(0x0804b008, 300) = NULL      likewise
//   memalign(4096, 100) = 0x0804c000     likewise
//   free(0x0804b008)                     nothing
//   malloc_usable_size(0x0804b008) = 100 a number of bytes
//   malloc_trim(0) = 1                   whether something was given back
//   sbrk(-4096) = 0x0806c000             the break before, or -1 ENOMEM
//   load_byte(0x0804b008) = 65           0 to 255
//   load_word(0x0804b006) = 0x41420000   any address, aligned or not
//   store_byte(0x0804b008, 65), store_word(0x0804b008, 0x41414141), memset(0x0804b008, 65, 100)
//
// What a program asks need not make sense: that the heap is damaged is what many transcripts are about. A call behind which nothing goes
// on has one of these results, and ends the transcript:
//
//   = SIGSEGV                            there was no memory, for the program or for the allocator
//   = SIGABRT double_free                a check failed: `invalid_pointer`, `invalid_size`, `double_free`, `corrupted_prev_size`,
//                                        `corrupted_links` or `corrupted_top`
//   = HANG                               the call never returns
//
// Effects are what the allocator asks of the kernel; -1 ENOMEM where it is refused
//
//   | brk(0x0806c000) = 0x0806c000
//   | mmap(139264) = 0x40000000
//   | mremap(0x40000000, 139264, 200704) = 0x40022000
//   | munmap(0x40000000, 139264)
//
// Queries
//
//   heap:                    each region of the heap, and its chunks in the order of their addresses, with their sizes
//     region 0804b000-0804c000
//     0804b000 104 used
//     0804b068 104 free prev_size=96     the two ends of the chunk disagree on its size
//     0804b0d0 65540 damaged             the size leads out of the heap: nothing is known of what lies behind
//     0804bff0 16 fence                  the end of a region behind which the heap does not go on
//     0804b0d0 3888 top
//   bins:                    each list that is not empty: its number, the sizes it is of, its chunks from the front on
//     13 104: 0804b068,0804b1a0!         `!`: the link back of this one does not lead to the one in front
//     64 512..1016: 41414140?            `?`: there is no memory here; at a chunk that was there already the list says `loop`
//     16 128: 0804b1a0,head!             the link back of the head does not lead to the last chunk
//   blocks:                  what the program was given and has not given back: address, bytes asked for
//     0804b008 100 usable=100
//     40000008 200000 usable=200696 mapped
//   words 0x0804b000 8:      memory as words, from a multiple of 4 on; `--------` where there is none
//     0804b000: 00000000 00000069 41414141 00000000
//   maps:                    the areas, as in the vma family
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::malloc {

// ---- Reading --------------------------------------------------------------------------------------------------

/// The process of a transcript, and whether every call lists all of its effects.
struct BootLine {
  Boot<std::uint32_t> boot;
  bool all_effects;
};

/// Reads a boot line; `line` is the line that `boot` stands in.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads a call. What may be called does not depend on what came before: a program may free what it was never given.
Command<std::uint32_t> read_call(const transcript::Source& source, const transcript::Call& call);

/// The result of `command` in the spelling of notation(command, result): it must be one that such a call can have.
std::string read_result(const transcript::Source& source, const Command<std::uint32_t>& command,
                        const transcript::Result& result);

/// Reads an effect.
Effect<std::uint32_t> read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for; `addr` and `words` of memory.
struct Question {
  enum class Block { heap, bins, blocks, words, maps };
  Block block;
  std::uint32_t addr, words;
};

/// Reads a query.
Question read_query(const transcript::Source& source, const transcript::Query& query);

/// The answer to a question in a state, line by line.
std::vector<std::string> answer(const Question& question, const State<std::uint32_t>& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=malloc data=0x0804a000 brk=0x0804b000 checks=none effects=all`; parameters only where they differ from the usual ones.
std::string boot_notation(const Boot<std::uint32_t>& boot, bool all_effects);

/// `none`, `all`, `links|top`.
std::string checks_notation(const Corrections& checks);

/// `realloc(0x0804b008, 300)`, `set fail_vma=1`.
std::string notation(const Command<std::uint32_t>& command);

/// False of calls that are written without a result unless they end the program.
bool returns_something(const Command<std::uint32_t>& command);

/// `0x0804b008`, `NULL`, `65`, `-1 ENOMEM`, `SIGABRT double_free`; empty for a call without a result.
std::string notation(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

/// `brk(0x0806c000) = 0x0806c000`.
std::string notation(const Effect<std::uint32_t>& effect);

/// Why a check ended the program: `double_free`; empty for other refusals.
std::string_view reason_notation(Refusal refusal);

// The blocks that answer queries, line by line, without their indentation. They end whatever the program has done to its heap.
std::vector<std::string> heap_block(const State<std::uint32_t>& state);
std::vector<std::string> bins_block(const State<std::uint32_t>& state);
std::vector<std::string> blocks_block(const State<std::uint32_t>& state);
std::vector<std::string> words_block(const State<std::uint32_t>& state, std::uint32_t addr, std::uint32_t words);

}  // namespace refmm::malloc

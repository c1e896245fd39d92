// Random commands for the user's heap.
//
// RapidCheck draws a session: a boot and a list of intents, "give the third block back", "let the fifth grow by a half". What an intent
// says stays meaningful whatever came before it. A caller turns them into commands one by one, in the state that the commands so far have
// led to. A program keeps to the rules of malloc (tests/malloc_knowledge.hpp) but for its last intent, which may be a misuse.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/tests/malloc_knowledge.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::malloc {

// ---- Intents ----------------------------------------------------------------------------------------------------------------
// `which` is a number of a block that the program has, modulo how many there are.

/// A new block. Of calloc `size` is that of one thing, and `bytes` are about as many as there are of them.
struct AskIntent {
  enum class How { malloc, calloc, memalign, realloc };
  How how;
  std::uint32_t bytes, size, alignment;
};
struct ReleaseIntent {
  bool null;
  std::uint32_t which;
};
/// Another size of a block: a number of bytes, or so many eighths of those that it has.
struct ResizeIntent {
  bool mapped;  // one with a mapping of its own, the first from that block on, if there is any
  std::uint32_t which, bytes, eighths;  // eighths 0: bytes
};
/// Something is written to a block, or read of it, at an offset modulo what it has.
struct UseIntent {
  enum class How { fill, store_byte, store_word, load_byte, load_word, usable_size };
  static constexpr std::uint32_t kinds = 6;
  How how;
  std::uint32_t which, offset, value;
};
/// What stays at the end of the heap: nothing, all that could be given back, all but a page of that, or more than there is.
struct TrimIntent {
  enum class Pad { nothing, all, all_but_a_page, more };
  Pad pad;
};
/// Somebody else moves the break on, or gives back some of what lies behind the heap. Before he moves it on by little the top is made
/// so small that what is left of it when the heap goes on elsewhere can hardly be a chunk.
struct SbrkIntent {
  bool back;
  std::uint32_t bytes;
};
/// So many blocks of sizes that follow each other, and a small one behind each.
struct RowIntent {
  std::uint32_t bytes, step, count;
};
/// All blocks of some hundred bytes or more are given back: each one of `stride`, then those behind them, and so on.
struct SweepIntent {
  static constexpr std::uint32_t least = 500;
  std::uint32_t stride;
};
/// What is not promised: most of it ends the program, and all of it the session.
struct MisuseIntent {
  enum class Kind {
    free_twice,        // a block is freed, and again
    resize_freed,      // a block is freed, and made larger
    free_inside,       // the address lies a word behind the beginning of a block
    free_zeros,        // it lies in a block full of zeros, at a multiple of 2 words
    free_static,       // it lies in front of the heap, or right behind it
    free_nothing,      // there is no memory
    load_nothing,      // likewise
    store_nothing,     // likewise
    size_small,        // the size of a block's chunk is overwritten, and the block freed: too small
    size_large,        // larger than what is left of the heap
    size_odd,          // no multiple of 2 words
    size_mapped,       // with the flag of a chunk with a mapping of its own
    prev_size_front,   // the size at the end of a free chunk is overwritten, and the block behind it freed
    prev_size_behind,  // likewise, and the block in front of it freed
    forward_link,  // a link of a small free chunk is overwritten, and its size asked for: it leads to a head of another list
    backward_link,    // the link back; or a block of its size is freed
    link_to_nothing,  // it leads to where there is no memory
    top_size,         // the size of the top is overwritten, and something asked for that only the top has
    product,          // of calloc, it wraps to a small one
  };
  static constexpr std::uint32_t kinds = 19;
  Kind kind;
  std::uint32_t which, value;
};
using Intent = std::variant<AskIntent, ReleaseIntent, ResizeIntent, UseIntent, TrimIntent, SbrkIntent,
                            vma::SetKnobs<std::uint32_t>, RowIntent, SweepIntent, MisuseIntent>;

/// What one random run does.
struct Session {
  Boot<std::uint32_t> boot;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed: of up to several hundred commands, on the allocator with all
/// checks. Each has a temper of its own (swarm testing): thresholds are low or usual, memory is filled or not, small blocks, large ones
/// or both are asked for, few sizes again and again or any; the kernel grants everything, or fails now and then.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- The caller -------------------------------------------------------------------------------------------------------------

/// Carries out the intents of a session.
class Caller {
 public:
  /// A session is cut after this many commands.
  static constexpr std::uint32_t most_commands = 400;

  explicit Caller(Session session) : session_(std::move(session)) {}

  /// The next command, in the state `now`; nothing at the end of the session.
  std::optional<Command<std::uint32_t>> next(const State<std::uint32_t>& now);

  /// Tells the caller what came of the command that next() returned.
  void answered(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

 private:
  Session session_;
  std::size_t intent_ = 0;                         // the next intent
  std::uint32_t commands_ = 0;                     // commands so far
  std::vector<Command<std::uint32_t>> planned_{};  // of the intent under way, the next one last
  Knowledge knowledge_{};
};

/// What a misuse comes to in a state; no commands where there is nothing to misuse.
std::vector<Command<std::uint32_t>> misusing(const MisuseIntent& wish, const State<std::uint32_t>& now);

}  // namespace refmm::malloc

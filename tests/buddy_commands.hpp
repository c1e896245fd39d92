// Random commands for the page allocator.
//
// RapidCheck draws a session: a boot and a list of intents, "give back part of the third block", "hold a frame of the fifth". What
// an intent says stays meaningful whatever came before it. A caller turns them into commands one by one, in the state that the
// commands so far have led to, and remembers which blocks it was given.
#pragma once

#include <refmm/spec/buddy.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {

// ---- Intents ----------------------------------------------------------------------------------------------------------------
// `which` is a number of a block that was given out, modulo how many there are.

/// A block is given back: all of it, a part of it, or each frame by itself after all have got a reference.
struct ReleaseIntent {
  enum class How { whole, part, scattered };
  How how;
  std::uint32_t which;
  bool raw;                   // whatever the count
  std::uint32_t order, part;  // of the part, modulo what there is
};
/// One reference more, of the first frame or of another.
struct HoldIntent {
  std::uint32_t which, frame;
};
/// Frames that are reserved are given to the lists.
struct BootFreeIntent {
  std::uint32_t which, frame, frames;
};
/// A frame of a block, or any frame of the zone, is marked, or loses the mark: of a block one that has it, if any does.
struct MarkIntent {
  bool sets, of_block;
  std::uint32_t which, frame;
  Mark mark;
};
/// What ends with an assertion of the kernel, and so ends the session.
struct MisuseIntent {
  enum class Kind {
    free_block,       // a block on a list is released whatever its count
    part_of_free,     // a frame in a block on a list likewise
    around_free,      // a block around one that is free
    no_reference,     // a counted release of a frame without references
    larger,           // more is released than was taken
    with_reserved,    // a block with a reserved frame in it
    with_held,        // a block with a frame in it that has references
    as_taken,         // a block as it was taken, whatever has become of its frames since
    misaligned,       // from the middle of a block
    behind_ram,       // of a frame that there is not
    beyond_zone,      // of a block that reaches behind the zone
    too_large,        // of an order that there is not
    marked,           // of a frame that is marked as in use
    marked_on_list,   // a frame is marked as in use while it is free, and taken
    boot_free_again,  // a frame on a list is given to the lists
    reserved_inside,  // a frame in a block on a list is reserved, and the block is taken and released
    boot_free_used,   // frames that boot has kept are given to the lists, one of which is marked as in use
  };
  static constexpr std::uint32_t kinds = 17;
  Kind kind;
  std::uint32_t which, order;
  Mark mark;
};
using Intent = std::variant<AllocPages, ReleaseIntent, HoldIntent, BootFreeIntent, MarkIntent, MisuseIntent>;

/// What one random run does.
struct Session {
  Boot<std::uint32_t> boot;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed: of up to several hundred commands, on the corrected kernel.
/// Each has a temper of its own (swarm testing): zones are of a few frames or of several blocks of the largest order, even or ragged,
/// with reserved frames or without; small orders, large ones or all are asked for; some kinds of intents come often and some not at
/// all. Misuse comes last.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- The caller -------------------------------------------------------------------------------------------------------------

/// Frames that were given out together and are not given back.
struct HeldBlock {
  std::uint32_t pfn, order;
};

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
  std::vector<HeldBlock> blocks_{};
  bool released_ = false;  // the last command may have given frames back
};

}  // namespace refmm::buddy

// Random commands for machines that run processes.
//
// RapidCheck draws a session: a boot and a list of intents, "the second process stores a byte into the third page that it has in
// the swap area", "unmap the upper half of an area", "let the next read of a slot fail". What an intent says stays meaningful whatever came before
// it. A caller turns them into commands one by one, in the state that the commands so far have led to.
#pragma once

#include <refmm/spec/process.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {

// ---- Who, where and how long ----------------------------------------------------------------------------------------

/// A process: number `ordinal` of those that there are, modulo how many; or none.
struct Who {
  std::uint32_t ordinal;
  bool missing;
};

/// An address of a process: a landmark, and so many pages and bytes from there.
struct Place {
  enum class Landmark {
    address,      // `ordinal` itself
    area_start,   // of area number `ordinal`, modulo how many there are
    area_middle,  // likewise
    area_end,     // likewise
    area_page,    // likewise: its page number `pages`, modulo how many it has
    writable,     // likewise, of an area that may be written
    stack_start,  // the start of growing area number `ordinal`; of any area where there is none
    present,  // of the page of entry number `ordinal` of those that lead to a page; area_start where there is none
    swapped,  // likewise of those that hold a slot
    window,   // a page of sequential area number `ordinal` whose fault reads the next window; likewise
    file_end,  // the end of the file that area number `ordinal` of those that show and share one has; likewise
    brk,       // the break, rounded up
    esp,       // the stack pointer
  };
  Landmark landmark;
  std::uint32_t ordinal;
  std::int32_t pages;
  std::uint32_t bytes;
};

/// A length, from a place on: so many pages and bytes more than a measure.
struct Length {
  enum class Measure {
    nothing,    // 0
    to_end,     // to the end of the first area that ends above the place
    to_next,    // to the start of the first area that begins above the place
    to_top,     // to 4 GB
    as_before,  // of mremap: the old length
  };
  Measure measure;
  std::int32_t pages;
  std::uint32_t bytes;
};

// ---- Intents ------------------------------------------------------------------------------------------------------------

/// One byte is read or written, by a process, by the kernel for it, or by a debugger.
struct AccessIntent {
  enum class By { load, store, get_user, put_user, peek, poke };
  By by;
  Who who, debugger;
  Place place;
  std::uint32_t byte;
  bool lacks_frame = false;  // the first allocation that it makes fails
};
/// Bytes are written to one page after another, up to the end of the area.
struct FillIntent {
  Who who;
  Place place;
  std::uint32_t count, byte;
};
/// A byte is written to the first page of a sequential area, and the middle of so many windows is read.
struct ReadThroughIntent {
  Who who;
  std::uint32_t ordinal, windows;
};
struct MapIntent {
  Who who;
  Place place;
  bool anywhere;  // address 0 in place of `place`
  Length length;
  std::uint32_t prot, flags;
  std::uint32_t descriptor;  // which of those that are open, modulo how many; anonymous memory where there is none
  std::uint32_t offset;      // bytes
};
struct UnmapIntent {
  Who who;
  Place place;
  Length length;
};
struct ProtectIntent {
  Who who;
  Place place;
  Length length;
  std::uint32_t prot;
};
struct BrkIntent {
  Who who;
  Place place;
};
struct RemapIntent {
  Who who;
  Place place;
  Length old_length, new_length;
  std::uint32_t flags;
  Place destination;
  bool lacks_frame = false;  // the first allocation that it makes fails
};
struct LockIntent {
  bool locks;
  Who who;
  Place place;
  Length length;
};
struct LockAllIntent {
  Who who;
  std::optional<std::uint32_t> flags;  // or everything is unlocked
};
struct AdviseIntent {
  Who who;
  Place place;
  Length length;
  std::uint32_t advice;
};
struct SyncIntent {
  Who who;
  Place place;
  Length length;
  std::uint32_t flags;
};
/// Files are those that there are, modulo how many; a machine without any is asked for none.
struct OpenIntent {
  Who who;
  std::uint32_t file, mode;
};
/// A file gets so many pages and bytes; or some more or fewer than it has.
struct TruncateIntent {
  Who who;
  std::uint32_t file;
  bool relative;
  std::int32_t pages;
  std::uint32_t bytes;
};
/// Bytes of an open file are read or written, so many pages and bytes from its beginning, or from its end.
struct TransferIntent {
  bool writes;
  Who who;
  Place place;
  std::uint32_t len;  // bytes
  std::uint32_t
      descriptor;  // which of those that are open, modulo how many; one that is not open where there is none
  bool from_end;
  std::int32_t pages;
  std::uint32_t bytes;
  bool lacks_frame = false;  // the first allocation that it makes fails
};
struct ForkIntent {
  Who who;
};
struct ExitIntent {
  Who who;
  bool last;  // also if there is no other
};
struct EspIntent {
  Who who;
  Place place;
};
struct HoldIntent {
  Who who;
  Direction rw;
  Place place;
  Length length;
};
struct ReleaseIntent {
  Who who;
};
/// So many pages are unmapped, of one process or of one after the other, and what can be reclaimed is.
struct SwapOutIntent {
  Who who;
  Place place;
  std::uint32_t count;
  bool of_all, reclaims;
};
/// A limit is set so many pages and bytes above what is there now, or all are lifted.
struct LimitIntent {
  enum class Limit { address_space, data, stack, locked, lifted };
  Limit limit;
  Who who;
  std::int32_t slack;
  std::uint32_t bytes;
};
/// All allocations fail from now on, or no more.
struct FailAllIntent {};
/// The last four are the same in every state.
using Intent =
    std::variant<AccessIntent, FillIntent, ReadThroughIntent, MapIntent, UnmapIntent, ProtectIntent, BrkIntent,
                 RemapIntent, LockIntent, LockAllIntent, AdviseIntent, SyncIntent, OpenIntent, TruncateIntent,
                 TransferIntent, ForkIntent, ExitIntent, EspIntent, HoldIntent, ReleaseIntent, SwapOutIntent,
                 LimitIntent, FailAllIntent, Reclaim, Swapoff, Swapon, Set<std::uint32_t>>;

/// What one random run does.
struct Session {
  Boot<std::uint32_t> boot;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed: of up to several hundred commands, on the corrected kernel.
/// Each has a temper of its own (swarm testing): a small machine; addresses on one to three grounds, few enough that areas meet; some
/// kinds of intents come often and some not at all; odd arguments, files, growing areas, failures are common, rare or absent.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- The caller -----------------------------------------------------------------------------------------------------------

/// Carries out the intents of a session.
class Caller {
 public:
  /// A session is cut after this many commands.
  static constexpr std::uint32_t most_commands = 600;
  /// No fork makes more processes than these.
  static constexpr std::size_t most_processes = 5;

  explicit Caller(Session session) : session_(std::move(session)) {}

  /// The next command, in the state `now`; nothing at the end of the session, or when no process is left.
  std::optional<Command<std::uint32_t>> next(const State<std::uint32_t>& now);

  /// Tells the caller what came of the command that next() returned. A state says all that this one goes by.
  void answered(const Command<std::uint32_t>&, const Result<std::uint32_t>&) {}

 private:
  Session session_;
  std::size_t intent_ = 0;                         // the next intent
  std::uint32_t commands_ = 0;                     // commands so far
  std::uint32_t commands_alone_ = 0;               // of these without any process
  std::vector<Command<std::uint32_t>> planned_{};  // of the intent under way, the next one last
};

}  // namespace refmm::process

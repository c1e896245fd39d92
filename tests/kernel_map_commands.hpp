// Random commands for the kernel's own mappings.
//
// RapidCheck draws a session: a boot and a list of intents, "free the third area", "map as much as fits behind the last area, and
// one page more", "a program touches the guard page of an area in the second directory". What an intent says stays meaningful
// whatever came before it. A caller turns them into commands one by one, in the state that the commands so far have led to.
#pragma once

#include <refmm/spec/kernel_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

// ---- Where and how much -----------------------------------------------------------------------------------------------

/// An address of the kernel: a landmark, and so many pages and bytes from there.
struct Place {
  enum class Landmark {
    address,     // `ordinal` itself
    slot,        // where slot number `ordinal` of the kernel's half begins, modulo how many there are
    area_start,  // of area number `ordinal`, modulo how many there are; the start of the range where there is none
    area_middle,  // likewise
    area_guard,   // likewise: its guard page
    area_end,     // likewise
    high_memory,
    range_start,  // of areas
    range_end,
    window,  // for high frames
  };
  Landmark landmark;
  std::uint32_t ordinal;
  std::int32_t pages;
  std::uint32_t bytes;
};

/// A physical address likewise.
struct Phys {
  enum class Landmark {
    address,   // `ordinal` itself
    ram_end,   // behind the direct mapping
    last_ram,  // behind the last frame of the machine
    isa_start,
    isa_end,
    high_frame,    // number `ordinal` of them, modulo how many there are; the end of RAM where there is none
    reserved_run,  // the first frame of run number `ordinal` of frames that this caller has reserved; likewise
  };
  Landmark landmark;
  std::uint32_t ordinal;
  std::int32_t pages;
  std::uint32_t bytes;
};

/// A number of bytes: so many pages and bytes more than a measure.
struct Size {
  enum class Measure {
    nothing,
    to_slot_end,   // from the place behind the last area to the end of its slot
    to_range_end,  // or to the end of the range, less the guard page
    to_top,        // or to 4 GB, less the guard page
    hole,          // of hole number `ordinal` between areas, less the guard page; a page where there is none
    machine,       // all frames there are
    free,          // all frames that are free
    to_phys_top,   // of ioremap: from the physical address to 4 GB
    to_isa_end,    // of ioremap: to the end of the window
    to_ram_end,    // of ioremap: to the end of the direct mapping
    reserved,      // of ioremap: of the run of reserved frames at the physical address
  };
  Measure measure;
  std::uint32_t ordinal;
  std::int32_t pages;
  std::uint32_t bytes;
};

// ---- Intents ------------------------------------------------------------------------------------------------------------

struct VmallocIntent {
  VmallocGfp gfp;
  Size size;
};
struct VfreeIntent {
  Place place;
};
struct IoremapIntent {
  Phys phys;
  Size size;
  bool nocache;
};
struct IounmapIntent {
  Place place;
};
/// So many processes begin.
struct ForkIntent {
  std::uint32_t count;
};
/// So many end: what they have mapped goes first.
struct ExitIntent {
  std::uint32_t ordinal;  // of the directory
  bool fast;              // to the quick list
  std::uint32_t count;
};
struct TrimIntent {
  std::int32_t low, high;
};
/// An address is touched: in one directory, or in all of them one after the other.
struct TouchIntent {
  std::uint32_t ordinal;  // of the directory; swapper_pg_dir is one of them
  bool everywhere;
  bool user;
  Place place;
};
/// A page that a program has mapped is touched in its directory.
struct TouchUserIntent {
  std::uint32_t ordinal;     // of the directory
  std::uint32_t page, byte;  // the ordinal of the page, and where in it
  bool user;
};
struct GetIntent {
  bool high;
  std::uint32_t count;
};
/// One of the frames that this caller got.
struct PutIntent {
  std::uint32_t ordinal;
};
/// A run of frames that it got is marked as reserved, or one of those no more; or the first frame of an area of vmalloc is, or frame 0.
struct ReserveIntent {
  std::uint32_t ordinal, most;
  bool reserves;
  bool of_area = false;
};
/// A frame that it got gets an address; a low one of any kind if there is none.
struct KmapIntent {
  std::uint32_t ordinal;
};
/// One use of a frame's address ends.
struct KunmapIntent {
  std::uint32_t ordinal;
};
/// Many high frames get an address each, and one in so many gives it up at once.
struct FillWindowIntent {
  std::uint32_t count, gives_up;
};
struct MapUserIntent {
  std::uint32_t ordinal;  // of the directory
  std::uint32_t slot, page;
  bool writable;
  bool in_kernel_half;
};
struct ClearIntent {
  std::uint32_t ordinal;
  std::uint32_t first, nr;
};
/// What no caller may do: the kernel stops, or never comes back.
struct MisuseIntent {
  enum class Kind { vmalloc_nothing, vmalloc_too_much, kunmap_not_mapped, kunmap_not_used, trim_for_ever };
  Kind kind;
};
/// The last two are the same in every state.
using Intent =
    std::variant<VmallocIntent, VfreeIntent, IoremapIntent, IounmapIntent, ForkIntent, ExitIntent, TrimIntent,
                 TouchIntent, TouchUserIntent, GetIntent, PutIntent, ReserveIntent, KmapIntent, KunmapIntent,
                 FillWindowIntent, MapUserIntent, ClearIntent, MisuseIntent, PteFreeFast, SetKnobs>;

/// What one random run does.
struct Session {
  Boot<std::uint32_t> boot;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed, on the corrected kernel. Each has a temper of its own (swarm
/// testing): a small machine or one that leaves areas little room, one policy of sharing or the other; some kinds of intents come
/// often and some not at all.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- What callers must not do ---------------------------------------------------------------------------------------------
// The kernel trusts them: what follows is nobody's fault but theirs.

/// Users of the address that kmap gave a high frame.
std::uint32_t users_of_kmap(const State<std::uint32_t>& now, std::uint32_t pfn);

/// True if a frame that a caller has taken may be given back: nobody uses its address, and no area of ioremap leads to it.
bool may_put_back(const State<std::uint32_t>& now, std::uint32_t pfn);

/// True if a program still has something mapped: its directory may not be given back.
bool has_user_half(const Pgd<std::uint32_t>& pgd);

// ---- The caller -----------------------------------------------------------------------------------------------------------

/// Carries out the intents of a session.
class Caller {
 public:
  /// A session is cut after this many commands.
  static constexpr std::uint32_t most_commands = 3500;

  explicit Caller(Session session) : session_(std::move(session)) {}

  /// The next command, in the state `now`; nothing at the end of the session.
  std::optional<Command<std::uint32_t>> next(const State<std::uint32_t>& now);

  /// Tells the caller what came of the command that next() returned.
  void answered(const Command<std::uint32_t>& command, const Result<std::uint32_t>& result);

 private:
  Session session_;
  std::size_t intent_ = 0;                         // the one under way
  std::uint32_t repetition_ = 0;                   // how often it has been planned
  std::uint32_t commands_ = 0;                     // commands so far
  std::vector<Command<std::uint32_t>> planned_{};  // of the intent under way, the next one last
  std::vector<std::uint32_t> held_{};              // frames that this caller got and has not given back
};

}  // namespace refmm::kernel_map

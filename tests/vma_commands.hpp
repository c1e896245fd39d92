// Random commands for memory areas.
//
// RapidCheck draws a session: a boot and a list of intents, "unmap from the middle of the third area to one page behind the
// next", "let the second request for a structure fail". What an intent says stays meaningful whatever came before it. A
// caller turns them into commands one by one, in the state that the commands so far have led to.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::vma {

// ---- Where and how long -----------------------------------------------------------------------------------------------

/// An address: a landmark, and so many pages and bytes from there.
struct Place {
  enum class Landmark {
    address,  // `ordinal` itself
    area_start,  // of area number `ordinal`, modulo how many there are; of the start of the search where there is none
    area_middle,  // likewise
    area_end,     // likewise
    stack_start,  // the start of growing area number `ordinal`; of any area where there is none
    brk,          // the break, rounded up
  };
  Landmark landmark;
  std::uint32_t ordinal;
  std::int32_t pages;
  std::uint32_t bytes;
};

/// A length, from a place on: so many pages and bytes more than a measure.
struct Length {
  enum class Measure {
    nothing,      // 0
    to_end,       // to the end of the first area that ends above the place
    to_next,      // to the start of the first area that begins above the place
    to_task_end,  // to the end of the task
    as_before,    // of mremap: the old length
  };
  Measure measure;
  std::int32_t pages;
  std::uint32_t bytes;
};

/// A descriptor: one that is open, if any is, else a file is opened first; one that never was open; or -1.
struct DescriptorChoice {
  enum class Kind { none, open, never_opened };
  Kind kind;
  std::uint32_t ordinal;  // which of those that are open
};

// ---- Intents ------------------------------------------------------------------------------------------------------------

struct MapIntent {
  enum class By { mmap, mmap2, do_mmap };
  By by;
  Place place;
  bool anywhere;  // address 0 in place of `place`
  Length length;
  std::uint32_t prot, flags;
  DescriptorChoice descriptor;
  std::uint32_t offset;  // in what `by` counts in
  Open open;             // what is opened if nothing is
};
struct UnmapIntent {
  Place place;
  Length length;
};
struct BrkIntent {
  Place place;
};
struct DoBrkIntent {
  Place place;
  Length length;
};
struct ProtectIntent {
  Place place;
  Length length;
  std::uint32_t prot;
};
struct RemapIntent {
  Place place;
  Length old_length, new_length;
  std::uint32_t flags;
  Place destination;
};
struct LockIntent {
  bool locks;
  Place place;
  Length length;
};
struct LookupIntent {
  enum class By { find_vma, find_vma_prev, find_vma_intersection, get_unmapped_area, find_extend_vma };
  By by;
  Place place;
  bool anywhere;  // of get_unmapped_area: address 0
  Length length;
};
struct CloseIntent {
  DescriptorChoice descriptor;
};
/// A limit is set so many units above what is there now, or all are lifted.
struct LimitIntent {
  enum class Limit { areas, address_space, data, stack, locked, memory, machine, lifted };
  Limit limit;
  std::int32_t slack;   // areas, or pages
  std::uint32_t bytes;  // more
};
/// Many areas of one page each, every `stride` pages, upwards from a place.
struct StripesIntent {
  Place place;
  std::uint32_t count, stride;
  std::uint32_t prot;
};
/// The last five are the same in every state.
using Intent = std::variant<MapIntent, UnmapIntent, BrkIntent, DoBrkIntent, ProtectIntent, RemapIntent, LockIntent,
                            LookupIntent, CloseIntent, LimitIntent, StripesIntent, Mlockall<std::uint32_t>,
                            Munlockall, ExitMmap, Open, SetKnobs<std::uint32_t>>;

/// What one random run does.
struct Session {
  Boot<std::uint32_t> boot;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed: of up to several hundred commands, on the corrected
/// kernel. Each has a temper of its own (swarm testing): addresses lie on one to three grounds, few enough that areas meet;
/// some kinds of intents come often and some not at all; odd arguments, files, growing areas, failures are common, rare or
/// absent.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- The caller -----------------------------------------------------------------------------------------------------------

/// Carries out the intents of a session.
class Caller {
 public:
  /// A session is cut after this many commands.
  static constexpr std::uint32_t most_commands = 600;

  explicit Caller(Session session) : session_(std::move(session)) {}

  /// The next command, in the state `now`; nothing at the end of the session.
  std::optional<Command<std::uint32_t>> next(const State<std::uint32_t>& now);

  /// Tells the caller what came of the command that next() returned. A state says all that this one goes by.
  void answered(const Command<std::uint32_t>&, const Result<std::uint32_t>&) {}

 private:
  Session session_;
  std::size_t intent_ = 0;                         // the next intent
  std::uint32_t commands_ = 0;                     // commands so far
  std::vector<Command<std::uint32_t>> planned_{};  // of the intent under way, the next one last
};

}  // namespace refmm::vma

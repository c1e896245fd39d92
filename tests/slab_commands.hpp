// Random commands for the slab allocator.
//
// RapidCheck draws a session: a machine and a list of intents, "free the third of the objects in use", "allocate from
// the cache under the reap clock's hand". What an intent says stays meaningful whatever came before it, so that
// intents may be dropped and changed at will. A caller turns them into commands one by one, in the state that the
// commands so far have led to.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::slab {

// ---- Intents --------------------------------------------------------------------------------------------------------

/// Which cache: number `ordinal`, modulo how many there are, of the caches of a kind; of all but kmem_cache where there
/// is none of the kind.
struct CacheChoice {
  enum class Kind { created, general, with_room, without_room, under_the_hand, with_free_slabs };
  Kind kind;
  std::uint32_t ordinal;
};

/// Which of the objects in use: the one handed out first, the one handed out last, or number `ordinal`, modulo how
/// many there are.
struct ObjectChoice {
  enum class Kind { oldest, newest, any };
  Kind kind;
  std::uint32_t ordinal;
};

struct CreateIntent {
  std::uint32_t size, offset, flags;
  bool ctor, dtor;
  bool long_name;   // as long as names may be
  bool exhausting;  // as often as there are descriptors, and then once more without pages for another one
};
struct AllocIntent {
  CacheChoice cache;
  std::uint32_t flags, times;
};
struct KmallocIntent {
  std::uint32_t size, flags, times;
};
struct FreeIntent {
  ObjectChoice object;
  bool by_kfree;
  std::uint32_t times;
};
/// Frees all objects of a cache that are in use.
struct FreeAllIntent {
  CacheChoice cache;
  bool newest_first;
};
struct KfreeNullIntent {};
struct ShrinkIntent {
  CacheChoice cache;
};
/// A general cache is destroyed only while it is busy: kmalloc could not do without it.
struct DestroyIntent {
  CacheChoice cache;
};
struct ReapIntent {
  std::uint32_t gfp_mask, times;
};
struct FindIntent {
  std::uint32_t size, gfpflags;
};
/// A usage error, the last thing that a caller does. `detail` chooses among the ways to make it. Before half of those that
/// take a name twice no cache descriptor is left.
struct MisuseIntent {
  Refusal refusal;
  std::uint32_t detail;
};

using Intent = std::variant<CreateIntent, AllocIntent, KmallocIntent, FreeIntent, FreeAllIntent, KfreeNullIntent,
                            ShrinkIntent, DestroyIntent, ReapIntent, FindIntent, SetKnobs, MisuseIntent>;

/// What one random run does.
struct Session {
  Machine machine;
  std::vector<Intent> intents;
};

/// The session that RapidCheck draws for run number `run` of a seed: of up to several hundred commands. Each has a temper
/// of its own (swarm testing): some kinds of intents come often and some not at all, sizes come from one to three
/// ranges, objects are freed newest first or oldest first.
Session draw_session(std::uint64_t seed, std::uint64_t run);

// ---- The caller -----------------------------------------------------------------------------------------------------

/// Carries out the intents of a session and remembers which objects it holds. Until the last intent it makes no usage
/// error: in an interrupt it allocates atomically, and leaves the interrupt to do what is forbidden there.
class Caller {
 public:
  /// A session is cut after this many commands.
  static constexpr std::uint32_t most_commands = 600;

  explicit Caller(Session session) : session_(std::move(session)) {}

  /// The next command, in the state `now`; nothing at the end of the session.
  std::optional<Command> next(const State& now);

  /// Tells the caller what came of the command that next() returned.
  void answered(const Command& command, const Result& result);

 private:
  Session session_;
  std::size_t intent_ = 0;          // the intent under way
  std::uint32_t repetition_ = 0;    // how often it was carried out so far
  std::uint32_t commands_ = 0;      // commands so far
  std::vector<Command> planned_{};  // commands of this repetition, the next one last
  std::vector<Object> held_{};      // objects in use that were handed to this caller, oldest first
};

}  // namespace refmm::slab

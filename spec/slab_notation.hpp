// The notation of the slab family: from lines of a transcript to the vocabulary of spec/slab.hpp and back.
//
// What is read must mean something to 2.4.0 without debugging: caches that exist, objects that the caller was given and
// has not freed, flags and knobs that there are. Everything else is refused at its place, with InputError. Defined in
// tests/transcripts/slab/README.md.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace refmm::slab {

// ---- Reading --------------------------------------------------------------------------------------------------

/// The machine of a transcript, and whether every call lists all of its effects.
struct BootLine {
  Machine machine;
  bool all_effects;
};

/// Reads a boot line; `line` is the line that `boot` stands in.
BootLine read_boot(const transcript::Source& source, const transcript::Line& line, const transcript::Boot& boot);

/// Reads the knobs of a `set` line.
SetKnobs read_set(const transcript::Source& source, const transcript::Line& line, const transcript::Set& set);

/// What the caller of a transcript was given, and what became of it. Without debugging the allocator does not notice when
/// an object is freed twice, or when a cache is used that is gone; the notation refuses such calls, and so must remember.
class Holdings {
 public:
  /// Takes note of a call at `at`: of objects handed out and freed, of caches destroyed.
  void note(const Command& command, const Result& result, Position at);

  /// An object that was handed out at some time; `freed` is where it was given back, if it was.
  struct Handout {
    std::optional<Position> freed;
  };
  const Handout* handout(const Object& object) const;

  /// Where the cache called `name` was destroyed last, if it was.
  std::optional<Position> destroyed(const Name& name) const;

 private:
  using Key = std::tuple<Name, std::uint32_t, std::uint32_t>;
  static Key key(const Object& object) { return {object.cache, object.slab, object.index}; }
  std::map<Key, Handout> handouts_;
  std::map<Name, Position> destroyed_;
};

/// Reads a call that is made in the state `now`.
Command read_call(const transcript::Source& source, const transcript::Call& call, const State& now,
                  const Holdings& holdings);

/// The recorded result of `command` in the spelling of notation(Result): it must be one that such a call can have.
std::string read_result(const transcript::Source& source, const Command& command,
                        const transcript::Result& result);

/// Reads an effect.
Effect read_effect(const transcript::Source& source, const transcript::Call& effect);

/// What a query asks for.
struct Question {
  enum class Block { cache, slabs, order, chain, slabinfo };
  Block block;
  std::optional<Name> cache;  // that the block is of, where it is of one
};

/// Reads a query that is made in the state `now`.
Question read_query(const transcript::Source& source, const transcript::Query& query, const State& now,
                    const Holdings& holdings);

/// The answer to a question in a state, line by line. A state without the cache (a subject may have lost it) has no lines.
std::vector<std::string> answer(const Question& question, const State& state);

// ---- Writing --------------------------------------------------------------------------------------------------

/// `boot family=slab l1=32 ram_pages=16384 effects=all`.
std::string boot_notation(const Machine& machine, bool all_effects);

/// `kmem_cache_alloc(session, SLAB_KERNEL)`, `set fail_pages=1`.
std::string notation(const Command& command);

/// `session:3[7]`.
std::string notation(const Object& object);

/// `session:3[7]`, `session`, `0`, `NULL`, `BUG`; empty for a call without a result.
std::string notation(const Result& result);

/// `get_pages(session:3, order=0, gfp=0x7)`.
std::string notation(const Effect& effect);

// The blocks that answer queries, line by line, without their indentation.
std::vector<std::string> cache_block(const Cache& cache);
std::vector<std::string> slabs_block(const Cache& cache);
std::vector<std::string> order_block(const Cache& cache);
std::vector<std::string> chain_block(const State& state);
std::vector<std::string> slabinfo_block(const State& state);

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& kmem_cache_alloc_flags();
const FlagNames& kmalloc_flags();
const FlagNames& cache_flags();
const FlagNames& ctor_flags();

/// The flags joined with `|`, `0` for none; all of them as one hexadecimal number if a bit has no name.
std::string flags_notation(const FlagNames& names, std::uint32_t flags);

}  // namespace refmm::slab

// Scripts of the slab allocator: a free names the allocation whose object it frees.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/tests/shrink_script.hpp>
#include <refmm/tests/slab_family.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace refmm::slab {

/// A command of a script.
struct Item {
  Command command;          // the object of a CacheFree or Kfree in it means nothing
  std::uint32_t id;         // unique within the script
  std::uint32_t frees = 0;  // the id of the allocation whose object is freed; 0 for none
  friend bool operator==(const Item&, const Item&) = default;
};

/// Which objects a script has been given so far, and so what its next items mean.
class Resolver {
 public:
  /// The command that `item` stands for in the state `now`, if it has a meaning there: not a free of what was never handed
  /// out, nor a call on a cache that is not there.
  std::optional<Command> resolve(const Item& item, const State& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result& result);

 private:
  std::map<std::uint32_t, Object> in_use_;
};

using Script = shrink::Script<SlabFamily>;
using Move = shrink::Move<SlabFamily>;
using Propose = shrink::Propose<SlabFamily>;

/// The commands, which all have a meaning, as a script.
Script script_of(const Machine& machine, std::span<const Command> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then
/// a plainer machine, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::slab

namespace refmm::shrink {

template <>
struct Shrinking<SlabFamily> {
  using Item = slab::Item;
  using Resolver = slab::Resolver;
  static Script<SlabFamily> script_of(const Machine& machine, std::span<const slab::Command> commands) {
    return slab::script_of(machine, commands);
  }
  static Rank rank(const Script<SlabFamily>& script) { return slab::rank(script); }
  static Script<SlabFamily> settled(Script<SlabFamily> script) { return slab::numbered_from_one(script); }
  static std::span<const Move<SlabFamily>> moves() { return slab::moves(); }
};

}  // namespace refmm::shrink

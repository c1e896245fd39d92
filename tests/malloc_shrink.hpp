// Scripts of the user's heap: a call on a block names the call that gave it.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/tests/fingerprint.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/malloc_knowledge.hpp>
#include <refmm/tests/shrink_plain.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace refmm::malloc {

/// A command of a script. In place of an address in a block, or at its tag, it has how far behind the beginning of the block that is;
/// at the tag behind it, how far from the end of its chunk: this is where it still is if the block has another size.
struct Item {
  Command<std::uint32_t> command;
  std::uint32_t id;        // unique within the script
  std::uint32_t from = 0;  // the id of the call that gave the block it is about; 0 for an address by itself
  bool misuse = false;     // it may be against the rules; every other keeps to them, or has no meaning
  bool from_end = false;   // the address is counted from the end of the chunk
  friend bool operator==(const Item&, const Item&) = default;
};

/// Which blocks a script has been given so far.
class Resolver {
 public:
  /// The command that `item` stands for, if its block was given out, and it keeps to the rules unless it need not.
  std::optional<Command<std::uint32_t>> resolve(const Item& item, const State<std::uint32_t>& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result<std::uint32_t>& result);

 private:
  std::optional<Command<std::uint32_t>> placed(const Item& item) const;

  struct Place {
    std::uint32_t addr, end;  // of the block, and of its chunk
  };
  std::map<std::uint32_t, Place> blocks_;
  Knowledge knowledge_;
};

using Script = shrink::Script<MallocFamily>;
using Move = shrink::Move<MallocFamily>;
using Propose = shrink::Propose<MallocFamily>;

/// The address that a command is about, to be read and written; nullptr if it is about none.
std::uint32_t* address_of(Command<std::uint32_t>& command);

/// The commands as a script.
Script script_of(const Boot<std::uint32_t>& boot, std::span<const Command<std::uint32_t>> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Plain processes, plain commands that may follow a script, and what of a heap makes a difference: tests/shrink_least.hpp.
std::vector<shrink::PlainBoot<MallocFamily>> plain_boots(const Script& script);
std::vector<Item> plain_items(const Script& script, const State<std::uint32_t>& state);
Fingerprint outline(const State<std::uint32_t>& state);

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then a
/// plainer process, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::malloc

namespace refmm::shrink {

template <>
struct Shrinking<MallocFamily> {
  using Item = malloc::Item;
  using Resolver = malloc::Resolver;
  static Script<MallocFamily> script_of(const MallocFamily::Boot& boot,
                                        std::span<const MallocFamily::Command> commands) {
    return malloc::script_of(boot, commands);
  }
  static Rank rank(const Script<MallocFamily>& script) { return malloc::rank(script); }
  static Script<MallocFamily> settled(Script<MallocFamily> script) {
    return malloc::numbered_from_one(std::move(script));
  }
  static std::span<const Move<MallocFamily>> moves() { return malloc::moves(); }
  static constexpr std::uint64_t most_least = 30'000;
  static std::size_t kind_of(const MallocFamily::Command& command) { return command.index(); }
  static std::vector<PlainBoot<MallocFamily>> plain_boots(const Script<MallocFamily>& script) {
    return malloc::plain_boots(script);
  }
  static std::vector<Item> plain_items(const Script<MallocFamily>& script, const MallocFamily::State& state) {
    return malloc::plain_items(script, state);
  }
  static Fingerprint outline(const MallocFamily::State& state) { return malloc::outline(state); }
};

}  // namespace refmm::shrink

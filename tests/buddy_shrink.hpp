// Scripts of the page allocator: a call on a block names the allocation that it came from.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace refmm::buddy {

/// A command of a script. In place of the number of a frame it has how far behind the first frame of a block, or behind the first
/// frame of the zone, that frame stands.
struct Item {
  Command<std::uint32_t> command;
  std::uint32_t id;        // unique within the script
  std::uint32_t from = 0;  // the id of the allocation whose block it is about; 0 for the zone
  friend bool operator==(const Item&, const Item&) = default;
};

/// Which blocks a script has been given so far.
class Resolver {
 public:
  /// The command that `item` stands for, if its block was given out and its frames are frames of the zone. The raw release may
  /// be of any frame.
  std::optional<Command<std::uint32_t>> resolve(const Item& item, const State<std::uint32_t>& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result<std::uint32_t>& result);

 private:
  std::map<std::uint32_t, std::uint32_t> blocks_;
};

using Script = shrink::Script<BuddyFamily>;
using Move = shrink::Move<BuddyFamily>;
using Propose = shrink::Propose<BuddyFamily>;

/// The frame that a command is about, or where one stands, to be read and written; nullptr if it is about none, or several.
std::uint32_t* frame_of(Command<std::uint32_t>& command);

/// The commands as a script.
Script script_of(const Boot<std::uint32_t>& boot, std::span<const Command<std::uint32_t>> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then a
/// plainer zone, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::buddy

namespace refmm::shrink {

template <>
struct Shrinking<BuddyFamily> {
  using Item = buddy::Item;
  using Resolver = buddy::Resolver;
  static Script<BuddyFamily> script_of(const BuddyFamily::Boot& boot,
                                       std::span<const BuddyFamily::Command> commands) {
    return buddy::script_of(boot, commands);
  }
  static Rank rank(const Script<BuddyFamily>& script) { return buddy::rank(script); }
  static Script<BuddyFamily> settled(Script<BuddyFamily> script) {
    return buddy::numbered_from_one(std::move(script));
  }
  static std::span<const Move<BuddyFamily>> moves() { return buddy::moves(); }
};

}  // namespace refmm::shrink

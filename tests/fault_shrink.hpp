// Scripts of machines that run processes: a process names the fork that made it, a descriptor the open that it came from.
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace refmm::process {

/// A command of a script. What follows another command means nothing in it.
struct Item {
  Command<std::uint32_t> command;
  std::uint32_t id;               // unique within the script
  std::uint32_t opened_by = 0;    // the id of the open whose descriptor it uses; 0 for none
  std::uint32_t by_child_of = 0;  // the id of the fork that made the process that calls; 0: as the command says
  std::uint32_t of_child_of = 0;  // likewise of the process that a debugger or the kernel looks at
  friend bool operator==(const Item&, const Item&) = default;
};

/// What the commands of a script have returned so far.
class Resolver {
 public:
  /// The command that `item` stands for: nothing if what it names has not been made, or if it names a file that there is not.
  std::optional<Command<std::uint32_t>> resolve(const Item& item, const State<std::uint32_t>& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result<std::uint32_t>& result);

 private:
  std::map<std::uint32_t, std::uint32_t> children_;
  std::map<std::uint32_t, std::int32_t> descriptors_;
};

using Script = shrink::Script<FaultFamily>;
using Move = shrink::Move<FaultFamily>;
using Propose = shrink::Propose<FaultFamily>;

/// The commands as a script.
Script script_of(const Boot<std::uint32_t>& boot, std::span<const Command<std::uint32_t>> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then a
/// plainer machine, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::process

namespace refmm::shrink {

template <>
struct Shrinking<FaultFamily> {
  using Item = process::Item;
  using Resolver = process::Resolver;
  static Script<FaultFamily> script_of(const FaultFamily::Boot& boot,
                                       std::span<const FaultFamily::Command> commands) {
    return process::script_of(boot, commands);
  }
  static Rank rank(const Script<FaultFamily>& script) { return process::rank(script); }
  static Script<FaultFamily> settled(Script<FaultFamily> script) {
    return process::numbered_from_one(std::move(script));
  }
  static std::span<const Move<FaultFamily>> moves() { return process::moves(); }
};

}  // namespace refmm::shrink

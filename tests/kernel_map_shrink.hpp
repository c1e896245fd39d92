// Scripts of the kernel's own mappings: what a command names came from an earlier one.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>

namespace refmm::kernel_map {

/// A command of a script. What it names follows the commands that made it: a directory the pgd_alloc, an address the vmalloc or
/// ioremap that it lies in the area of or the map_user of its page, a frame the get_page.
struct Item {
  Command<std::uint32_t> command;  // what follows another command means nothing in here
  std::uint32_t id;                // unique within the script
  std::uint32_t pgd_of = 0;        // the id of the command that made its directory; 0 for none: swapper_pg_dir
  std::uint32_t value_of = 0;  // the id of the command that returned its address or its first frame; 0 for none
  std::uint32_t offset = 0;    // from there, in bytes
  friend bool operator==(const Item&, const Item&) = default;
};

/// What the commands of a script have returned so far.
class Resolver {
 public:
  /// The command that `item` stands for: nothing if what it names has not been made.
  std::optional<Command<std::uint32_t>> resolve(const Item& item, const State<std::uint32_t>& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result<std::uint32_t>& result);

 private:
  std::map<std::uint32_t, std::uint32_t> pgds_, values_;
  std::set<std::uint32_t> of_program_;  // the items whose values are addresses of a program
};

using Script = shrink::Script<KernelMapFamily>;
using Move = shrink::Move<KernelMapFamily>;
using Propose = shrink::Propose<KernelMapFamily>;

/// The commands as a script.
Script script_of(const Boot<std::uint32_t>& boot, std::span<const Command<std::uint32_t>> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then a
/// plainer machine, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::kernel_map

namespace refmm::shrink {

template <>
struct Shrinking<KernelMapFamily> {
  using Item = kernel_map::Item;
  using Resolver = kernel_map::Resolver;
  static Script<KernelMapFamily> script_of(const KernelMapFamily::Boot& boot,
                                           std::span<const KernelMapFamily::Command> commands) {
    return kernel_map::script_of(boot, commands);
  }
  static Rank rank(const Script<KernelMapFamily>& script) { return kernel_map::rank(script); }
  static Script<KernelMapFamily> settled(Script<KernelMapFamily> script) {
    return kernel_map::numbered_from_one(std::move(script));
  }
  static std::span<const Move<KernelMapFamily>> moves() { return kernel_map::moves(); }
};

}  // namespace refmm::shrink

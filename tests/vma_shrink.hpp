// Scripts of memory areas: a descriptor names the open that it came from.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/tests/shrink_script.hpp>
#include <refmm/tests/vma_family.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace refmm::vma {

/// A command of a script.
struct Item {
  Command<std::uint32_t> command;  // the descriptor in it means nothing if it comes from an open
  std::uint32_t id;                // unique within the script
  std::uint32_t opened_by = 0;     // the id of the open whose descriptor it uses; 0 for none
  friend bool operator==(const Item&, const Item&) = default;
};

/// Which descriptors the opens of a script have returned so far.
class Resolver {
 public:
  /// The command that `item` stands for: with the descriptor of its open, if that has one still.
  std::optional<Command<std::uint32_t>> resolve(const Item& item, const State<std::uint32_t>& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const Result<std::uint32_t>& result);

 private:
  std::map<std::uint32_t, std::int32_t> open_;
};

using Script = shrink::Script<VmaFamily>;
using Move = shrink::Move<VmaFamily>;
using Propose = shrink::Propose<VmaFamily>;

/// The commands as a script.
Script script_of(const Boot<std::uint32_t>& boot, std::span<const Command<std::uint32_t>> commands);

/// In the order in which they are tried: those that take most away first.
std::span<const Move> moves();

/// Where a script stands in the order of scripts. Fewer commands come first, then commands that ask less of the reader, then
/// a plainer boot, then plainer arguments; among equals the order of the commands decides.
shrink::Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

}  // namespace refmm::vma

namespace refmm::shrink {

template <>
struct Shrinking<VmaFamily> {
  using Item = vma::Item;
  using Resolver = vma::Resolver;
  static Script<VmaFamily> script_of(const VmaFamily::Boot& boot, std::span<const VmaFamily::Command> commands) {
    return vma::script_of(boot, commands);
  }
  static Rank rank(const Script<VmaFamily>& script) { return vma::rank(script); }
  static Script<VmaFamily> settled(Script<VmaFamily> script) { return vma::numbered_from_one(std::move(script)); }
  static std::span<const Move<VmaFamily>> moves() { return vma::moves(); }
};

}  // namespace refmm::shrink

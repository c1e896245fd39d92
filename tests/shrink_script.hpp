// Scripts: commands that survive the loss of others.
//
// In a list of commands a free names the object that an allocation happened to return. Take a command away, and the
// allocation may return another one. In a script a free names the allocation instead; which object that is turns out
// when the script is carried out. What has lost its meaning (a free of what was never handed out, a call on a cache
// that is not there) is left out then, so every part of a script is a script again.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace refmm::shrink {

/// A command of a script. A plain value, so that processes can share it.
struct Item {
  slab::Command command;    // the object of a CacheFree or Kfree in it means nothing
  std::uint32_t id;         // unique within the script
  std::uint32_t frees = 0;  // the id of the allocation whose object is freed; 0 for none
  friend bool operator==(const Item&, const Item&) = default;
};
static_assert(std::is_trivially_copyable_v<Item>);

struct Script {
  Machine machine;
  std::vector<Item> items;
  friend bool operator==(const Script&, const Script&) = default;
};

/// The commands, which all have a meaning, as a script.
Script script_of(const Machine& machine, std::span<const slab::Command> commands);

/// The commands that the script comes to, what has lost its meaning left out.
std::vector<slab::Command> commands_of(const Script& script);

/// Which objects a script has been given so far, and so what its next items mean.
class Resolver {
 public:
  /// The command that `item` stands for in the state `now`, if it has a meaning there.
  std::optional<slab::Command> resolve(const Item& item, const slab::State& now) const;

  /// Takes note of what came of an item.
  void note(const Item& item, const slab::Result& result);

 private:
  std::map<std::uint32_t, slab::Object> in_use_;
};

}  // namespace refmm::shrink

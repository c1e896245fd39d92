// Scripts: commands that survive the loss of others.
//
// A list of commands may name what an earlier command happened to return: a free names an object. Take a command away, and
// the earlier one may return something else. The items of a script therefore name where a thing came from, and a resolver
// finds out what that is when the script is carried out. What has lost its meaning (a free of what was never handed out) is
// left out then, so every part of a script is a script again.
//
// What a family adds is Shrinking<Family> (tests/slab_shrink.hpp, tests/vma_shrink.hpp):
//
//   Item                       a command of a script: a plain value with a member `command`, so that processes can share it
//   Resolver                   resolve(item, state): the command that it stands for, if it has a meaning there;
//                              note(item, result): takes note of what came of it
//   script_of(boot, commands)  commands, which all have a meaning, as a script
//   rank(script)               where it stands in the order of scripts: equal only where scripts are
//   settled(script)            the script with whatever numbers its items in the plainest way
//   moves()                    what can make a script simpler, in the order in which it is tried
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace refmm::shrink {

template <class Family>
struct Shrinking;

template <class Family>
using Item = typename Shrinking<Family>::Item;

template <class Family>
struct Script {
  static_assert(std::is_trivially_copyable_v<Item<Family>>);

  typename Family::Boot boot;
  std::vector<Item<Family>> items;
  friend bool operator==(const Script&, const Script&) = default;
};

/// An item of a family whose commands mean the same wherever they stand.
template <class Family>
struct PlainItem {
  typename Family::Command command;
  friend bool operator==(const PlainItem&, const PlainItem&) = default;
};

template <class Family>
struct PlainResolver {
  std::optional<typename Family::Command> resolve(const PlainItem<Family>& item,
                                                  const typename Family::State&) const {
    return item.command;
  }
  void note(const PlainItem<Family>&, const typename Family::Result&) {}
};

/// Where a script stands in a total order; the lower the simpler.
struct Rank {
  std::vector<std::uint32_t> numbers;
  std::vector<std::string> names;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

/// Tries a candidate; true if it is taken.
template <class Family>
using Propose = std::function<bool(Script<Family>)>;

/// Proposes candidates made from a script until one is taken. Returns whether one was.
template <class Family>
using Move = bool (*)(const Script<Family>&, const Propose<Family>&);

/// The commands that the script comes to in the model, up to one that ends everything; what has lost its meaning is left out.
template <class Family>
std::vector<typename Family::Command> commands_of(const Script<Family>& script) {
  std::vector<typename Family::Command> commands;
  typename Family::State state = Family::boot(script.boot);
  typename Shrinking<Family>::Resolver resolver;
  for (const Item<Family>& item : script.items) {
    const auto command = resolver.resolve(item, state);
    if (!command) continue;
    auto outcome = Family::step(script.boot, std::move(state), *command);
    state = std::move(outcome.state);
    resolver.note(item, outcome.result);
    commands.push_back(*command);
    if (Family::ends_everything(outcome.result)) break;
  }
  return commands;
}

/// The script without the items at these positions.
template <class Family>
Script<Family> without(const Script<Family>& script, std::initializer_list<std::size_t> positions) {
  Script<Family> rest{script.boot, {}};
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (std::ranges::find(positions, i) == positions.end()) rest.items.push_back(script.items[i]);
  }
  return rest;
}

/// The script with another item at `position`.
template <class Family>
Script<Family> with(const Script<Family>& script, std::size_t position, const Item<Family>& item) {
  Script<Family> changed = script;
  changed.items[position] = item;
  return changed;
}

}  // namespace refmm::shrink

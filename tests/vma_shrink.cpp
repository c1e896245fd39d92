#include <refmm/tests/vma_shrink.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {
using W = std::uint32_t;
}

Script script_of(const Boot<W>& boot, std::span<const Command<W>> commands) {
  Script script{boot, {}};
  std::map<std::int32_t, std::uint32_t> opened;  // the opens of the descriptors that are open
  State<W> state = VmaFamily::boot(boot);
  for (const Command<W>& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    if (const auto fd = descriptor_of(command)) {
      if (const auto found = opened.find(*fd); found != opened.end()) item.opened_by = found->second;
    }
    auto outcome = VmaFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    if (const auto* descriptor = std::get_if<Descriptor>(&outcome.result))
      opened[static_cast<std::int32_t>(descriptor->fd)] = item.id;
    if (const auto* close = std::get_if<Close>(&command)) opened.erase(close->fd);
    script.items.push_back(item);
  }
  return script;
}

std::optional<Command<W>> Resolver::resolve(const Item& item, const State<W>&) const {
  if (item.opened_by == 0) return item.command;
  const auto found = open_.find(item.opened_by);
  if (found == open_.end()) return std::nullopt;
  return with_descriptor(item.command, found->second);
}

void Resolver::note(const Item& item, const Result<W>& result) {
  if (const auto* descriptor = std::get_if<Descriptor>(&result))
    open_[item.id] = static_cast<std::int32_t>(descriptor->fd);
  if (std::holds_alternative<Close>(item.command)) open_.erase(item.opened_by);
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered{{0, 0}};
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size());
    renumbered.emplace(item.id, id);
    item.id = id;
    item.opened_by = renumbered.at(item.opened_by);
  }
  return script;
}

}  // namespace refmm::vma

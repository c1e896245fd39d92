#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>

#include <variant>

namespace refmm::process {

namespace {

using W = std::uint32_t;

/// Where the number is known, the id that it follows; else 0.
template <class Number>
std::uint32_t origin_of(const std::map<Number, std::uint32_t>& made, const Number* number) {
  if (!number) return 0;
  const auto found = made.find(*number);
  return found == made.end() ? 0 : found->second;
}

}  // namespace

Script script_of(const Boot<W>& boot, std::span<const Command<W>> commands) {
  Script script{boot, {}};
  std::map<W, std::uint32_t> forked;             // the forks of the processes
  std::map<std::int32_t, std::uint32_t> opened;  // the opens of the descriptors
  State<W> state = FaultFamily::boot(boot);
  for (const Command<W>& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    item.opened_by = origin_of(opened, descriptor_in(command));
    item.by_child_of = origin_of(forked, caller_in(command));
    item.of_child_of = origin_of(forked, target_in(command));
    auto outcome = FaultFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    if (const auto* pid = std::get_if<Pid<W>>(&outcome.result)) forked[pid->value] = item.id;
    if (const auto* fd = std::get_if<vma::Descriptor>(&outcome.result))
      opened[static_cast<std::int32_t>(fd->fd)] = item.id;
    script.items.push_back(item);
  }
  return script;
}

std::optional<Command<W>> Resolver::resolve(const Item& item, const State<W>& now) const {
  Command<W> command = item.command;
  const auto follow = [](auto* number, std::uint32_t id, const auto& made) {
    if (id == 0 || !number) return true;
    const auto found = made.find(id);
    if (found != made.end()) *number = found->second;
    return found != made.end();
  };
  if (!follow(caller_in(command), item.by_child_of, children_)) return std::nullopt;
  if (!follow(target_in(command), item.of_child_of, children_)) return std::nullopt;
  if (!follow(descriptor_in(command), item.opened_by, descriptors_)) return std::nullopt;
  if (file_in(command) > files_of(now)) return std::nullopt;
  return command;
}

void Resolver::note(const Item& item, const Result<W>& result) {
  if (const auto* pid = std::get_if<Pid<W>>(&result)) children_[item.id] = pid->value;
  if (const auto* fd = std::get_if<vma::Descriptor>(&result))
    descriptors_[item.id] = static_cast<std::int32_t>(fd->fd);
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered{{0, 0}};
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size());
    renumbered.emplace(item.id, id);
    item.id = id;
    for (std::uint32_t* origin : {&item.opened_by, &item.by_child_of, &item.of_child_of})
      *origin = renumbered.contains(*origin) ? renumbered.at(*origin) : 0;
  }
  return script;
}

}  // namespace refmm::process

#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_commands.hpp>
#include <refmm/tests/kernel_map_shrink.hpp>
#include <refmm/tests/kernel_map_shrink_parts.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;

// ---- Where things come from -------------------------------------------------------------------------------------------------

/// Bytes that a command has made, and the command.
struct Origin {
  W start, size;
  std::uint32_t id;
};

/// What the commands so far have made, the latest last.
class Origins {
 public:
  void note(std::uint32_t id, const Command<W>& command, const Result<W>& result) {
    if (const auto* pgd = std::get_if<PgdNumber>(&result)) pgds_[pgd->number] = id;
    if (const auto* frame = std::get_if<FrameNumber<W>>(&result);
        frame && std::holds_alternative<GetPage>(command))
      frames_.push_back({frame->pfn * page, page, id});
    if (const auto* map_user = std::get_if<MapUser<W>>(&command);
        map_user && !std::holds_alternative<Refused>(result))
      areas_.push_back({map_user->addr / page * page, page, id});
    const auto* address = std::get_if<Address<W>>(&result);
    if (!address) return;
    if (const auto* vmalloc = std::get_if<Vmalloc<W>>(&command))
      areas_.push_back({address->value, vmalloc->size + 2 * page, id});
    if (const auto* ioremap = std::get_if<Ioremap<W>>(&command))
      areas_.push_back({address->value, ioremap->size + 2 * page, id});
  }
  std::uint32_t of_pgd(std::uint32_t number) const {
    const auto found = pgds_.find(number);
    return found == pgds_.end() ? 0 : found->second;
  }
  /// Of an address of the kernel, or of a physical one.
  std::optional<Origin> of_value(const Command<W>& command, W value) const {
    const bool is_physical = !std::holds_alternative<Vfree<W>>(command) &&
                             !std::holds_alternative<Iounmap<W>>(command) &&
                             !std::holds_alternative<Touch<W>>(command);
    for (auto origin = (is_physical ? frames_ : areas_).rbegin();
         origin != (is_physical ? frames_ : areas_).rend(); ++origin) {
      if (value - origin->start < origin->size) return *origin;
    }
    return std::nullopt;
  }

 private:
  std::map<std::uint32_t, std::uint32_t> pgds_;
  std::vector<Origin> areas_, frames_;
};

}  // namespace

Script script_of(const Boot<W>& boot, std::span<const Command<W>> commands) {
  Script script{boot, {}};
  Origins origins;
  State<W> state = KernelMapFamily::boot(boot);
  for (const Command<W>& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    if (const auto* pgd = pgd_in(command)) item.pgd_of = origins.of_pgd(*pgd);
    if (const auto value = value_in(command)) {
      if (const auto origin = origins.of_value(command, *value)) {
        item.value_of = origin->id;
        item.offset = *value - origin->start;
      }
    }
    auto outcome = KernelMapFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    origins.note(item.id, command, outcome.result);
    script.items.push_back(item);
  }
  return script;
}

namespace {

/// The command has a meaning in this state, and is none of what callers must not do: a shrunk script shows a mistake of the
/// kernel, not of its caller.
bool makes_sense(const Command<W>& command, const State<W>& now) {
  if (const auto* put = std::get_if<PutPage<W>>(&command)) return may_put_back(now, put->pfn);
  const auto* number = pgd_in(command);
  if (!number) return true;
  if (std::holds_alternative<Touch<W>>(command) && *number == 0) return true;
  const Pgd<W>* pgd = pgd_numbered(now, *number);
  const bool ends = std::holds_alternative<PgdFree>(command) || std::holds_alternative<PgdFreeFast>(command);
  return pgd && !(ends && has_user_half(*pgd));
}

}  // namespace

std::optional<Command<W>> Resolver::resolve(const Item& item, const State<W>& now) const {
  Command<W> command = item.command;
  if (item.pgd_of != 0) {
    const auto found = pgds_.find(item.pgd_of);
    if (found == pgds_.end()) return std::nullopt;
    *pgd_in(command) = found->second;
  }
  if (item.value_of != 0) {
    const auto found = values_.find(item.value_of);
    if (found == values_.end()) return std::nullopt;
    command = with_value(command, found->second + item.offset);
  }
  // Who gives back what nobody in the script was given takes it from somebody else: in a recording that parts from this kernel at a defect.
  if (std::holds_alternative<PutPage<W>>(command) && item.value_of == 0) return std::nullopt;
  // Accesses are to the kernel's half, or to what a program has mapped.
  if (auto* touch = std::get_if<Touch<W>>(&command); touch && !of_program_.contains(item.value_of))
    touch->addr |= i386_2_4_0.page_offset;
  if (!makes_sense(command, now)) return std::nullopt;
  return command;
}

void Resolver::note(const Item& item, const Result<W>& result) {
  if (const auto* pgd = std::get_if<PgdNumber>(&result)) pgds_[item.id] = pgd->number;
  if (const auto* address = std::get_if<Address<W>>(&result)) values_[item.id] = address->value;
  if (const auto* map_user = std::get_if<MapUser<W>>(&item.command);
      map_user && !std::holds_alternative<Refused>(result)) {
    values_[item.id] = map_user->addr / page * page;
    of_program_.insert(item.id);
  }
  const auto* frame = std::get_if<FrameNumber<W>>(&result);
  if (frame && std::holds_alternative<GetPage>(item.command)) values_[item.id] = frame->pfn * page;
  // What was given back is somebody else's.
  if (std::holds_alternative<PutPage<W>>(item.command)) values_.erase(item.value_of);
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered{{0, 0}};
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size());
    renumbered.emplace(item.id, id);
    item.id = id;
    item.pgd_of = renumbered.at(item.pgd_of);
    item.value_of = renumbered.at(item.value_of);
  }
  return script;
}

// ---- Parts ------------------------------------------------------------------------------------------------------------------

std::uint32_t* pgd_in(Command<W>& command) {
  return std::visit(
      [](auto& call) -> std::uint32_t* {
        if constexpr (requires { call.pgd; }) return &call.pgd;
        return nullptr;
      },
      command);
}

const std::uint32_t* pgd_in(const Command<W>& command) {
  return std::visit(
      [](const auto& call) -> const std::uint32_t* {
        if constexpr (requires { call.pgd; }) return &call.pgd;
        return nullptr;
      },
      command);
}

std::optional<W> value_in(const Command<W>& command) {
  return std::visit(
      []<class Call>(const Call& call) -> std::optional<W> {
        if constexpr (std::is_same_v<Call, MapUser<W>> || std::is_same_v<Call, ClearPageTables<W>>) {
          return std::nullopt;  // an address or slots of the program's own
        } else if constexpr (requires { call.addr; }) {
          return call.addr;
        } else if constexpr (requires { call.phys; }) {
          return call.phys;
        } else if constexpr (requires { call.pfn; }) {
          return call.pfn * page;
        } else if constexpr (requires { call.first; }) {
          return call.first * page;
        }
        return std::nullopt;
      },
      command);
}

Command<W> with_value(Command<W> command, W bytes) {
  std::visit(
      [bytes]<class Call>(Call& call) {
        if constexpr (std::is_same_v<Call, MapUser<W>> || std::is_same_v<Call, ClearPageTables<W>>) {
        } else if constexpr (requires { call.addr; }) {
          call.addr = bytes;
        } else if constexpr (requires { call.phys; }) {
          call.phys = bytes;
        } else if constexpr (requires { call.pfn; }) {
          call.pfn = bytes / page;
        } else if constexpr (requires { call.first; }) {
          call.last = bytes / page + (call.last - call.first);
          call.first = bytes / page;
        }
      },
      command);
  return command;
}

Script with(const Script& script, std::size_t position, const Command<W>& command) {
  Script changed = script;
  changed.items[position].command = command;
  return changed;
}

std::uint32_t unused_id(const Script& script) {
  std::uint32_t id = 1;
  for (const Item& item : script.items) id = std::max(id, item.id + 1);
  return id;
}

}  // namespace refmm::kernel_map

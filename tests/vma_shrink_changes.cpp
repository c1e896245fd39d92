// Changes of addresses, arguments and commands.
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W base = i386_2_4_0.task_unmapped_base;

}  // namespace

// ---- Addresses --------------------------------------------------------------------------------------------------------------

namespace {

/// The limit less so many bytes; limits that are none stay.
void lower(W& limit, W by) {
  if (limit != ~W{0} && limit >= by) limit -= by;
}

/// The script with all limits and free pages lowered by a length.
Script with_lower_limits(Script script, W bytes) {
  const auto lower_all = [&](auto& knobs, auto lower_one) {
    for (auto* limit : {&knobs.rlimit_as, &knobs.rlimit_data, &knobs.rlimit_stack, &knobs.rlimit_memlock})
      lower_one(*limit, bytes);
    lower_one(knobs.free_pages, bytes / page);
    lower_one(knobs.physpages, 2 * (bytes / page));
  };
  lower_all(script.boot.knobs, lower);
  for (Item& item : script.items) {
    auto* set = std::get_if<SetKnobs<W>>(&item.command);
    if (!set) continue;
    lower_all(*set, [](std::optional<W>& limit, W by) {
      if (limit) lower(*limit, by);
    });
  }
  return script;
}

/// All addresses from `boundary` on so many bytes lower.
Script with_gap_shorter(const Script& script, W boundary, W by) {
  return with_addresses(script, [=](W address) { return address >= boundary ? address - by : address; });
}

void append_gap_shorter(std::vector<Script>& changed, const Script& script, W boundary, W by) {
  Script shorter = with_gap_shorter(script, boundary, by);
  Script with_less = with_lower_limits(shorter, by);
  const bool differs = !(with_less == shorter);
  changed.push_back(std::move(shorter));
  if (differs) changed.push_back(std::move(with_less));
}

}  // namespace

std::vector<Script> with_closer_addresses(const Script& script) {
  std::vector<Script> changed;
  const std::vector<W> addresses = addresses_in(script);
  if (addresses.empty()) return changed;
  const W lowest = addresses.front() - addresses.front() % page;
  for (const W to : {base, W{0}}) {
    if (lowest != to) changed.push_back(with_addresses(script, [&](W address) { return address - lowest + to; }));
  }
  for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
    const W boundary = addresses[i + 1], gap = (boundary - addresses[i]) / page * page;
    std::vector<W> steps{gap, gap - page, gap / 2 / page * page, page};
    std::ranges::sort(steps, std::greater());
    const auto repeated = std::ranges::unique(steps);
    steps.erase(repeated.begin(), repeated.end());
    for (const W step : steps) {
      if (step != 0 && step <= gap) append_gap_shorter(changed, script, boundary, step);
    }
  }
  return changed;
}

namespace {

/// The address that each command returned, if one did.
std::vector<std::optional<W>> addresses_returned(const Script& script) {
  std::vector<std::optional<W>> returned;
  State<W> state = VmaFamily::boot(script.boot);
  Resolver resolver;
  for (const Item& item : script.items) {
    returned.emplace_back();
    const auto command = resolver.resolve(item, state);
    if (!command) continue;
    auto outcome = VmaFamily::step(script.boot, std::move(state), *command);
    state = std::move(outcome.state);
    resolver.note(item, outcome.result);
    if (const auto* address = std::get_if<Address<W>>(&outcome.result)) returned.back() = address->value;
    if (VmaFamily::ends_everything(outcome.result)) break;
  }
  returned.resize(script.items.size());
  return returned;
}

std::optional<Command<W>> fixed_at(const Command<W>& command, std::optional<W> address) {
  return std::visit(
      [&]<class Call>(Call call) -> std::optional<Command<W>> {
        if constexpr (std::is_same_v<Call, Mremap<W>>) {
          if (!address || address == call.addr || call.flags & MREMAP_FIXED) return std::nullopt;
          call.flags |= MREMAP_MAYMOVE | MREMAP_FIXED;
          call.new_addr = *address;
          return call;
        } else if constexpr (requires { call.fd, call.flags; }) {
          if (!address || call.flags & MAP_FIXED) return std::nullopt;
          call.flags |= MAP_FIXED;
          call.addr = *address;
          return call;
        }
        return std::nullopt;
      },
      command);
}

}  // namespace

std::vector<Script> with_fixed_addresses(const Script& script) {
  const auto returned = addresses_returned(script);
  std::vector<Script> changed{script};
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const auto fixed = fixed_at(script.items[i].command, returned[i]);
    if (!fixed) continue;
    changed.front() = with(changed.front(), i, *fixed);
    changed.push_back(with(script, i, *fixed));
  }
  return changed;
}

// ---- Arguments together -------------------------------------------------------------------------------------------------------

namespace {

/// The script with `change(call)` done to every call that maps.
Script with_mappings(const Script& script, auto change) {
  Script changed = script;
  for (Item& item : changed.items) {
    std::visit(
        [&](auto& call) {
          if constexpr (requires { call.fd, call.flags; }) change(call);
        },
        item.command);
  }
  return changed;
}

/// The script with `change(length)` done to the lengths of all commands that have one.
Script with_lengths(const Script& script, auto change) {
  Script changed = script;
  for (Item& item : changed.items) {
    std::visit(
        [&](auto& call) {
          if constexpr (requires { call.len; }) call.len = change(call.len);
        },
        item.command);
  }
  return changed;
}

}  // namespace

std::vector<Script> with_plainer_arguments_together(const Script& script) {
  std::vector<Script> changed;
  changed.push_back(with_mappings(script, [](auto& call) { call.prot = PROT_READ; }));
  changed.push_back(with_mappings(script, [](auto& call) { call.prot = PROT_READ | PROT_WRITE; }));
  changed.push_back(with_mappings(
      script, [](auto& call) { call.flags = (call.flags & (MAP_TYPE | MAP_ANONYMOUS)) | MAP_FIXED; }));
  changed.push_back(
      with_mappings(script, [](auto& call) { call.flags = (call.flags & ~MAP_TYPE) | MAP_PRIVATE; }));
  for (const W bit : {MAP_GROWSDOWN, MAP_DENYWRITE, MAP_EXECUTABLE, MAP_LOCKED, MAP_NORESERVE})
    changed.push_back(with_mappings(script, [=](auto& call) { call.flags &= ~bit; }));
  changed.push_back(with_mappings(script, [](auto& call) {
    if constexpr (requires { call.pgoff; }) {
      call.pgoff = 0;
    } else {
      call.offset = 0;
    }
  }));
  Script without_files = with_mappings(script, [](auto& call) {
    call.flags |= MAP_ANONYMOUS;
    call.fd = -1;
  });
  for (Item& item : without_files.items) {
    if (!std::holds_alternative<Close>(item.command)) item.opened_by = 0;
  }
  std::erase_if(without_files.items, [](const Item& item) {
    return std::holds_alternative<Open>(item.command) || std::holds_alternative<Close>(item.command);
  });
  changed.push_back(std::move(without_files));
  changed.push_back(with_lengths(script, [](W) { return page; }));
  changed.push_back(with_lengths(script, [](W length) { return (length + page - 1) / page * page; }));
  changed.push_back(with_lengths(script, [](W length) { return std::max(page, length / 2 / page * page); }));
  return changed;
}

// ---- Commands -----------------------------------------------------------------------------------------------------------------

namespace {

/// Plain commands about a range.
void append_about(std::vector<Command<W>>& commands, Range range) {
  const W start = range.start, len = range.end - range.start;
  commands.push_back(Mmap<W>{start, len, PROT_READ, plain_map_flags, -1, 0});
  commands.push_back(Munmap<W>{start, len});
  commands.push_back(FindVma<W>{start});
  commands.push_back(FindExtendVma<W>{start});
  commands.push_back(Mprotect<W>{start, len, PROT_NONE});
  commands.push_back(Mprotect<W>{start, len, PROT_READ});
  commands.push_back(Mlock<W>{start, len});
  commands.push_back(DoBrk<W>{start, len});
}

/// The same mapping by a plainer call.
std::optional<Command<W>> mapped_plainly(const Command<W>& command) {
  if (const auto* call = std::get_if<Mmap2<W>>(&command))
    return Mmap<W>{call->addr, call->len, call->prot, call->flags, call->fd, call->pgoff * page};
  if (const auto* call = std::get_if<DoMmap<W>>(&command)) {
    const W flags = call->fd == -1 ? call->flags | MAP_ANONYMOUS : call->flags & ~MAP_ANONYMOUS;
    return Mmap<W>{call->addr, call->len, call->prot, flags, call->fd, call->offset};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const Item& item = script.items[position];
  std::vector<Item> items;
  if (const auto plain = mapped_plainly(item.command)) {
    items.push_back(item);
    items.back().command = *plain;
  }
  std::vector<Command<W>> commands;
  const bool is_short = script.items.size() <= 12;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (!is_short && i != position) continue;
    for (const Range& range : ranges_of(script.items[i].command)) {
      append_about(commands, range);
      if (range.end - range.start != page) append_about(commands, {range.start, range.start + page});
    }
  }
  commands.push_back(ExitMmap{});
  commands.push_back(Munlockall{});
  commands.push_back(Mlockall<W>{MCL_CURRENT});
  for (const Command<W>& command : commands) items.push_back({command, item.id});
  return items;
}

}  // namespace refmm::vma

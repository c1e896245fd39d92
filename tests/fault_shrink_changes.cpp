// Changes of addresses, arguments and commands.
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/fault_shrink_changes.hpp>
#include <refmm/tests/fault_shrink_order.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/vma_shrink_order.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::process {

namespace {

using W = std::uint32_t;
using namespace vma;  // the flags of areas and of calls about them
constexpr W page = i386_2_4_0.page_size;
constexpr W base = i386_2_4_0.task_unmapped_base;
constexpr W stack_page = 0xbffff000;

}  // namespace

// ---- Addresses --------------------------------------------------------------------------------------------------------------

namespace {

/// All addresses from `boundary` on, up to the stack, so many bytes lower.
Script with_gap_shorter(const Script& script, W boundary, W by) {
  return with_addresses(
      script, [=](W address) { return address >= boundary && address < stack_region ? address - by : address; });
}

}  // namespace

std::vector<Script> with_closer_addresses(const Script& script) {
  std::vector<Script> changed;
  std::vector<W> addresses = addresses_in(script);
  std::erase_if(addresses, [](W address) { return address >= stack_region; });
  if (addresses.empty()) return changed;
  const W lowest = addresses.front() - addresses.front() % page;
  if (lowest != base) {
    changed.push_back(with_addresses(
        script, [&](W address) { return address < stack_region ? address - lowest + base : address; }));
  }
  for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
    const W boundary = addresses[i + 1], gap = (boundary - addresses[i]) / page * page;
    std::vector<W> steps{gap, gap - page, gap / 2 / page * page, page};
    std::ranges::sort(steps, std::greater());
    const auto repeated = std::ranges::unique(steps);
    steps.erase(repeated.begin(), repeated.end());
    for (const W step : steps) {
      if (step != 0 && step <= gap) changed.push_back(with_gap_shorter(script, boundary, step));
    }
  }
  return changed;
}

namespace {

/// The address that each command returned, if one did.
std::vector<std::optional<W>> addresses_returned(const Script& script) {
  std::vector<std::optional<W>> returned;
  State<W> state = FaultFamily::boot(script.boot);
  Resolver resolver;
  for (const Item& item : script.items) {
    returned.emplace_back();
    const auto command = resolver.resolve(item, state);
    if (!command) continue;
    auto outcome = FaultFamily::step(script.boot, std::move(state), *command);
    state = std::move(outcome.state);
    resolver.note(item, outcome.result);
    if (const auto* address = std::get_if<vma::Address<W>>(&outcome.result)) returned.back() = address->value;
    if (FaultFamily::ends_everything(outcome.result)) break;
  }
  returned.resize(script.items.size());
  return returned;
}

/// The command with its mapping at the address where it turned out to be; the same command where it is not to be changed.
Command<W> fixed_at(Command<W> command, std::optional<W> address) {
  if (!address) return command;
  visit_call(command, [&]<class Call>(Call& call) {
    if constexpr (std::is_same_v<Call, Mremap<W>>) {
      if (call.flags & MREMAP_FIXED || *address == call.addr) return;
      call.flags |= MREMAP_MAYMOVE | MREMAP_FIXED;
      call.new_addr = *address;
    } else if constexpr (std::is_same_v<Call, Mmap<W>>) {
      call.flags |= MAP_FIXED;
      call.addr = *address;
    }
  });
  return command;
}

}  // namespace

std::vector<Script> with_fixed_addresses(const Script& script) {
  const auto returned = addresses_returned(script);
  std::vector<Script> changed{script};
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const Command<W> fixed = fixed_at(script.items[i].command, returned[i]);
    if (fixed == script.items[i].command) continue;
    changed.front() = with(changed.front(), i, fixed);
    changed.push_back(with(script, i, fixed));
  }
  return changed;
}

std::vector<Script> with_stack_for_mappings(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const auto* mapping = call_of<Mmap<W>>(script.items[i].command);
    if (!mapping || !(mapping->flags & MAP_FIXED)) continue;
    const W start = mapping->addr - mapping->addr % page;
    changed.push_back(with_addresses(shrink::without(script, {i}), [&](W address) {
      return address - start <= page ? address - start + stack_page : address;
    }));
  }
  return changed;
}

// ---- Arguments together -------------------------------------------------------------------------------------------------------

namespace {

/// The script with `change(call)` done to every call that it can be done to.
Script with_calls(const Script& script, auto change) {
  Script changed = script;
  for (Item& item : changed.items) {
    visit_call(item.command, [&](auto& call) {
      if constexpr (std::is_invocable_v<decltype(change), decltype(call)>) change(call);
    });
  }
  return changed;
}

/// The script with `change(mapping)` done to every mapping.
Script with_mappings(const Script& script, auto change) {
  return with_calls(script, [&](Mmap<W>& call) { change(call); });
}

Script with_lengths(const Script& script, auto change) {
  return with_calls(script, [&](auto& call) -> decltype((void)call.len) { call.len = change(call.len); });
}

Script without_files(const Script& script) {
  Script changed = with_mappings(script, [](auto& call) {
    call.flags |= MAP_ANONYMOUS;
    call.fd = -1;
  });
  for (Item& item : changed.items) item.opened_by = 0;
  changed.boot.files.clear();
  std::erase_if(changed.items, [](const Item& item) { return file_in(item.command) != 0; });
  return changed;
}

/// What the kernel reads and writes for a process, and what a debugger does, the process does itself.
Script with_plain_accesses(const Script& script) {
  Script changed = script;
  for (Item& item : changed.items) {
    auto* of_process = std::get_if<OfProcess<W>>(&item.command);
    if (!of_process) continue;
    Call<W>& call = of_process->call;
    if (const auto* get = std::get_if<GetUser<W>>(&call)) call = Load<W>{get->addr};
    if (const auto* put = std::get_if<PutUser<W>>(&call)) call = Store<W>{put->addr, put->byte};
    const W* target = target_in(item.command);
    if (!target) continue;
    of_process->pid = *target;
    item.by_child_of = std::exchange(item.of_child_of, 0);
    if (const auto* peek = std::get_if<Peek<W>>(&call)) call = Load<W>{peek->addr};
    if (const auto* poke = std::get_if<Poke<W>>(&call)) call = Store<W>{poke->addr, poke->byte};
  }
  return changed;
}

}  // namespace

std::vector<Script> with_plainer_arguments_together(const Script& script) {
  std::vector<Script> changed;
  for (const W prot : {PROT_READ, PROT_READ | PROT_WRITE})
    changed.push_back(with_mappings(script, [=](auto& call) { call.prot = prot; }));
  changed.push_back(with_mappings(
      script, [](auto& call) { call.flags = (call.flags & (MAP_TYPE | MAP_ANONYMOUS)) | MAP_FIXED; }));
  changed.push_back(
      with_mappings(script, [](auto& call) { call.flags = (call.flags & ~MAP_TYPE) | MAP_PRIVATE; }));
  for (const W bit : {MAP_GROWSDOWN, MAP_DENYWRITE, MAP_EXECUTABLE, MAP_LOCKED, MAP_NORESERVE})
    changed.push_back(with_mappings(script, [=](auto& call) { call.flags &= ~bit; }));
  changed.push_back(with_mappings(script, [](auto& call) { call.offset = 0; }));
  changed.push_back(without_files(script));
  changed.push_back(with_plain_accesses(script));
  changed.push_back(with_lengths(script, [](W) { return page; }));
  changed.push_back(with_lengths(script, [](W length) { return (length + page - 1) / page * page; }));
  changed.push_back(with_lengths(script, [](W length) { return std::max(page, length / 2 / page * page); }));
  changed.push_back(with_calls(script, [](auto& call) -> decltype((void)call.byte) { call.byte = 1; }));
  changed.push_back(with_addresses(script, [](W address) { return address - address % page; }));
  return changed;
}

// ---- Commands -----------------------------------------------------------------------------------------------------------------

namespace {

/// Plain calls about a range, of the process that a command is of or about.
std::vector<Call<W>> calls_about(W start, W len) {
  return {Load<W>{start},
          Store<W>{start, 1},
          GetUser<W>{start},
          PutUser<W>{start, 1},
          Mmap<W>{start, len, PROT_READ, vma::plain_map_flags, -1, 0},
          Mmap<W>{start, len, PROT_READ | PROT_WRITE, vma::plain_map_flags, -1, 0},
          Munmap<W>{start, len},
          Mprotect<W>{start, len, PROT_NONE},
          Mprotect<W>{start, len, PROT_READ},
          Mlock<W>{start, len},
          Madvise<W>{start, len, fault::MADV_DONTNEED},
          Msync<W>{start, len, fault::MS_SYNC}};
}

}  // namespace

std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const Item& item = script.items[position];
  std::vector<Item> items;
  const auto append_by = [&](const Item& by, Call<W> call) {
    const W* target = target_in(by.command);
    const W* caller = target ? target : caller_in(by.command);
    const std::uint32_t child_of = target ? by.of_child_of : by.by_child_of;
    items.push_back({OfProcess<W>{caller ? *caller : 1, std::move(call)}, item.id, 0, child_of, 0});
  };
  std::vector<W> addresses = addresses_in(script);
  for (W& address : addresses) address -= address % page;
  addresses.push_back(stack_page);
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  if (script.items.size() > 12) addresses = {stack_page};
  for (const W address : addresses) {
    for (Call<W>& call : calls_about(address, page)) append_by(item, std::move(call));
    items.push_back({SwapOut<W>{1, address}, item.id});
  }
  for (const Call<W>& call :
       {Call<W>(Fork{}), Call<W>(Exit{}), Call<W>(Mlockall<W>{MCL_CURRENT}), Call<W>(Mlockall<W>{MCL_FUTURE})})
    append_by(item, call);
  items.push_back({Reclaim{}, item.id});
  items.push_back({Swapoff{}, item.id});
  return items;
}

// ---- One argument -------------------------------------------------------------------------------------------------------------

namespace {

/// What is plainer than an argument, by the name of its field.
template <class Call>
std::vector<W> plainer_values(const Call&, std::string_view name, W value, const std::vector<W>& addresses) {
  constexpr bool maps = requires(Call call) { call.fd; }, syncs = std::is_same_v<Call, Msync<W>>;
  if (name == "brk") return plainer_breaks(value);
  if (name == "addr" || name == "new_addr") {
    auto others = addresses;
    others.push_back(stack_page);
    return vma::plainer_addresses(value, std::move(others));
  }
  if (name == "len" || name == "old_len" || name == "new_len") return vma::plainer_lengths(value);
  if (name == "offset") return vma::plainer_offsets(value);
  if (name == "prot") return vma::plainer_protections(value);
  if (name == "byte") return plainer_bytes(value);
  if (name == "advice") return plainer_advice(value);
  if (name == "size") return plainer_sizes(value);
  if (name == "flags" && maps) return vma::plainer_map_flags(value);
  if (name == "flags" && syncs) return plainer_msync_flags(value);
  if (name == "flags") return {0, value & 1, value & 2, value & 3};
  return name == "mode" ? std::vector<W>{FMODE_READ} : std::vector<W>{};
}

/// The command with one of its arguments plainer, in the `most` plainest ways.
std::vector<Command<W>> with_plainer_argument(const Command<W>& command, const std::vector<W>& addresses,
                                              std::size_t most) {
  std::vector<Command<W>> changed;
  const auto append = [&](std::string_view name, const std::vector<W>& values) {
    for (std::size_t i = 0; i < std::min(most, values.size()); ++i) {
      changed.push_back(command);
      visit_call(changed.back(), [&](auto& call) {
        for_each_field(call, [&](std::string_view other, auto& field) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, W>) {
            if (other == name) field = values[i];
          }
        });
      });
    }
  };
  visit_call(command, [&](const auto& call) {
    for_each_field(call, [&](std::string_view name, const auto& value) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, W>)
        append(name, plainer_values(call, name, value, addresses));
    });
  });
  return changed;
}

/// The remapping with other lengths of few pages: one often must change with the other.
void append_other_lengths(std::vector<Command<W>>& changed, const Command<W>& command) {
  if (!call_of<Mremap<W>>(command)) return;
  constexpr W few = 4;
  for (W old_pages = 0; old_pages < few; ++old_pages) {
    for (W new_pages = 0; new_pages < few; ++new_pages) {
      changed.push_back(command);
      visit_call(changed.back(), [&](auto& call) {
        if constexpr (requires { call.old_len; }) {
          call.old_len = old_pages * page;
          call.new_len = new_pages * page;
        }
      });
    }
  }
}

}  // namespace

std::vector<Script> with_plainer_argument_at(const Script& script, std::size_t position, std::size_t most) {
  auto commands = with_plainer_argument(script.items[position].command, addresses_in(script), most);
  append_other_lengths(commands, script.items[position].command);
  std::vector<Script> changed;
  for (const Command<W>& command : commands) changed.push_back(with(script, position, command));
  return changed;
}

}  // namespace refmm::process

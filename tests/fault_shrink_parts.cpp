#include <refmm/spec/process_state.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <concepts>
#include <string>
#include <utility>

namespace refmm::process {

namespace {
using W = std::uint32_t;
}

// ---- What commands name -----------------------------------------------------------------------------------------------

W* caller_in(Command<W>& command) {
  auto* of_process = std::get_if<OfProcess<W>>(&command);
  return of_process ? &of_process->pid : nullptr;
}
const W* caller_in(const Command<W>& command) {
  const auto* of_process = std::get_if<OfProcess<W>>(&command);
  return of_process ? &of_process->pid : nullptr;
}

W* target_in(Command<W>& command) {
  return visit_call(command, [](auto& call) -> W* {
    if constexpr (requires { call.pid; }) return &call.pid;
    return nullptr;
  });
}
const W* target_in(const Command<W>& command) {
  return visit_call(command, [](const auto& call) -> const W* {
    if constexpr (requires { call.pid; }) return &call.pid;
    return nullptr;
  });
}

namespace {

/// Anonymous memory has none.
auto* descriptor(auto& call) {
  if constexpr (requires { call.flags; }) return call.flags & vma::MAP_ANONYMOUS ? nullptr : &call.fd;
  return &call.fd;
}

}  // namespace

std::int32_t* descriptor_in(Command<W>& command) {
  return visit_call(command, [](auto& call) -> std::int32_t* {
    if constexpr (requires { call.fd; }) return descriptor(call);
    return nullptr;
  });
}
const std::int32_t* descriptor_in(const Command<W>& command) {
  return visit_call(command, [](const auto& call) -> const std::int32_t* {
    if constexpr (requires { call.fd; }) return descriptor(call);
    return nullptr;
  });
}

W file_in(const Command<W>& command) {
  if (const auto* open = call_of<vma::Open>(command)) return number_at_end(open->name.view());
  const auto* truncate = call_of<Truncate<W>>(command);
  return truncate ? truncate->file : 0;
}

Command<W> with_file(Command<W> command, W file) {
  visit_call(command, [&](auto& call) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(call)>, vma::Open>)
      call.name = Name("file" + std::to_string(file));
    if constexpr (requires { call.file; }) call.file = file;
  });
  return command;
}

// ---- Addresses ----------------------------------------------------------------------------------------------------------

namespace {

/// Replaces the addresses of a call, in place.
template <class Call>
void replace_addresses(Call& call, const Replace& replace) {
  if constexpr (std::is_same_v<Call, vma::Brk<W>>) {
    return;  // the break stays where the data is
  } else if constexpr (std::constructible_from<vma::Command<W>, const Call&>) {
    call = std::get<Call>(vma::with_addresses(vma::Command<W>(call), replace));
  } else if constexpr (requires { call.len; }) {
    const W start = call.addr, end = call.addr + call.len;
    call.addr = replace(start);
    if (end > start) call.len = replace(end) - call.addr;
  } else if constexpr (requires { call.addr; }) {
    call.addr = replace(call.addr);
  }
}

}  // namespace

Command<W> with_addresses(const Command<W>& command, const Replace& replace) {
  Command<W> changed = command;
  visit_call(changed, [&](auto& call) { replace_addresses(call, replace); });
  return changed;
}

Script with_addresses(const Script& script, const Replace& replace) {
  Script changed = script;
  for (Item& item : changed.items) item.command = with_addresses(item.command, replace);
  return changed;
}

std::vector<W> addresses_in(const Script& script) {
  std::vector<W> addresses;
  with_addresses(script, [&](W address) {
    addresses.push_back(address);
    return address;
  });
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  return addresses;
}

// ---- Items --------------------------------------------------------------------------------------------------------------

Script with(const Script& script, std::size_t position, const Command<W>& command) {
  Script changed = script;
  changed.items[position].command = command;
  return changed;
}

}  // namespace refmm::process

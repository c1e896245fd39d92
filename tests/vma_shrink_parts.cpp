#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {
using W = std::uint32_t;
constexpr W page = 4096;
using Replace = std::function<W(W)>;
}  // namespace

// ---- Descriptors ------------------------------------------------------------------------------------------------------

namespace {

template <class Call>
concept Maps = requires(Call call) {
  call.fd;
  call.flags;
};

}  // namespace

std::optional<std::int32_t> descriptor_of(const Command<W>& command) {
  return std::visit(
      []<class Call>(const Call& call) -> std::optional<std::int32_t> {
        if constexpr (std::is_same_v<Call, Close>) {
          return call.fd;
        } else if constexpr (std::is_same_v<Call, DoMmap<W>>) {
          return call.fd;
        } else if constexpr (Maps<Call>) {
          if (!(call.flags & MAP_ANONYMOUS)) return call.fd;
        }
        return std::nullopt;
      },
      command);
}

Command<W> with_descriptor(Command<W> command, std::int32_t fd) {
  std::visit(
      [fd](auto& call) {
        if constexpr (requires { call.fd; }) call.fd = fd;
      },
      command);
  return command;
}

// ---- Addresses ----------------------------------------------------------------------------------------------------------

namespace {

/// Replaces the addresses of a command, in place.
struct Addresses {
  const Replace& replace;

  void mapped(auto& call) const {
    if (call.addr == 0 && !(call.flags & MAP_FIXED)) return;
    located(call.addr, call.len);
  }
  /// The start of a range and its length; a range that wraps keeps its length.
  void located(W& addr, W& len) const {
    const W start = addr, end = addr + len;
    addr = replace(start);
    if (end > start) len = replace(end) - addr;
  }

  void operator()(Mmap<W>& call) const { mapped(call); }
  void operator()(Mmap2<W>& call) const { mapped(call); }
  void operator()(DoMmap<W>& call) const { mapped(call); }
  void operator()(Munmap<W>& call) const { located(call.addr, call.len); }
  void operator()(Brk<W>& call) const { call.brk = replace(call.brk); }
  void operator()(DoBrk<W>& call) const { located(call.addr, call.len); }
  void operator()(Mprotect<W>& call) const { located(call.addr, call.len); }
  void operator()(Mlock<W>& call) const { located(call.addr, call.len); }
  void operator()(Munlock<W>& call) const { located(call.addr, call.len); }
  void operator()(Mremap<W>& call) const {
    const bool fixed = call.flags & MREMAP_FIXED;
    W grown_from = call.addr;
    located(fixed ? call.new_addr : grown_from, call.new_len);
    located(call.addr, call.old_len);
  }
  void operator()(FindExtendVma<W>& call) const { call.addr = replace(call.addr); }
  void operator()(FindVma<W>& call) const { call.addr = replace(call.addr); }
  void operator()(FindVmaPrev<W>& call) const { call.addr = replace(call.addr); }
  void operator()(FindVmaIntersection<W>& call) const {
    call.start = replace(call.start);
    call.end = replace(call.end);
  }
  void operator()(GetUnmappedArea<W>& call) const {
    if (call.addr != 0) located(call.addr, call.len);
  }
  void operator()(SetKnobs<W>& call) const {
    for (auto* address : {&call.end_code, &call.start_data, &call.brk}) {
      if (*address) *address = replace(**address);
    }
  }
  void operator()(auto&) const {}  // has no address
};

}  // namespace

Command<W> with_addresses(const Command<W>& command, const Replace& replace) {
  Command<W> changed = command;
  std::visit(Addresses{replace}, changed);
  return changed;
}

Script with_addresses(const Script& script, const Replace& replace) {
  Script changed = script;
  Boot<W>& boot = changed.boot;
  if (boot.stack_start != boot.stack_end) {
    boot.stack_start = replace(boot.stack_start);
    boot.stack_end = replace(boot.stack_end);
  }
  for (W* address : {&boot.end_code, &boot.start_data, &boot.brk}) {
    if (*address != 0) *address = replace(*address);
  }
  for (Item& item : changed.items) item.command = with_addresses(item.command, replace);
  return changed;
}

std::vector<Range> ranges_of(const Command<W>& command) {
  std::vector<W> seen;
  with_addresses(command, [&](W address) {
    seen.push_back(address);
    return address;
  });
  std::vector<Range> ranges;
  const bool alone =
      std::visit([](const auto& call) { return !requires { call.len; } && !requires { call.old_len; }; }, command);
  for (std::size_t i = 0; i < seen.size(); i += alone ? 1 : 2) {
    const bool has_end = !alone && i + 1 < seen.size();
    ranges.push_back({seen[i], has_end ? seen[i + 1] : seen[i] + page});
  }
  return ranges;
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

std::uint32_t unused_id(const Script& script) {
  std::uint32_t id = 1;
  for (const Item& item : script.items) id = std::max(id, item.id + 1);
  return id;
}

}  // namespace refmm::vma

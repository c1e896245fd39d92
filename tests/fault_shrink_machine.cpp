// Changes of the machine, its files, its processes, and what is set of it.
#include <refmm/tests/fault_shrink_changes.hpp>
#include <refmm/tests/fault_shrink_order.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/vma_shrink_order.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::process {

namespace {

using W = std::uint32_t;
using SetCall = Set<W>;

// ---- Knobs --------------------------------------------------------------------------------------------------------------------

constexpr std::array failures{&SetCall::fail_alloc, &SetCall::fail_read, &SetCall::fail_swap_read,
                              &SetCall::fail_swap_write};
constexpr std::array limits{&SetCall::rlimit_stack, &SetCall::rlimit_as, &SetCall::rlimit_data,
                            &SetCall::rlimit_memlock};
constexpr std::array switches{&SetCall::fail_alloc_all, &SetCall::overcommit};

/// The `set` with one knob changed in each way: not set, and at each plainer value.
std::vector<SetCall> with_plainer_knob(const SetCall& set) {
  std::vector<SetCall> changed;
  const auto append = [&](auto knob, auto value) {
    changed.push_back(set);
    changed.back().*knob = value;
  };
  const auto append_plainer = [&](auto knob) {
    if (!(set.*knob)) return;
    append(knob, std::nullopt);
    for (const W plainer : vma::plainer_numbers(*(set.*knob))) append(knob, plainer);
  };
  for (const auto knob : failures) append_plainer(knob);
  for (const auto knob : limits) append_plainer(knob);
  append_plainer(&SetCall::fail_vma);
  for (const auto knob : switches) {
    if (set.*knob) append(knob, std::nullopt);
  }
  return changed;
}

/// The first, with what the second sets.
SetCall merged(SetCall first, const SetCall& second) {
  for_each_field(first, second, [](const char*, auto& knob, const auto& later) {
    if (later) knob = later;
  });
  return first;
}

/// The script with the failures that item `i` sets set in front of item `j`, to come as soon as that may be.
void append_set_later(std::vector<Script>& changed, const Script& script, std::size_t i, std::size_t j) {
  const SetCall& set = std::get<SetCall>(script.items[i].command);
  const auto append = [&](auto knob) {
    if (!(set.*knob)) return;
    for (W soon = 1; soon <= std::min<W>(*(set.*knob), 4); ++soon) {
      SetCall later = set;
      later.*knob = soon;
      Script moved = with(script, i, later);
      std::rotate(moved.items.begin() + static_cast<std::ptrdiff_t>(i),
                  moved.items.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  moved.items.begin() + static_cast<std::ptrdiff_t>(j));
      changed.push_back(std::move(moved));
    }
  };
  for (const auto knob : failures) append(knob);
  append(&SetCall::fail_vma);
}

}  // namespace

std::vector<Script> with_other_knobs(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const auto* set = std::get_if<SetCall>(&script.items[i].command);
    if (!set) continue;
    for (const SetCall& plainer : with_plainer_knob(*set)) changed.push_back(with(script, i, plainer));
    for (std::size_t later = i + 1; later < script.items.size(); ++later) {
      append_set_later(changed, script, i, later);
      const auto* other = std::get_if<SetCall>(&script.items[later].command);
      if (!other) continue;
      const SetCall both = merged(*set, *other);
      changed.push_back(shrink::without(with(script, i, both), {later}));
      changed.push_back(shrink::without(with(script, later, both), {i}));
    }
  }
  return changed;
}

// ---- The machine ----------------------------------------------------------------------------------------------------------------

std::vector<Script> with_other_boots(const Script& script) {
  std::vector<Script> changed;
  const auto append = [&](auto change) {
    changed.push_back(script);
    change(changed.back().boot);
  };
  append([](Boot<W>& boot) { boot = plain_machine(boot.kernel, boot.files); });
  append([](Boot<W>& boot) { boot.ram_pages = plain_ram_pages; });
  append([](Boot<W>& boot) { boot.swap_pages = plain_swap_pages; });
  append([](Boot<W>& boot) {
    boot.ram_pages = plain_ram_pages;
    boot.swap_pages = plain_swap_pages;
  });
  for (W cluster = 0; cluster < script.boot.page_cluster; ++cluster)
    append([=](Boot<W>& boot) { boot.page_cluster = cluster; });
  append([](Boot<W>& boot) { boot.overcommit = true; });
  append([](Boot<W>& boot) { boot.survive = false; });
  for (W pages = 1; pages < script.boot.ram_pages; ++pages) append([=](Boot<W>& boot) { boot.ram_pages = pages; });
  for (W pages = 0; pages < script.boot.swap_pages; ++pages)
    append([=](Boot<W>& boot) { boot.swap_pages = pages; });
  return changed;
}

// ---- Files ----------------------------------------------------------------------------------------------------------------------

namespace {

/// The script with each file called what `name` makes of its number.
Script with_names(const Script& script, auto name) {
  Script changed = script;
  for (Item& item : changed.items) {
    if (const W file = file_in(item.command); file != 0) item.command = with_file(item.command, name(file));
  }
  return changed;
}

/// The script without a file: what it was used for goes, or is done to the first one.
void append_without_file(std::vector<Script>& changed, const Script& script, W gone) {
  const auto closer = [&](W file) { return file > gone ? file - 1 : file; };
  Script without = with_names(script, closer);
  without.boot.files.erase(without.boot.files.begin() + static_cast<std::ptrdiff_t>(gone) - 1);
  Script of_first = without;
  for (std::size_t i = script.items.size(); i-- > 0;) {
    if (file_in(script.items[i].command) != gone) continue;
    of_first.items[i].command = with_file(of_first.items[i].command, 1);
    without.items.erase(without.items.begin() + static_cast<std::ptrdiff_t>(i));
  }
  changed.push_back(std::move(without));
  if (script.boot.files.size() > 1) changed.push_back(std::move(of_first));
}

}  // namespace

std::vector<Script> with_other_files(const Script& script) {
  std::vector<Script> changed;
  const auto& files = script.boot.files;
  for (W file = 1; file <= files.size(); ++file) append_without_file(changed, script, file);
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const W size : plainer_sizes(files[i])) {
      changed.push_back(script);
      changed.back().boot.files[i] = size;
    }
    for (std::size_t j = i + 1; j < files.size(); ++j) {
      const W one = static_cast<W>(i) + 1, other = static_cast<W>(j) + 1;
      changed.push_back(with_names(script, [=](W file) {
        return file == one ? other : file == other ? one : file;
      }));
      std::swap(changed.back().boot.files[i], changed.back().boot.files[j]);
    }
  }
  return changed;
}

std::vector<Script> with_other_descriptors(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (!descriptor_in(script.items[i].command)) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (!call_of<vma::Open>(script.items[j].command)) continue;
      changed.push_back(script);
      changed.back().items[i].opened_by = script.items[j].id;
    }
    changed.push_back(script);
    Item& item = changed.back().items[i];
    item.opened_by = 0;
    *descriptor_in(item.command) = -1;
    visit_call(item.command, [](auto& call) {
      if constexpr (requires { call.fd, call.flags; }) call.flags |= vma::MAP_ANONYMOUS;
    });
  }
  return changed;
}

// ---- Processes ------------------------------------------------------------------------------------------------------------------

namespace {

/// The item with another process that calls, or that is looked at: the child of a fork, or process 1.
Item called_by(Item item, std::uint32_t fork) {
  item.by_child_of = fork;
  if (W* pid = caller_in(item.command); pid && fork == 0) *pid = 1;
  return item;
}
Item looking_at(Item item, std::uint32_t fork) {
  item.of_child_of = fork;
  if (W* pid = target_in(item.command); pid && fork == 0) *pid = 1;
  return item;
}

}  // namespace

std::vector<Script> with_other_processes(const Script& script) {
  Script first = script;
  for (Item& item : first.items) item = looking_at(called_by(item, 0), 0);
  std::vector<Script> changed{first};
  std::vector<std::uint32_t> forks{0};
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const Item& item = script.items[i];
    for (const std::uint32_t fork : forks) {
      if (caller_in(item.command)) changed.push_back(shrink::with(script, i, called_by(item, fork)));
      if (target_in(item.command)) changed.push_back(shrink::with(script, i, looking_at(item, fork)));
      if (caller_in(item.command) && target_in(item.command))
        changed.push_back(shrink::with(script, i, looking_at(called_by(item, fork), fork)));
    }
    if (call_of<Fork>(item.command)) forks.push_back(item.id);
  }
  // All that one process does, another one does.
  for (const std::uint32_t from : forks) {
    for (const std::uint32_t to : forks) {
      if (from == to || from == 0) continue;
      Script other = script;
      for (Item& item : other.items) {
        if (item.by_child_of == from) item = called_by(item, to);
        if (item.of_child_of == from) item = looking_at(item, to);
      }
      changed.push_back(std::move(other));
    }
  }
  return changed;
}

}  // namespace refmm::process

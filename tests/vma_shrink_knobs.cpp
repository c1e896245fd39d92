// Changes of the boot and of knobs.
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {

using W = std::uint32_t;
using Set = SetKnobs<W>;

// ---- One knob -----------------------------------------------------------------------------------------------------------------

/// A knob that is a number, or that is on or off: at the boot, and in a `set`.
template <class T>
struct Knob {
  T Knobs<W>::*at_boot;
  std::optional<T> Set::*set;
};

constexpr std::array numbers{Knob<W>{&Knobs<W>::free_pages, &Set::free_pages},
                             Knob<W>{&Knobs<W>::buffer_pages, &Set::buffer_pages},
                             Knob<W>{&Knobs<W>::cache_pages, &Set::cache_pages},
                             Knob<W>{&Knobs<W>::swap_pages, &Set::swap_pages},
                             Knob<W>{&Knobs<W>::physpages, &Set::physpages},
                             Knob<W>{&Knobs<W>::rlimit_as, &Set::rlimit_as},
                             Knob<W>{&Knobs<W>::rlimit_data, &Set::rlimit_data},
                             Knob<W>{&Knobs<W>::rlimit_stack, &Set::rlimit_stack},
                             Knob<W>{&Knobs<W>::rlimit_memlock, &Set::rlimit_memlock},
                             Knob<W>{&Knobs<W>::max_map_count, &Set::max_map_count},
                             Knob<W>{&Knobs<W>::fail_vma, &Set::fail_vma},
                             Knob<W>{&Knobs<W>::fail_shmem, &Set::fail_shmem},
                             Knob<W>{&Knobs<W>::fail_move, &Set::fail_move}};
constexpr std::array switches{Knob<bool>{&Knobs<W>::overcommit, &Set::overcommit},
                              Knob<bool>{&Knobs<W>::cap_ipc_lock, &Set::cap_ipc_lock}};
constexpr std::array addresses{&Set::end_code, &Set::start_data, &Set::brk};

/// Appends the script with one of the knobs of its boot at its plainest, and at each plainer value.
void append_plainer_knobs(std::vector<Script>& changed, const Script& script) {
  const auto append = [&](auto knob, auto value) {
    if (script.boot.knobs.*knob == value) return;
    changed.push_back(script);
    changed.back().boot.knobs.*knob = value;
  };
  for (const Knob<bool>& knob : switches) append(knob.at_boot, plain_knobs.*knob.at_boot);
  for (const Knob<W>& knob : numbers) {
    const W value = script.boot.knobs.*knob.at_boot;
    if (value == plain_knobs.*knob.at_boot) continue;
    append(knob.at_boot, plain_knobs.*knob.at_boot);
    for (const W plainer : plainer_numbers(value)) append(knob.at_boot, plainer);
  }
}

/// The `set` with one knob changed in each way: not set, and at each plainer value.
std::vector<Set> with_plainer_knob(const Set& set) {
  std::vector<Set> changed;
  const auto append = [&](auto knob, auto value) {
    changed.push_back(set);
    changed.back().*knob = value;
  };
  for (const Knob<bool>& knob : switches) {
    if (set.*knob.set) append(knob.set, std::nullopt);
  }
  for (const Knob<W>& knob : numbers) {
    if (!(set.*knob.set)) continue;
    append(knob.set, std::nullopt);
    for (const W plainer : plainer_numbers(*(set.*knob.set))) append(knob.set, plainer);
  }
  for (const auto address : addresses) {
    if (!(set.*address)) continue;
    append(address, std::nullopt);
    for (const W plainer : plainer_addresses(*(set.*address), {})) append(address, plainer);
  }
  if (!set.file) return changed;
  append(&Set::file, std::nullopt);
  for (W bit = 1; bit <= set.file->attributes; bit <<= 1) {
    append(&Set::file, FileAttributes{set.file->name, bit});
    append(&Set::file, FileAttributes{set.file->name, set.file->attributes & ~bit});
  }
  return changed;
}

/// The first, with what the second sets.
Set merged(Set first, const Set& second) {
  for_each_field(first, second, [](const char*, auto& knob, const auto& later) {
    if (later) knob = later;
  });
  return first;
}

const Set* set_of(const Item& item) { return std::get_if<Set>(&item.command); }

}  // namespace

Knobs<W> with_knobs_of(Knobs<W> knobs, const Set& set) {
  for (const Knob<W>& knob : numbers) knobs.*knob.at_boot = (set.*knob.set).value_or(knobs.*knob.at_boot);
  for (const Knob<bool>& knob : switches) knobs.*knob.at_boot = (set.*knob.set).value_or(knobs.*knob.at_boot);
  return knobs;
}

std::vector<Script> with_other_knobs(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const Set* set = set_of(script.items[i]);
    if (!set) continue;
    for (const Set& plainer : with_plainer_knob(*set)) changed.push_back(with(script, i, plainer));
    for (std::size_t later = i + 1; later < script.items.size(); ++later) {
      const Set* other = set_of(script.items[later]);
      if (!other) continue;
      const Set both = merged(*set, *other);
      changed.push_back(shrink::without(with(script, i, both), {later}));
      changed.push_back(shrink::without(with(script, later, both), {i}));
    }
  }
  return changed;
}

namespace {

/// The script with its stack mapped by its first command: plainly, growing, and as the stack is.
void append_stack_mapped(std::vector<Script>& changed, const Script& script) {
  const Boot<W>& boot = script.boot;
  if (boot.stack_start == boot.stack_end) return;
  const std::uint32_t id = unused_id(script);
  for (const auto& [prot, flags] :
       {std::pair{PROT_READ, plain_map_flags}, std::pair{PROT_READ, plain_map_flags | MAP_GROWSDOWN},
        std::pair{VM_ACCESS, plain_map_flags | MAP_GROWSDOWN | MAP_NORESERVE}}) {
    const Mmap<W> stack{boot.stack_start, boot.stack_end - boot.stack_start, prot, flags, -1, 0};
    changed.push_back(script);
    changed.back().boot.stack_start = changed.back().boot.stack_end = 0;
    changed.back().items.insert(changed.back().items.begin(), {stack, id});
  }
}

}  // namespace

// ---- The boot -----------------------------------------------------------------------------------------------------------------

std::vector<Script> with_other_boots(const Script& script) {
  std::vector<Script> changed;
  const auto append = [&](auto change) {
    changed.push_back(script);
    change(changed.back().boot);
  };
  append([](Boot<W>& boot) {
    boot = {.kernel = boot.kernel,
            .end_code = 0,
            .start_data = 0,
            .brk = 0,
            .stack_start = 0,
            .stack_end = 0,
            .knobs = plain_knobs};
  });
  append([](Boot<W>& boot) { boot.knobs = plain_knobs; });
  append([](Boot<W>& boot) { boot.stack_start = boot.stack_end = 0; });
  append([](Boot<W>& boot) { boot.end_code = boot.start_data = boot.brk = 0; });
  append([](Boot<W>& boot) { boot.end_code = 0; });
  append([](Boot<W>& boot) { boot.start_data = 0; });
  for (const W address : plainer_addresses(script.boot.brk, {}))
    append([&](Boot<W>& boot) { boot.brk = address; });
  append([](Boot<W>& boot) {
    Knobs<W>& knobs = boot.knobs;
    knobs.free_pages += knobs.buffer_pages + knobs.cache_pages + knobs.swap_pages;
    knobs.buffer_pages = knobs.cache_pages = knobs.swap_pages = 0;
  });
  append_stack_mapped(changed, script);
  append_plainer_knobs(changed, script);
  return changed;
}

namespace {

/// How often a request that can be made to fail is made by the first `count` items.
struct Requests {
  W vma = 0, shmem = 0, move = 0;

  void note(const Effect<W>& effect) {
    if (std::holds_alternative<VmaAlloc>(effect)) ++vma;
    if (const auto* setup = std::get_if<ShmemZeroSetup<W>>(&effect)) shmem += setup->made ? 1 : 0;
    if (const auto* moved = std::get_if<MovePageTables<W>>(&effect)) move += moved->len != 0 ? 1 : 0;
  }
};

Requests requests_before(const Script& script, std::size_t count) {
  Requests requests;
  State<W> state = VmaFamily::boot(script.boot);
  Resolver resolver;
  for (std::size_t i = 0; i < count; ++i) {
    const auto command = resolver.resolve(script.items[i], state);
    if (!command) continue;
    auto outcome = VmaFamily::step(script.boot, std::move(state), *command);
    state = std::move(outcome.state);
    resolver.note(script.items[i], outcome.result);
    for (const Effect<W>& effect : outcome.effects) requests.note(effect);
    if (VmaFamily::ends_everything(outcome.result)) break;
  }
  return requests;
}

void set_at_boot(Boot<W>& boot, const Set& set, const Requests& requests) {
  boot.knobs = with_knobs_of(boot.knobs, set);
  if (set.fail_vma && *set.fail_vma != 0) boot.knobs.fail_vma += requests.vma;
  if (set.fail_shmem && *set.fail_shmem != 0) boot.knobs.fail_shmem += requests.shmem;
  if (set.fail_move && *set.fail_move != 0) boot.knobs.fail_move += requests.move;
  if (set.end_code) boot.end_code = *set.end_code;
  if (set.start_data) boot.start_data = *set.start_data;
  if (set.brk) boot.brk = *set.brk;
}

}  // namespace

std::vector<Script> with_knobs_at_boot(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const Set* set = set_of(script.items[i]);
    if (!set || set->file) continue;
    changed.push_back(shrink::without(script, {i}));
    set_at_boot(changed.back().boot, *set, requests_before(script, i));
  }
  return changed;
}

}  // namespace refmm::vma

// Changes of the boot and of knobs.
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {

using W = std::uint32_t;
using Set = SetKnobs<W>;

// ---- Values of one knob -----------------------------------------------------------------------------------------------------

/// Appends the boot with one of its knobs at its plainest, and at each plainer value.
void append_plainer_knobs(std::vector<Script>& changed, const Script& script) {
  for_each_field(plain_knobs, [&](std::string_view wanted, const auto& plain) {
    for_each_field(script.boot.knobs, [&](std::string_view name, const auto& value) {
      if constexpr (std::is_same_v<decltype(plain), decltype(value)>) {
        if (name != wanted || value == plain) return;
        const auto append = [&](auto plainer) {
          changed.push_back(script);
          for_each_field(changed.back().boot.knobs, [&](std::string_view set, auto& knob) {
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(knob)>, decltype(plainer)>) {
              if (set == name) knob = plainer;
            }
          });
        };
        append(plain);
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(value)>, bool>) {
          for (const W plainer : plainer_numbers(value)) append(plainer);
        }
      }
    });
  });
}

/// The `set` with one knob changed in each way: not set, and at each plainer value.
std::vector<Set> with_plainer_knob(const Set& set) {
  std::vector<Set> changed;
  for_each_field(set, [&](std::string_view name, const auto& value) {
    if (!value) return;
    const auto append = [&](auto change) {
      changed.push_back(set);
      for_each_field(changed.back(), [&](std::string_view other, auto& knob) {
        if constexpr (std::is_same_v<decltype(knob),
                                     std::add_lvalue_reference_t<std::remove_cvref_t<decltype(value)>>>) {
          if (other == name) change(knob);
        }
      });
    };
    append([](auto& knob) { knob.reset(); });
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*value)>, W>) {
      for (const W plainer : plainer_numbers(*value)) append([&](auto& knob) { knob = plainer; });
    } else if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*value)>, FileAttributes>) {
      for (W bit = 1; bit <= value->attributes; bit <<= 1) {
        if (value->attributes & bit) append([&](auto& knob) { knob->attributes &= ~bit; });
      }
    }
  });
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
  for_each_field(set, [&](std::string_view name, const auto& value) {
    if (!value) return;
    for_each_field(boot.knobs, [&](std::string_view other, auto& knob) {
      if constexpr (std::is_convertible_v<decltype(*value), std::remove_reference_t<decltype(knob)>>) {
        if (name == other) knob = *value;
      }
    });
  });
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

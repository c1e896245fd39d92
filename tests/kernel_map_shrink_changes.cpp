#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/kernel_map_shrink_changes.hpp>
#include <refmm/tests/kernel_map_shrink_order.hpp>
#include <refmm/tests/kernel_map_shrink_parts.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W device = 0xe0000000;

// ---- Machines ---------------------------------------------------------------------------------------------------------------

/// What a machine has at its edges: addresses, physical ones and sizes in bytes.
using Edges = std::vector<W>;
Edges edges(const Boot<W>& boot) {
  return {high_memory(boot), vmalloc_start(boot), boot.ram_pages * page, num_physpages(boot) * page};
}
Edges first_free_frame(const Boot<W>& boot) { return {boot.first_free * page}; }

/// A value near an edge of one machine, as far from the same edge of another.
W moved_along(W value, const Edges& from, const Edges& to) {
  constexpr W near = 64 * page;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (value - from[i] + near < 2 * near) return value - from[i] + to[i];
  }
  return value;
}

/// The script with everything near an edge as far from the new one.
Script moved_along(Script script, const Edges& from, const Edges& to) {
  for (Item& item : script.items) {
    const auto value = value_in(item.command);
    if (value && item.value_of == 0) item.command = with_value(item.command, moved_along(*value, from, to));
    std::visit(
        [&]<class Call>(Call& call) {
          if constexpr (std::is_same_v<Call, Vmalloc<W>>) call.size = moved_along(call.size, from, to);
          if constexpr (requires { call.last; }) call.last = moved_along(call.last * page, from, to) / page;
        },
        item.command);
  }
  return script;
}

void append_on(std::vector<Script>& scripts, const Script& script, const Boot<W>& machine) {
  Script as_it_stands = script;
  as_it_stands.boot = machine;
  scripts.push_back(as_it_stands);
  for (Edges (*of)(const Boot<W>&) : {edges, first_free_frame}) {
    Script moved = moved_along(as_it_stands, of(script.boot), of(machine));
    if (!(moved == as_it_stands)) scripts.push_back(std::move(moved));
  }
}

/// The machine with each choice of what is odd about it mended.
std::vector<Boot<W>> plainer_machines(const Boot<W>& boot) {
  Boot<W> plain = plain_machine;
  plain.kernel.corrected = boot.kernel.corrected;
  constexpr unsigned parts = 5;
  std::vector<Boot<W>> machines;
  for (unsigned keeps = 0; keeps + 1 < 1u << parts; ++keeps) {
    Boot<W> machine = plain;
    if (keeps & 1u) machine.kernel.sharing = boot.kernel.sharing;
    if (keeps & 2u) machine.config = boot.config, machine.highmem_pages = boot.highmem_pages;
    if (keeps & 4u) machine.pge = boot.pge;
    if (keeps & 8u) machine.pse = boot.pse;
    if (keeps & 16u) machine.ram_pages = boot.ram_pages, machine.first_free = boot.first_free;
    if (!machine.pse) machine.pge = false;
    machines.push_back(machine);
  }
  return machines;
}

}  // namespace

std::vector<Script> with_other_machines(const Script& script) {
  std::vector<Script> scripts;
  for (const Boot<W>& machine : plainer_machines(script.boot)) append_on(scripts, script, machine);
  const auto with_ram = [&](W first_free, W ram_pages) {
    Boot<W> machine = script.boot;
    machine.first_free = first_free;
    machine.ram_pages = ram_pages;
    append_on(scripts, script, machine);
  };
  if (script.boot.ram_pages != plain_machine.ram_pages) {
    with_ram(plain_machine.first_free, 229376);
    if (script.boot.ram_pages > script.boot.first_free)
      with_ram(plain_machine.first_free,
               plain_machine.first_free + script.boot.ram_pages - script.boot.first_free);
    for (const W pages : {W{1}, W{2}, W{3}, W{4}, W{8}, W{16}})
      with_ram(plain_machine.first_free, plain_machine.first_free + pages);
    for (const W ram : plainer_numbers(script.boot.ram_pages)) {
      if (ram > script.boot.first_free) with_ram(script.boot.first_free, ram);
    }
  }
  for (const W high : plainer_numbers(script.boot.highmem_pages)) {
    Boot<W> machine = script.boot;
    machine.highmem_pages = high;
    append_on(scripts, script, machine);
  }
  return scripts;
}

// ---- Knobs ------------------------------------------------------------------------------------------------------------------

namespace {

SetKnobs failing_page(W skipped) {
  SetKnobs set{};
  if (skipped != 0) set.skip_pages = skipped;
  set.fail_pages = 1;
  return set;
}

SetKnobs failing_kmalloc() {
  SetKnobs set{};
  set.fail_kmalloc = 1;
  return set;
}

/// The second setting after the first.
SetKnobs both(const SetKnobs& first, SetKnobs second) {
  for_each_field(second, first, [](const char*, auto& later, const auto& earlier) {
    if (!later) later = earlier;
  });
  return second;
}

}  // namespace

std::vector<Script> with_failures_set(const Script& script) {
  std::vector<Script> scripts;
  if (script.boot.ram_pages == plain_machine.ram_pages || script.items.size() > 8) return scripts;
  Script plain = script;
  plain.boot.ram_pages = plain_machine.ram_pages;
  plain.boot.first_free = plain_machine.first_free;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (W skipped = 0; skipped < 4; ++skipped) {
      scripts.push_back(plain);
      scripts.back().items.insert(scripts.back().items.begin() + static_cast<std::ptrdiff_t>(i),
                                  Item{failing_page(skipped), unused_id(script)});
    }
  }
  return scripts;
}

std::vector<Script> with_other_knobs(const Script& script) {
  std::vector<Script> scripts;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const auto* set = std::get_if<SetKnobs>(&script.items[i].command);
    if (!set) continue;
    for_each_field(*set, [&](std::string_view name, const SetKnobs::Value& knob) {
      if (!knob) return;
      const auto with_knob = [&](SetKnobs::Value value) {
        SetKnobs changed = *set;
        for_each_field(changed, [&](std::string_view other, SetKnobs::Value& field) {
          if (other == name) field = value;
        });
        scripts.push_back(with(script, i, changed));
      };
      with_knob(std::nullopt);
      for (const W value : plainer_numbers(*knob)) with_knob(value);
    });
    for (std::size_t j = i + 1; j < script.items.size(); ++j) {
      const auto* later = std::get_if<SetKnobs>(&script.items[j].command);
      if (!later) continue;
      scripts.push_back(with(shrink::without(script, {j}), i, both(*set, *later)));
      scripts.push_back(shrink::without(with(script, j, both(*set, *later)), {i}));
    }
  }
  return scripts;
}

// ---- Arguments --------------------------------------------------------------------------------------------------------------

namespace {

template <class Call>
std::vector<W> plainer_sizes_of(W size) {
  std::vector<W> sizes = plainer_sizes(size);
  if constexpr (std::is_same_v<Call, Vmalloc<W>>)
    std::erase_if(sizes, [size](W other) { return worth_of_pages(other) > worth_of_pages(size); });
  return sizes;
}

/// The script with `change(call)` done to every call.
Script with_calls(const Script& script, auto change) {
  Script changed = script;
  for (Item& item : changed.items) std::visit([&](auto& call) { change(call); }, item.command);
  return changed;
}

}  // namespace

std::vector<Script> with_plainer_arguments_together(const Script& script) {
  std::vector<Script> scripts;
  const auto with_sizes = [&](auto size) {
    scripts.push_back(with_calls(script, [&](auto& call) {
      if constexpr (requires { call.size; }) call.size = size(call.size);
    }));
  };
  with_sizes([](W) { return page; });
  with_sizes([](W size) { return (size + page - 1) / page * page; });
  with_sizes([](W size) { return std::max(page, size / 2 / page * page); });
  scripts.push_back(with_calls(script, [](auto& call) {
    if constexpr (requires { call.gfp; }) call.gfp = VmallocGfp::any;
    if constexpr (requires { call.nocache; }) call.nocache = false;
  }));
  Script at_device = script, of_devices = script, without_offsets = script;
  for (Item& item : at_device.items) {
    auto* ioremap = std::get_if<Ioremap<W>>(&item.command);
    if (ioremap && item.value_of == 0) ioremap->phys = device;
    if (ioremap && item.value_of == 0) ioremap->size = page;
  }
  for (Item& item : of_devices.items) {
    if (const auto* vmalloc = std::get_if<Vmalloc<W>>(&item.command))
      item.command = Ioremap<W>{device, vmalloc->size, false};
  }
  for (Item& item : without_offsets.items) item.offset = 0;
  scripts.insert(scripts.end(), {at_device, of_devices, without_offsets});
  return scripts;
}

std::vector<Script> with_plainer_argument_at(const Script& script, std::size_t position, std::size_t most) {
  std::vector<Script> scripts;
  const Item& item = script.items[position];
  const auto propose_each = [&](std::vector<W> plainer, auto set) {
    plainer.resize(std::min(plainer.size(), most));
    for (const W value : plainer) {
      Script changed = script;
      set(changed.items[position], value);
      scripts.push_back(std::move(changed));
    }
  };
  if (item.value_of != 0)
    propose_each(plainer_offsets(item.offset), [](Item& changed, W value) { changed.offset = value; });
  std::visit(
      [&]<class Call>(const Call& call) {
        for_each_field(call, [&](std::string_view name, const auto& value) {
          using Value = std::remove_cvref_t<decltype(value)>;
          const auto set = [name]<class Argument>(Item& changed, Argument argument) {
            const auto set_field = [&]<class Field>(std::string_view other, Field& field) {
              if constexpr (std::is_same_v<Field, Argument>) {
                if (other == name) field = argument;
              }
            };
            for_each_field(std::get<Call>(changed.command), set_field);
          };
          if constexpr (std::is_same_v<Value, W>) {
            if (name == "pgd") return;
            if (item.value_of != 0 && (name == "addr" || name == "phys" || name == "pfn" || name == "first"))
              return;
            propose_each(name == "size"   ? plainer_sizes_of<Call>(value)
                         : name == "phys" ? plainer_physes(value)
                         : name == "addr" ? plainer_offsets(value)
                                          : plainer_numbers(value),
                         set);
          } else if constexpr (std::is_same_v<Value, bool> || std::is_same_v<Value, VmallocGfp>) {
            if (value == Value{}) return;
            Script changed = script;
            set(changed.items[position], Value{});
            scripts.push_back(std::move(changed));
          } else if constexpr (std::is_same_v<Value, std::int32_t>) {
            for (std::int32_t plainer = -1; plainer < 3; ++plainer) {
              Script changed = script;
              set(changed.items[position], plainer);
              scripts.push_back(std::move(changed));
            }
          }
        });
      },
      item.command);
  return scripts;
}

std::vector<Script> with_another_origin_at(const Script& script, std::size_t position) {
  std::vector<Script> scripts;
  const Item& item = script.items[position];
  const bool may_be_swapper = std::holds_alternative<Touch<W>>(item.command);
  for (std::size_t i = 0; i <= position; ++i) {
    const std::uint32_t id = i == position ? 0 : script.items[i].id;
    if (item.pgd_of != 0 && id != item.pgd_of && (id != 0 || may_be_swapper)) {
      scripts.push_back(script);
      scripts.back().items[position].pgd_of = id;
      if (id == 0) *pgd_in(scripts.back().items[position].command) = 0;
    }
    if (item.value_of != 0 && id != item.value_of && id != 0) {
      scripts.push_back(script);
      scripts.back().items[position].value_of = id;
    }
  }
  // Or it names the place itself, wherever that came from.
  if (item.value_of == 0) return scripts;
  const std::vector<Command<W>> commands = shrink::commands_of(script);
  if (commands.size() != script.items.size()) return scripts;
  scripts.push_back(script);
  Item& changed = scripts.back().items[position];
  changed.command = with_value(changed.command, value_in(commands[position]).value_or(0));
  changed.value_of = 0;
  changed.offset = 0;
  return scripts;
}

// ---- Commands ---------------------------------------------------------------------------------------------------------------

std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const Item& item = script.items[position];
  std::vector<Item> items;
  const auto add = [&](const Command<W>& command, std::uint32_t pgd_of = 0, std::uint32_t value_of = 0,
                       std::uint32_t offset = 0) {
    items.push_back({command, item.id, pgd_of, value_of, offset});
  };
  add(Vmalloc<W>{VmallocGfp::any, page});
  add(Ioremap<W>{device, page, false});
  if (const auto* vmalloc = std::get_if<Vmalloc<W>>(&item.command)) add(Ioremap<W>{device, vmalloc->size, false});
  if (const auto* ioremap = std::get_if<Ioremap<W>>(&item.command))
    add(Vmalloc<W>{VmallocGfp::any, ioremap->size});
  add(PgdAlloc{});
  add(GetPage{false});
  add(failing_page(0));
  add(failing_kmalloc());
  for (std::size_t i = 0; i < position; ++i) {
    const Item& earlier = script.items[i];
    if (std::holds_alternative<Vmalloc<W>>(earlier.command) ||
        std::holds_alternative<Ioremap<W>>(earlier.command)) {
      add(Vfree<W>{}, 0, earlier.id);
      add(Iounmap<W>{}, 0, earlier.id);
      add(Touch<W>{}, 0, earlier.id, item.offset);
      add(Touch<W>{}, 0, earlier.id);
      for (std::size_t j = 0; j < position; ++j) {
        if (std::holds_alternative<PgdAlloc>(script.items[j].command))
          add(Touch<W>{}, script.items[j].id, earlier.id);
      }
    }
    if (std::holds_alternative<MapUser<W>>(earlier.command)) add(Touch<W>{}, earlier.pgd_of, earlier.id);
    if (std::holds_alternative<GetPage>(earlier.command)) {
      add(PutPage<W>{}, 0, earlier.id);
      add(Reserve<W>{}, 0, earlier.id);
      add(Ioremap<W>{0, page, false}, 0, earlier.id);
    }
    if (std::holds_alternative<PgdAlloc>(earlier.command)) {
      add(PgdFree{}, earlier.id);
      add(PgdFreeFast{}, earlier.id);
      add(MapUser<W>{0, 0, false}, earlier.id);
    }
  }
  return items;
}

}  // namespace refmm::kernel_map

#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_shrink_order.hpp>
#include <refmm/tests/kernel_map_shrink_parts.hpp>
#include <refmm/tests/kernel_map_shrink_plain.hpp>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W slot_bytes = page * i386_2_4_0.entries_per_table;
constexpr W device = 0xe0000000;

/// A command; of what it names it says which of the commands in front of it made that, the nearest one being 1.
struct Plain {
  Command<W> command;
  std::uint32_t pgd_back = 0, value_back = 0;
  W offset = 0;
};
using Plains = std::vector<Plain>;

SetKnobs failing(W skipped, W pages, W kmallocs) {
  SetKnobs set{};
  if (skipped != 0) set.skip_pages = skipped;
  if (pages != 0) set.fail_pages = pages;
  if (kmallocs != 0) set.fail_kmalloc = kmallocs;
  return set;
}

/// What needs nothing that was made before.
Plains makers() {
  Plains plains{
      {Vmalloc<W>{VmallocGfp::any, page}},
      {Vmalloc<W>{VmallocGfp::any, 2 * page}},
      {Vmalloc<W>{VmallocGfp::dma, page}},
      {Ioremap<W>{device, page, false}},
      {Ioremap<W>{device, 2 * page, false}},
      {Ioremap<W>{device, page, true}},
      {Ioremap<W>{device, page - 1, false}},
      {Ioremap<W>{device, 1, false}},
      {Ioremap<W>{device + 1, page, false}},
      {Ioremap<W>{device, page + 1, false}},
      {Ioremap<W>{device, slot_bytes - page, false}},
      {Ioremap<W>{device, slot_bytes, false}},
      {Ioremap<W>{W{0} - page, page, false}},
      {PgdAlloc{}},
      {PteFreeFast{}},
      {GetPage{false}},
      {GetPage{true}},
      {failing(0, 1, 0)},
      {failing(1, 1, 0)},
      {failing(0, 0, 1)},
  };
  return plains;
}

/// What comes last: the makers, and what is done to things made before.
Plains users(std::uint32_t back) {
  Plains plains;
  for (const W offset : {W{0}, W{1}, page, 2 * page}) {
    plains.push_back({Vfree<W>{}, 0, back, offset});
    plains.push_back({Iounmap<W>{}, 0, back, offset});
    for (const bool user : {false, true}) {
      plains.push_back({Touch<W>{0, 0, user}, 0, back, offset});
      plains.push_back({Touch<W>{0, 0, user}, back, 3 - back, offset});
    }
  }
  plains.push_back({PutPage<W>{}, 0, back});
  plains.push_back({Reserve<W>{}, 0, back});
  plains.push_back({Unreserve<W>{}, 0, back});
  plains.push_back({Kmap<W>{}, 0, back});
  plains.push_back({Kunmap<W>{}, 0, back});
  plains.push_back({Ioremap<W>{0, page, false}, 0, back});
  plains.push_back({PgdFree{}, back});
  plains.push_back({PgdFreeFast{}, back});
  plains.push_back({MapUser<W>{0, 0, false}, back});
  plains.push_back({MapUser<W>{0, 0, true}, back});
  plains.push_back({ClearPageTables<W>{0, 0, 1}, back});
  return plains;
}

Plains last_commands() {
  Plains plains = makers();
  for (const std::uint32_t back : {1u, 2u}) {
    const Plains more = users(back);
    plains.insert(plains.end(), more.begin(), more.end());
  }
  plains.push_back({CheckPgtCache{0, 0}});
  plains.push_back({Ioremap<W>{0, page, false}});
  plains.push_back({Ioremap<W>{0xa0000, page, false}});
  plains.push_back({Ioremap<W>{0xa0000, 0x60000, false}});
  plains.push_back({Ioremap<W>{0x100000, page, false}});
  plains.push_back({Ioremap<W>{device, 0, false}});
  plains.push_back({Ioremap<W>{W{0} - page, 2 * page, false}});
  plains.push_back({Vfree<W>{0}});
  plains.push_back({Vfree<W>{1}});
  plains.push_back({Iounmap<W>{0}});
  plains.push_back({Kmap<W>{0}});
  plains.push_back({Touch<W>{0, i386_2_4_0.page_offset, false}});
  plains.push_back({Touch<W>{0, i386_2_4_0.page_offset, true}});
  return plains;
}

/// The script of the commands, if each names what is there.
std::optional<Script> as_script(const Boot<W>& boot, const Plains& plains) {
  Script script{boot, {}};
  for (const Plain& plain : plains) {
    const auto id = static_cast<std::uint32_t>(script.items.size() + 1);
    if (plain.pgd_back >= id || plain.value_back >= id) return std::nullopt;
    script.items.push_back({plain.command, id, plain.pgd_back == 0 ? 0 : id - plain.pgd_back,
                            plain.value_back == 0 ? 0 : id - plain.value_back, plain.offset});
  }
  return script;
}

/// The plain machine, and those that differ from it in one thing that the script has.
std::vector<Boot<W>> machines_for(const Script& script) {
  Boot<W> plain = plain_machine;
  plain.kernel.corrected = script.boot.kernel.corrected;
  std::vector<Boot<W>> machines{plain};
  const Boot<W>& boot = script.boot;
  const auto also = [&](auto change) {
    Boot<W> machine = plain;
    change(machine);
    if (!(machine == plain)) machines.push_back(machine);
  };
  also([&](Boot<W>& machine) { machine.kernel.sharing = boot.kernel.sharing; });
  also([&](Boot<W>& machine) { machine.pge = machine.pse = boot.pse; });
  also([&](Boot<W>& machine) { machine.pge = boot.pge && boot.pse; });
  also([&](Boot<W>& machine) {
    machine.config = boot.config;
    machine.highmem_pages = boot.highmem_pages == 0 ? 0 : 1;
  });
  if (!(boot == plain) && std::ranges::find(machines, boot) == machines.end()) machines.push_back(boot);
  return machines;
}

}  // namespace

bool plain_scripts(const Script& script, const Propose& propose) {
  constexpr std::size_t longest = 60;
  if (script.items.empty() || script.items.size() > longest) return false;
  static const Plains first = makers(), last = last_commands();
  static const Plains second = [] {
    Plains plains = makers(), more = users(1);
    plains.insert(plains.end(), more.begin(), more.end());
    return plains;
  }();
  const shrink::Rank now = rank(script);
  std::uint64_t left = 30'000;  // scripts
  const auto try_one = [&](const Boot<W>& boot, const Plains& plains) {
    auto plain = as_script(boot, plains);
    return plain && rank(*plain) < now && left != 0 && --left != 0 && propose(std::move(*plain));
  };
  const std::vector<Boot<W>> machines = machines_for(script);
  for (const Boot<W>& boot : machines) {
    for (const Plain& ending : last) {
      if (try_one(boot, {ending})) return true;
    }
  }
  if (script.items.size() < 2) return false;
  for (const Boot<W>& boot : machines) {
    for (const Plain& beginning : first) {
      for (const Plain& ending : last) {
        if (try_one(boot, {beginning, ending})) return true;
      }
    }
  }
  if (script.items.size() < 3) return false;
  // The last call is of the kind that the script's last one is.
  for (const Plain& beginning : first) {
    for (const Plain& middle : second) {
      for (const Plain& ending : last) {
        if (ending.command.index() != script.items.back().command.index()) continue;
        if (try_one(machines.front(), {beginning, middle, ending})) return true;
        if (machines.size() > 1 && try_one(machines.back(), {beginning, middle, ending})) return true;
      }
    }
  }
  return false;
}

}  // namespace refmm::kernel_map

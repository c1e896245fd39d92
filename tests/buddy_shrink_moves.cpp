// The moves that make a script of the page allocator simpler, beside those of any family (tests/shrink_moves.hpp).
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/tests/buddy_shrink.hpp>
#include <refmm/tests/buddy_shrink_plain.hpp>
#include <refmm/tests/shrink_moves.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {

namespace {

using W = std::uint32_t;

Script with(const Script& script, std::size_t position, const Command<W>& command) {
  return shrink::with(script, position, Item{command, script.items[position].id, script.items[position].from});
}

// ---- Plainer zones ------------------------------------------------------------------------------------------------------------

/// The zone with its first frame elsewhere, and everything else in it where it was.
Boot<W> moved_to(Boot<W> boot, W start) {
  const W by = start - boot.zone_start;
  boot.zone_start = start;
  if (boot.bootmap && *boot.bootmap != 0) *boot.bootmap += by;
  for (auto& range : boot.reserved) range = {range.first + by, range.last + by};
  return boot;
}

/// The zone with another number of frames, and the reserved ones cut to it.
Boot<W> resized(Boot<W> boot, W pages) {
  boot.zone_pages = pages;
  const W end = boot.zone_start + pages;
  if (boot.bootmap && *boot.bootmap >= end) boot.bootmap = boot.zone_start;
  std::erase_if(boot.reserved, [&](const auto& range) { return range.first >= end; });
  for (auto& range : boot.reserved) range.last = std::min(range.last, end - 1);
  return boot;
}

/// Small sizes and powers of two, and sizes a part smaller.
std::vector<W> other_sizes(W pages) {
  std::vector<W> sizes;
  for (W size = 1; size <= 2048; size *= 2) sizes.push_back(size);
  for (W size = 1; size < std::min(pages, 40u); ++size) sizes.push_back(size);
  for (W part = pages / 2; part != 0; part /= 2) sizes.push_back(pages - part);
  return sizes;
}

std::vector<Boot<W>> other_boots(const Boot<W>& boot) {
  std::vector<Boot<W>> boots;
  const auto add = [&](auto change) {
    Boot<W> changed = boot;
    change(changed);
    boots.push_back(std::move(changed));
  };
  if (boot.free != AtBoot::boot) add([](auto& b) { b.free = AtBoot::boot; });
  if (!boot.reserved.empty()) add([](auto& b) { b.reserved.clear(); });
  for (std::size_t i = 0; i < boot.reserved.size(); ++i) {
    add([&](auto& b) { b.reserved.erase(b.reserved.begin() + static_cast<std::ptrdiff_t>(i)); });
    add([&](auto& b) { b.reserved[i].last = b.reserved[i].first; });
    add([&](auto& b) { b.reserved[i].first = b.reserved[i].last; });
    if (i == 0 && boot.reserved[0].first > boot.zone_start)
      add([](auto& b) {
        b.reserved[0] = {b.zone_start, b.zone_start + b.reserved[0].last - b.reserved[0].first};
      });
  }
  if (boot.bootmap) {
    add([](auto& b) { b.bootmap.reset(); });
    for (const W map : {W{0}, boot.zone_start, boot.zone_start + 1}) add([&](auto& b) { b.bootmap = map; });
  }
  for (const W pages : other_sizes(boot.zone_pages)) boots.push_back(resized(boot, pages));
  for (const W start : {64u, 0u, 1u, boot.zone_start / 2}) boots.push_back(moved_to(boot, start));
  for (W start = 32768 + 9; start-- > 32768;) {
    if (start > boot.zone_pages) boots.push_back(moved_to(boot, start - boot.zone_pages));
  }
  return boots;
}

bool another_zone(const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  return std::ranges::any_of(other_boots(script.boot), [&](const Boot<W>& boot) {
    Script changed{boot, script.items};
    return rank(changed) < now && propose(std::move(changed));
  });
}

/// Another zone in which some of the commands are not needed.
bool remove_after_another_zone(const Script& script, const Propose& propose) {
  if (script.items.size() > 30) return false;
  return std::ranges::any_of(other_boots(script.boot), [&](const Boot<W>& boot) {
    const Script changed{boot, script.items};
    return propose(changed) || shrink::remove_any_run(changed, propose);
  });
}

void make_order_smaller(Item& item) {
  std::visit(
      [](auto& call) {
        if constexpr (requires { call.order; }) call.order -= call.order != 0 ? 1 : 0;
      },
      item.command);
}

/// All orders, and if need be another size of the zone.
bool smaller_orders(const Script& script, const Propose& propose) {
  Script changed = script;
  std::ranges::for_each(changed.items, make_order_smaller);
  if (changed == script) return false;
  if (propose(changed)) return true;
  return std::ranges::any_of(other_sizes(script.boot.zone_pages), [&](W pages) {
    return propose(Script{resized(changed.boot, pages), changed.items});
  });
}

// ---- Plainer commands ---------------------------------------------------------------------------------------------------------

std::vector<std::uint32_t> smaller(std::uint32_t number) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < std::min(number, 40u); ++i) numbers.push_back(i);
  for (std::uint32_t part = number / 2; part != 0; part /= 2) numbers.push_back(number - part);
  return numbers;
}

/// The command with one argument plainer.
std::vector<Command<W>> plainer(const Command<W>& command) {
  std::vector<Command<W>> commands;
  const auto add = [&](auto call, auto change) {
    change(call);
    commands.push_back(call);
  };
  std::visit(
      [&](const auto& call) {
        if constexpr (requires { call.order; })
          for (const std::uint32_t order : smaller(call.order)) add(call, [&](auto& c) { c.order = order; });
        if constexpr (requires { call.pfn; })
          for (const W frame : smaller(call.pfn)) add(call, [&](auto& c) { c.pfn = frame; });
        if constexpr (requires { call.mark; })
          for (std::uint32_t flag = 1; flag <= PG_reserved; flag <<= 1)
            add(call, [&](auto& c) { c.mark = {.flags = flag, .buffers = false, .mapping = false}; });
        if constexpr (requires { call.frames; }) {
          for (const W first : smaller(call.frames.first)) {
            add(call, [&](auto& c) { c.frames.first = first; });
            add(call, [&](auto& c) { c.frames = {first, first + c.frames.last - c.frames.first}; });
          }
          for (const W frames : smaller(call.frames.last - call.frames.first))
            add(call, [&](auto& c) { c.frames.last = c.frames.first + frames; });
        }
      },
      command);
  if (const auto* raw = std::get_if<FreePagesOk<W>>(&command))
    commands.push_back(FreePages<W>{raw->pfn, raw->order});
  return commands;
}

bool plainer_arguments(const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Command<W>& command : plainer(script.items[i].command)) {
      Script changed = with(script, i, command);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

/// An allocation of another order, and what is done to its block likewise.
bool plainer_block(const Script& script, const Propose& propose) {
  for (const Item& alloc : script.items) {
    const auto* asked = std::get_if<AllocPages>(&alloc.command);
    if (!asked || asked->order == 0) continue;
    Script changed = script;
    for (Item& item : changed.items) {
      if (item.id == alloc.id || item.from == alloc.id) make_order_smaller(item);
    }
    if (propose(std::move(changed))) return true;
  }
  return false;
}

/// Plain commands that may stand in for another.
std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const std::uint32_t id = script.items[position].id;
  std::vector<Item> items{{AllocPages{0}, id, 0}, {AllocPages{1}, id, 0}};
  for (std::size_t i = 0; i < position; ++i) {
    const auto* asked = std::get_if<AllocPages>(&script.items[i].command);
    if (!asked) continue;
    items.push_back({FreePages<W>{0, asked->order}, id, script.items[i].id});
    items.push_back({FreePagesOk<W>{0, asked->order}, id, script.items[i].id});
    if (asked->order != 0) items.push_back({FreePagesOk<W>{0, 0}, id, script.items[i].id});
    items.push_back({GetPage<W>{0}, id, script.items[i].id});
  }
  return items;
}

bool replace_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 40) return false;
  const shrink::Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = shrink::with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

/// One command by another, and one less.
bool remove_after_replacing(const Script& script, const Propose& propose) {
  if (script.items.size() > 12) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      const Script changed = shrink::with(script, i, item);
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(shrink::without(changed, {j}))) return true;
      }
    }
  }
  return false;
}

bool plainest(const Script& script, const Propose& propose) {
  if (script.items.size() > 60) return false;
  return shrink::simplest_first<BuddyFamily>(script, propose, plainest_scripts(script));
}

constexpr std::array<Move, 12> all_moves{shrink::remove_runs<BuddyFamily>,
                                         another_zone,
                                         shrink::remove_pairs<BuddyFamily>,
                                         smaller_orders,
                                         plainer_block,
                                         plainer_arguments,
                                         replace_commands,
                                         shrink::remove_triples<BuddyFamily>,
                                         shrink::reorder<BuddyFamily>,
                                         remove_after_another_zone,
                                         remove_after_replacing,
                                         plainest};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::buddy

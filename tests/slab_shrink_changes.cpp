#include <refmm/model/kmalloc.hpp>
#include <refmm/tests/slab_shrink_changes.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace refmm::slab {

// ---- Caches -------------------------------------------------------------------------------------------------------------

namespace {

/// What becomes of the creation of a cache that is replaced by a general one.
enum class Creation { goes, becomes_a_request };

/// The script with everything that is done to the cache `from` done to the general cache of `size` bytes.
Script with_general_cache(const Script& script, const Name& from, std::uint32_t size, Creation creation) {
  const Name general = model::general_name(size, false);
  Script changed{script.boot, {}};
  for (Item item : script.items) {
    if (cache_of(item.command) == from) {
      if (std::holds_alternative<CacheCreate>(item.command)) {
        if (creation == Creation::goes) continue;
        item.command = Kmalloc{size, SLAB_KERNEL};
      } else if (auto* alloc = std::get_if<CacheAlloc>(&item.command)) {
        item.command = Kmalloc{size, alloc->flags};
      } else if (auto* kmalloc = std::get_if<Kmalloc>(&item.command)) {
        *kmalloc = {size, kmalloc->flags & ~GFP_DMA};
      } else if (auto* shrink = std::get_if<CacheShrink>(&item.command)) {
        shrink->cache = general;
      } else if (auto* destroy = std::get_if<CacheDestroy>(&item.command)) {
        destroy->cache = general;
      }
    }
    changed.items.push_back(item);
  }
  // Objects of kmalloc go back by kfree.
  for (Item& item : changed.items) {
    const auto freed = std::ranges::find(changed.items, item.frees, &Item::id);
    if (item.frees != 0 && freed != changed.items.end() && std::holds_alternative<Kmalloc>(freed->command))
      item.command = Kfree{Object{}};
  }
  return changed;
}

/// The script with everything that is done to the cache `from` done to `to`, which is there anyway.
Script with_caches_joined(const Script& script, const Name& from, const Name& to) {
  Script changed{script.boot, {}};
  for (Item item : script.items) {
    if (auto* create = std::get_if<CacheCreate>(&item.command); create && create->name == from) continue;
    if (auto* alloc = std::get_if<CacheAlloc>(&item.command); alloc && alloc->cache == from) alloc->cache = to;
    if (auto* shrink = std::get_if<CacheShrink>(&item.command); shrink && shrink->cache == from)
      shrink->cache = to;
    if (auto* destroy = std::get_if<CacheDestroy>(&item.command); destroy && destroy->cache == from)
      destroy->cache = to;
    changed.items.push_back(item);
  }
  return changed;
}

}  // namespace

std::vector<Script> with_other_caches(const Script& script) {
  const std::vector<Name> created = created_caches(script);
  std::vector<Script> changed;
  for (const Name& from : used_caches(script)) {
    const bool was_created = std::ranges::find(created, from) != created.end();
    for (const std::uint32_t size : model::general_sizes) {
      changed.push_back(with_general_cache(script, from, size, Creation::goes));
      changed.push_back(with_caches_joined(script, from, model::general_name(size, true)));
      if (was_created) changed.push_back(with_general_cache(script, from, size, Creation::becomes_a_request));
    }
    for (const Name& to : created) {
      if (!(from == to)) changed.push_back(with_caches_joined(script, from, to));
    }
  }
  return changed;
}

std::vector<Script> with_shifted_requests(const Script& script) {
  std::vector<Script> changed;
  const auto& sizes = model::general_sizes;
  constexpr int classes = static_cast<int>(sizes.size());
  for (int distance = 1 - classes; distance < classes; ++distance) {
    Script shifted = script;
    bool within = distance != 0;
    for (Item& item : shifted.items) {
      auto* kmalloc = std::get_if<Kmalloc>(&item.command);
      if (!kmalloc) continue;
      const auto general = std::ranges::lower_bound(sizes, kmalloc->size) - sizes.begin();
      const int target = static_cast<int>(general) + distance;
      within = within && 0 <= target && target < classes;
      if (within) kmalloc->size = sizes[static_cast<std::size_t>(target)];
    }
    if (within) changed.push_back(std::move(shifted));
  }
  return changed;
}

namespace {

/// Calls `change(position, call)` for each creation.
void for_each_creation(const Script& script, auto change) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (const auto* create = std::get_if<CacheCreate>(&script.items[i].command)) change(i, *create);
  }
}

}  // namespace

std::vector<Script> with_round_creations(const Script& script) {
  std::vector<Script> changed;
  for_each_creation(script, [&](std::size_t position, CacheCreate create) {
    for (const std::uint32_t size : round_object_sizes()) {
      create.size = size;
      create.offset = std::min(create.offset, size);
      changed.push_back(with(script, position, Command(create)));
    }
  });
  return changed;
}

std::vector<Script> with_plain_creations(const Script& script) {
  std::vector<Script> changed;
  constexpr std::uint32_t very_large = 0xffffffff;
  for_each_creation(script, [&](std::size_t position, const CacheCreate& create) {
    for (const std::uint32_t size : plainer_object_sizes(very_large)) {
      const CacheCreate plain{
          .name = create.name, .size = size, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
      changed.push_back(with(script, position, Command(plain)));
    }
  });
  return changed;
}

// ---- Machines -----------------------------------------------------------------------------------------------------------

std::vector<Script> with_other_machines(const Script& script) {
  std::vector<Script> changed;
  for (const std::uint32_t ram_pages : {i386_2_4_0.ram_pages, Machine::small_ram_pages, script.boot.ram_pages}) {
    for (const std::uint32_t line : {32u, 16u, 64u, 128u}) {
      changed.push_back(script);
      changed.back().boot.ram_pages = ram_pages;
      changed.back().boot.l1_cache_bytes = line;
    }
  }
  return changed;
}

// ---- Knobs --------------------------------------------------------------------------------------------------------------

namespace {

using Knob = std::optional<std::uint32_t> SetKnobs::*;
constexpr std::array<Knob, 3> knobs{&SetKnobs::fail_pages, &SetKnobs::fail_skip, &SetKnobs::reap_before};

/// The first, with what the second sets.
SetKnobs merged(SetKnobs first, const SetKnobs& second) {
  for (const Knob knob : knobs) {
    if (second.*knob) first.*knob = second.*knob;
  }
  if (second.in_interrupt) first.in_interrupt = second.in_interrupt;
  return first;
}

/// The script with one of the knobs at `position` at each lower value, and not set.
void append_lower_knobs(std::vector<Script>& changed, const Script& script, std::size_t position) {
  for (const Knob knob : knobs) {
    SetKnobs set = std::get<SetKnobs>(script.items[position].command);
    if (!(set.*knob)) continue;
    const std::uint32_t value = *(set.*knob);
    (set.*knob).reset();
    changed.push_back(with(script, position, Command(set)));
    for (std::uint32_t lower = 0; lower < value; ++lower) {
      set.*knob = lower;
      changed.push_back(with(script, position, Command(set)));
    }
  }
}

bool sets_knobs(const Item& item) { return std::holds_alternative<SetKnobs>(item.command); }

}  // namespace

std::vector<Script> with_other_knobs(const Script& script) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (!sets_knobs(script.items[i])) continue;
    append_lower_knobs(changed, script, i);
    for (std::size_t later = i + 1; later < script.items.size(); ++later) {
      if (!sets_knobs(script.items[later])) continue;
      const Command both =
          merged(std::get<SetKnobs>(script.items[i].command), std::get<SetKnobs>(script.items[later].command));
      for (const auto& [kept, gone] : {std::pair(i, later), std::pair(later, i)}) {
        const Script one_less = without(with(script, kept, both), {gone});
        changed.push_back(one_less);
        append_lower_knobs(changed, one_less, kept < gone ? kept : kept - 1);
      }
    }
  }
  return changed;
}

// ---- Commands -----------------------------------------------------------------------------------------------------------

std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const std::uint32_t id = script.items[position].id;
  std::vector<Item> items;
  for (const std::uint32_t size : model::general_sizes) items.push_back({Kmalloc{size, SLAB_KERNEL}, id});
  for (std::size_t i = 0; i < position; ++i) {
    if (!allocates(script.items[i])) continue;
    items.push_back({Kfree{Object{}}, id, script.items[i].id});
    items.push_back({CacheFree{Object{}}, id, script.items[i].id});
  }
  std::set<Name> caches;
  for (const Item& item : script.items) {
    if (const auto cache = cache_of(item.command)) caches.insert(*cache);
  }
  for (const Name& cache : caches) {
    items.push_back({CacheShrink{cache}, id});
    items.push_back({CacheAlloc{cache, SLAB_KERNEL}, id});
    items.push_back({CacheDestroy{cache}, id});
  }
  items.push_back({CacheReap{SLAB_KERNEL}, id});
  if (const auto* create = std::get_if<CacheCreate>(&script.items[position].command)) {
    CacheCreate renamed = *create;
    for (const Name& name : created_caches(script)) {
      renamed.name = name;
      items.push_back({renamed, id});
    }
  }
  return items;
}

}  // namespace refmm::slab

#include <refmm/model/slab.hpp>
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/shrink_order.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace refmm::shrink {

namespace {

// ---- Parts of scripts -------------------------------------------------------------------------------------------------

Script without(const Script& script, std::initializer_list<std::size_t> positions) {
  Script rest{script.machine, {}};
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (std::ranges::find(positions, i) == positions.end()) rest.items.push_back(script.items[i]);
  }
  return rest;
}

Script with(const Script& script, std::size_t position, const Item& item) {
  Script changed = script;
  changed.items[position] = item;
  return changed;
}

Script with(const Script& script, std::size_t position, const slab::Command& command) {
  return with(script, position, Item{command, script.items[position].id, script.items[position].frees});
}

bool allocates(const Item& item) {
  return std::holds_alternative<slab::CacheAlloc>(item.command) ||
         std::holds_alternative<slab::Kmalloc>(item.command);
}

std::vector<Name> created_caches(const Script& script) {
  std::vector<Name> names;
  for (const Item& item : script.items) {
    const auto* create = std::get_if<slab::CacheCreate>(&item.command);
    if (create && create->name && std::ranges::find(names, *create->name) == names.end())
      names.push_back(*create->name);
  }
  return names;
}

/// The name of a cache in a command, if the command is about one; kmalloc is about a general cache.
std::optional<Name> cache_of(const slab::Command& command) {
  if (const auto* create = std::get_if<slab::CacheCreate>(&command)) return create->name;
  if (const auto* alloc = std::get_if<slab::CacheAlloc>(&command)) return alloc->cache;
  if (const auto* shrink = std::get_if<slab::CacheShrink>(&command)) return shrink->cache;
  if (const auto* destroy = std::get_if<slab::CacheDestroy>(&command)) return destroy->cache;
  if (const auto* kmalloc = std::get_if<slab::Kmalloc>(&command))
    return model::find_general_cachep(kmalloc->size, kmalloc->flags).value;
  return std::nullopt;
}

}  // namespace

// ---- Fewer commands ---------------------------------------------------------------------------------------------------

bool remove_runs(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  for (std::size_t length = count; length != 0; length /= 2) {
    // From the end: what comes late depends on what came before.
    for (std::size_t end = count; end > 0; end -= std::min(end, length)) {
      const std::size_t begin = end - std::min(end, length);
      Script rest = script;
      rest.items.erase(rest.items.begin() + static_cast<std::ptrdiff_t>(begin),
                       rest.items.begin() + static_cast<std::ptrdiff_t>(end));
      if (propose(std::move(rest))) return true;
    }
  }
  return false;
}

bool remove_pairs(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  if (count > 80) return false;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (propose(without(script, {i, j}))) return true;
    }
  }
  return false;
}

bool remove_triples(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  if (count > 16) return false;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      for (std::size_t k = j + 1; k < count; ++k) {
        if (propose(without(script, {i, j, k}))) return true;
      }
    }
  }
  return false;
}

// ---- Plainer caches ---------------------------------------------------------------------------------------------------

namespace {

/// The script with everything that is done to the cache `from` done to the general cache of `size` bytes.
Script with_general_cache(const Script& script, const Name& from, std::uint32_t size) {
  const Name general = model::general_name(size, false);
  Script changed{script.machine, {}};
  for (Item item : script.items) {
    if (cache_of(item.command) == from) {
      if (std::holds_alternative<slab::CacheCreate>(item.command)) continue;
      if (auto* alloc = std::get_if<slab::CacheAlloc>(&item.command)) {
        item.command = slab::Kmalloc{size, alloc->flags};
      } else if (auto* kmalloc = std::get_if<slab::Kmalloc>(&item.command)) {
        *kmalloc = {size, kmalloc->flags & ~slab::GFP_DMA};
      } else if (auto* shrink = std::get_if<slab::CacheShrink>(&item.command)) {
        shrink->cache = general;
      } else if (auto* destroy = std::get_if<slab::CacheDestroy>(&item.command)) {
        destroy->cache = general;
      }
    }
    changed.items.push_back(item);
  }
  // Objects of kmalloc go back by kfree.
  for (Item& item : changed.items) {
    const auto freed = std::ranges::find(changed.items, item.frees, &Item::id);
    if (item.frees != 0 && freed != changed.items.end() && std::holds_alternative<slab::Kmalloc>(freed->command))
      item.command = slab::Kfree{slab::Object{}};
  }
  return changed;
}

/// The script with everything that is done to the cache `from` done to `to`, which is created as well.
Script with_caches_joined(const Script& script, const Name& from, const Name& to) {
  Script changed{script.machine, {}};
  for (Item item : script.items) {
    if (auto* create = std::get_if<slab::CacheCreate>(&item.command); create && create->name == from) continue;
    if (auto* alloc = std::get_if<slab::CacheAlloc>(&item.command); alloc && alloc->cache == from)
      alloc->cache = to;
    if (auto* shrink = std::get_if<slab::CacheShrink>(&item.command); shrink && shrink->cache == from)
      shrink->cache = to;
    if (auto* destroy = std::get_if<slab::CacheDestroy>(&item.command); destroy && destroy->cache == from)
      destroy->cache = to;
    changed.items.push_back(item);
  }
  return changed;
}

}  // namespace

bool replace_caches(const Script& script, const Propose& propose) {
  const std::vector<Name> created = created_caches(script);
  std::vector<Name> used;
  for (const Item& item : script.items) {
    const auto name = cache_of(item.command);
    if (name && std::ranges::find(used, *name) == used.end()) used.push_back(*name);
  }
  for (const Name& from : used) {
    for (const std::uint32_t size : model::general_sizes) {
      if (propose(with_general_cache(script, from, size))) return true;
    }
  }
  for (const Name& from : created) {
    for (const Name& to : created) {
      if (!(from == to) && propose(with_caches_joined(script, from, to))) return true;
    }
  }
  return false;
}

bool rename_caches(const Script& script, const Propose& propose) {
  Script changed = script;
  std::vector<std::pair<Name, Name>> renamed;
  const auto rename = [&](Name& name) {
    const auto found = std::ranges::find(renamed, name, &std::pair<Name, Name>::first);
    if (found != renamed.end()) name = found->second;
  };
  for (const Name& name : created_caches(script)) {
    renamed.emplace_back(name, Name(std::string(1, static_cast<char>('a' + renamed.size() % 26))));
  }
  if (renamed.size() > 26) return false;
  for (Item& item : changed.items) {
    if (auto* create = std::get_if<slab::CacheCreate>(&item.command); create && create->name)
      rename(*create->name);
    if (auto* alloc = std::get_if<slab::CacheAlloc>(&item.command)) rename(alloc->cache);
    if (auto* shrink = std::get_if<slab::CacheShrink>(&item.command); shrink && shrink->cache)
      rename(*shrink->cache);
    if (auto* destroy = std::get_if<slab::CacheDestroy>(&item.command); destroy && destroy->cache)
      rename(*destroy->cache);
  }
  return propose(std::move(changed));
}

// ---- Plainer machine and arguments ------------------------------------------------------------------------------------

bool plainer_machine(const Script& script, const Propose& propose) {
  Script changed = script;
  changed.machine = i386_2_4_0;
  if (propose(changed)) return true;
  changed.machine.l1_cache_bytes = script.machine.l1_cache_bytes;
  if (propose(changed)) return true;
  changed.machine = script.machine;
  changed.machine.l1_cache_bytes = i386_2_4_0.l1_cache_bytes;
  return propose(std::move(changed));
}

bool plainer_together(const Script& script, const Propose& propose) {
  Script changed = script;
  for (Item& item : changed.items) {
    if (auto* alloc = std::get_if<slab::CacheAlloc>(&item.command)) alloc->flags = slab::SLAB_KERNEL;
    if (auto* kmalloc = std::get_if<slab::Kmalloc>(&item.command)) kmalloc->flags = slab::SLAB_KERNEL;
    if (auto* reap = std::get_if<slab::CacheReap>(&item.command)) reap->gfp_mask = slab::SLAB_KERNEL;
  }
  return propose(std::move(changed));
}

namespace {

std::vector<std::uint32_t> plainer_flags(std::uint32_t flags) {
  std::vector<std::uint32_t> candidates{slab::SLAB_KERNEL, slab::SLAB_ATOMIC, slab::SLAB_USER,
                                        slab::SLAB_BUFFER, slab::GFP_KSWAPD,  0u};
  for (std::uint32_t bit = slab::GFP_DMA; bit <= slab::SLAB_NO_GROW; bit <<= 1) {
    if (flags & bit) candidates.push_back(flags & ~bit);
  }
  for (const std::uint32_t level : {slab::SLAB_KERNEL, slab::SLAB_ATOMIC}) {
    candidates.push_back((flags & ~slab::SLAB_LEVEL_MASK) | level);
  }
  std::erase_if(candidates, [&](std::uint32_t f) { return plainness_of_flags(f) >= plainness_of_flags(flags); });
  return candidates;
}

/// Offers the command with one argument plainer, `offer` returning true when it has enough.
struct Plainer {
  const std::function<bool(const slab::Command&)>& offer;

  bool operator()(const slab::CacheCreate& call) const {
    for (const std::uint32_t size : plainer_object_sizes(call.size)) {
      if (offer_changed(call, [&](auto& c) { c.size = size, c.offset = std::min(c.offset, size); })) return true;
    }
    for (std::uint32_t offset = 0; offset < std::min(call.offset, 300u); ++offset) {
      if (offer_changed(call, [&](auto& c) { c.offset = offset; })) return true;
    }
    for (std::uint32_t step = call.offset / 2; step != 0; step /= 2) {
      if (offer_changed(call, [&](auto& c) { c.offset -= step; })) return true;
    }
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
      if ((call.flags & bit) && offer_changed(call, [&](auto& c) { c.flags &= ~bit; })) return true;
    }
    if (call.ctor && offer_changed(call, [](auto& c) { c.ctor = c.dtor = false; })) return true;
    return call.dtor && offer_changed(call, [](auto& c) { c.dtor = false; });
  }
  bool operator()(const slab::CacheAlloc& call) const { return offer_flags(call, &slab::CacheAlloc::flags); }
  bool operator()(const slab::CacheReap& call) const { return offer_flags(call, &slab::CacheReap::gfp_mask); }
  bool operator()(const slab::Kmalloc& call) const {
    return offer_sizes(call) || offer_flags(call, &slab::Kmalloc::flags);
  }
  bool operator()(const slab::FindGeneralCachep& call) const {
    return offer_sizes(call) || offer_flags(call, &slab::FindGeneralCachep::gfpflags);
  }
  bool operator()(const slab::SetKnobs& call) const {
    using Knob = std::optional<std::uint32_t> slab::SetKnobs::*;
    for (const Knob knob :
         {&slab::SetKnobs::fail_pages, &slab::SetKnobs::fail_skip, &slab::SetKnobs::reap_before}) {
      if (!(call.*knob)) continue;
      if (offer_changed(call, [&](auto& c) { (c.*knob).reset(); })) return true;
      for (std::uint32_t value = 0; value < *(call.*knob); ++value) {
        if (offer_changed(call, [&](auto& c) { c.*knob = value; })) return true;
      }
    }
    return call.in_interrupt && offer_changed(call, [](auto& c) { c.in_interrupt.reset(); });
  }
  bool operator()(const auto&) const { return false; }  // has no arguments that could be plainer

  bool offer_changed(const auto& call, auto change) const {
    auto changed = call;
    change(changed);
    return offer(changed);
  }
  bool offer_flags(const auto& call, auto flags) const {
    return std::ranges::any_of(plainer_flags(call.*flags), [&](std::uint32_t plainer) {
      return offer_changed(call, [&](auto& c) { c.*flags = plainer; });
    });
  }
  bool offer_sizes(const auto& call) const {
    return std::ranges::any_of(plainer_requests(call.size), [&](std::uint32_t plainer) {
      return offer_changed(call, [&](auto& c) { c.size = plainer; });
    });
  }
};

}  // namespace

bool plainer_arguments(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    const std::function<bool(const slab::Command&)> offer = [&](const slab::Command& command) {
      return propose(with(script, i, command));
    };
    if (std::visit(Plainer{offer}, script.items[i].command)) return true;
  }
  return false;
}

// ---- Other commands ---------------------------------------------------------------------------------------------------

bool free_another(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].frees == 0) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (!allocates(script.items[j]) || script.items[j].id == script.items[i].frees) continue;
      // Where another item frees that object, the two change places.
      Script changed = script;
      const auto other = std::ranges::find(changed.items, script.items[j].id, &Item::frees);
      if (other != changed.items.end()) other->frees = script.items[i].frees;
      changed.items[i].frees = script.items[j].id;
      if (propose(std::move(changed))) return true;
    }
  }
  return false;
}

namespace {

/// Plain commands that may stand in for the item at `position`.
std::vector<Item> stand_ins(const Script& script, std::size_t position) {
  const std::uint32_t id = script.items[position].id;
  std::vector<Item> items;
  for (const std::uint32_t size : model::general_sizes)
    items.push_back({slab::Kmalloc{size, slab::SLAB_KERNEL}, id});
  for (std::size_t i = 0; i < position; ++i) {
    if (!allocates(script.items[i])) continue;
    items.push_back({slab::Kfree{slab::Object{}}, id, script.items[i].id});
    items.push_back({slab::CacheFree{slab::Object{}}, id, script.items[i].id});
  }
  std::set<Name> caches;
  for (const Item& item : script.items) {
    if (const auto cache = cache_of(item.command)) caches.insert(*cache);
  }
  for (const Name& cache : caches) {
    items.push_back({slab::CacheShrink{cache}, id});
    items.push_back({slab::CacheAlloc{cache, slab::SLAB_KERNEL}, id});
    items.push_back({slab::CacheDestroy{cache}, id});
  }
  items.push_back({slab::CacheReap{slab::SLAB_KERNEL}, id});
  return items;
}

}  // namespace

bool replace_commands(const Script& script, const Propose& propose) {
  const Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

bool replace_and_remove(const Script& script, const Propose& propose) {
  if (script.items.size() > 12) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      const Script changed = with(script, i, item);
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(without(changed, {j}))) return true;
      }
    }
  }
  return false;
}

// ---- Order --------------------------------------------------------------------------------------------------------------

bool reorder(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  if (count > 60) return false;
  const Rank now = rank(script);
  for (std::size_t from = 1; from < count; ++from) {
    for (std::size_t to = 0; to < from; ++to) {
      Script changed = script;
      std::rotate(changed.items.begin() + static_cast<std::ptrdiff_t>(to),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from) + 1);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

}  // namespace refmm::shrink

#include <refmm/model/slab.hpp>
#include <refmm/tests/shrink_parts.hpp>

#include <algorithm>

namespace refmm::shrink {

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

std::optional<Name> cache_of(const slab::Command& command) {
  if (const auto* create = std::get_if<slab::CacheCreate>(&command)) return create->name;
  if (const auto* alloc = std::get_if<slab::CacheAlloc>(&command)) return alloc->cache;
  if (const auto* shrink = std::get_if<slab::CacheShrink>(&command)) return shrink->cache;
  if (const auto* destroy = std::get_if<slab::CacheDestroy>(&command)) return destroy->cache;
  if (const auto* kmalloc = std::get_if<slab::Kmalloc>(&command))
    return model::find_general_cachep(kmalloc->size, kmalloc->flags).value;
  return std::nullopt;
}

std::vector<Name> used_caches(const Script& script) {
  std::vector<Name> names;
  for (const Item& item : script.items) {
    const auto name = cache_of(item.command);
    if (name && std::ranges::find(names, *name) == names.end()) names.push_back(*name);
  }
  return names;
}

}  // namespace refmm::shrink

#include <refmm/model/slab.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>

#include <algorithm>

namespace refmm::slab {

Script with(const Script& script, std::size_t position, const Command& command) {
  return shrink::with(script, position, Item{command, script.items[position].id, script.items[position].frees});
}

bool allocates(const Item& item) {
  return std::holds_alternative<CacheAlloc>(item.command) || std::holds_alternative<Kmalloc>(item.command);
}

std::vector<Name> created_caches(const Script& script) {
  std::vector<Name> names;
  for (const Item& item : script.items) {
    const auto* create = std::get_if<CacheCreate>(&item.command);
    if (create && create->name && std::ranges::find(names, *create->name) == names.end())
      names.push_back(*create->name);
  }
  return names;
}

std::optional<Name> cache_of(const Command& command) {
  if (const auto* create = std::get_if<CacheCreate>(&command)) return create->name;
  if (const auto* alloc = std::get_if<CacheAlloc>(&command)) return alloc->cache;
  if (const auto* shrink = std::get_if<CacheShrink>(&command)) return shrink->cache;
  if (const auto* destroy = std::get_if<CacheDestroy>(&command)) return destroy->cache;
  if (const auto* kmalloc = std::get_if<Kmalloc>(&command))
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

}  // namespace refmm::slab

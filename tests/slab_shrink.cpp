#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/slab_shrink.hpp>

#include <algorithm>
#include <utility>

namespace refmm::slab {

namespace {

const Object* object_of(const Command& command) {
  if (const auto* free = std::get_if<CacheFree>(&command)) return &free->object;
  const auto* kfree = std::get_if<Kfree>(&command);
  return kfree && kfree->object ? &*kfree->object : nullptr;
}

}  // namespace

Script script_of(const Machine& machine, std::span<const Command> commands) {
  Script script{machine, {}};
  State state = model::boot(machine);
  std::vector<std::pair<Object, std::uint32_t>> in_use;
  for (const Command& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    if (const Object* object = object_of(command)) {
      const auto found = std::ranges::find(in_use, *object, &std::pair<Object, std::uint32_t>::first);
      item.frees = found->second;
      in_use.erase(found);
    }
    auto outcome = model::step(machine, std::move(state), command);
    state = std::move(outcome.state);
    if (const auto* object = std::get_if<Object>(&outcome.result)) in_use.emplace_back(*object, item.id);
    script.items.push_back(item);
  }
  return script;
}

std::optional<Command> Resolver::resolve(const Item& item, const State& now) const {
  const Name& head = now.chain.front().name;
  if (item.frees != 0) {
    const auto object = in_use_.find(item.frees);
    if (object == in_use_.end()) return std::nullopt;
    if (std::holds_alternative<Kfree>(item.command)) return Kfree{object->second};
    return CacheFree{object->second};
  }
  if (const auto* create = std::get_if<CacheCreate>(&item.command)) {
    if (create->name == head) return std::nullopt;  // [slab.create.name_of_head]
  } else if (const auto* alloc = std::get_if<CacheAlloc>(&item.command)) {
    if (alloc->cache == head || !cache_named(now, alloc->cache)) return std::nullopt;
  } else if (const auto* shrink = std::get_if<CacheShrink>(&item.command)) {
    if (shrink->cache && !cache_named(now, *shrink->cache)) return std::nullopt;
  } else if (const auto* destroy = std::get_if<CacheDestroy>(&item.command)) {
    if (!destroy->cache) return item.command;
    const Cache* cache = cache_named(now, *destroy->cache);
    if (!cache || destroy->cache == head) return std::nullopt;  // [slab.destroy.head]
    // kmalloc could not do without a general cache.
    if (cache->name.view().starts_with("size-") && objects_in_use(*cache) == 0) return std::nullopt;
  }
  return item.command;
}

void Resolver::note(const Item& item, const Result& result) {
  if (item.frees != 0) in_use_.erase(item.frees);
  if (const auto* object = std::get_if<Object>(&result)) in_use_.insert_or_assign(item.id, *object);
}

}  // namespace refmm::slab

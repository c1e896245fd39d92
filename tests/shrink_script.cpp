#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <algorithm>
#include <utility>

namespace refmm::shrink {

namespace {

const slab::Object* object_of(const slab::Command& command) {
  if (const auto* free = std::get_if<slab::CacheFree>(&command)) return &free->object;
  const auto* kfree = std::get_if<slab::Kfree>(&command);
  return kfree && kfree->object ? &*kfree->object : nullptr;
}

/// Calls `visit(command, result)` for what a script comes to in the model, up to a usage error.
void carry_out(const Script& script, auto visit) {
  slab::State state = model::boot(script.machine);
  Resolver resolver;
  for (const Item& item : script.items) {
    const auto command = resolver.resolve(item, state);
    if (!command) continue;
    auto outcome = model::step(script.machine, std::move(state), *command);
    state = std::move(outcome.state);
    resolver.note(item, outcome.result);
    visit(*command);
    const auto* refused = std::get_if<slab::Refused>(&outcome.result);
    if (refused && slab::is_bug(refused->refusal)) return;
  }
}

}  // namespace

Script script_of(const Machine& machine, std::span<const slab::Command> commands) {
  Script script{machine, {}};
  slab::State state = model::boot(machine);
  std::vector<std::pair<slab::Object, std::uint32_t>> in_use;
  for (const slab::Command& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    if (const slab::Object* object = object_of(command)) {
      const auto found = std::ranges::find(in_use, *object, &std::pair<slab::Object, std::uint32_t>::first);
      item.frees = found->second;
      in_use.erase(found);
    }
    auto outcome = model::step(machine, std::move(state), command);
    state = std::move(outcome.state);
    if (const auto* object = std::get_if<slab::Object>(&outcome.result)) in_use.emplace_back(*object, item.id);
    script.items.push_back(item);
  }
  return script;
}

std::vector<slab::Command> commands_of(const Script& script) {
  std::vector<slab::Command> commands;
  carry_out(script, [&](const slab::Command& command) { commands.push_back(command); });
  return commands;
}

std::optional<slab::Command> Resolver::resolve(const Item& item, const slab::State& now) const {
  const Name& head = now.chain.front().name;
  if (item.frees != 0) {
    const auto object = in_use_.find(item.frees);
    if (object == in_use_.end()) return std::nullopt;
    if (std::holds_alternative<slab::Kfree>(item.command)) return slab::Kfree{object->second};
    return slab::CacheFree{object->second};
  }
  if (const auto* create = std::get_if<slab::CacheCreate>(&item.command)) {
    if (create->name == head) return std::nullopt;  // [slab.create.name_of_head]
  } else if (const auto* alloc = std::get_if<slab::CacheAlloc>(&item.command)) {
    if (alloc->cache == head || !slab::cache_named(now, alloc->cache)) return std::nullopt;
  } else if (const auto* shrink = std::get_if<slab::CacheShrink>(&item.command)) {
    if (shrink->cache && !slab::cache_named(now, *shrink->cache)) return std::nullopt;
  } else if (const auto* destroy = std::get_if<slab::CacheDestroy>(&item.command)) {
    if (!destroy->cache) return item.command;
    const slab::Cache* cache = slab::cache_named(now, *destroy->cache);
    if (!cache || destroy->cache == head) return std::nullopt;  // [slab.destroy.head]
    // kmalloc could not do without a general cache.
    if (cache->name.view().starts_with("size-") && slab::objects_in_use(*cache) == 0) return std::nullopt;
  }
  return item.command;
}

void Resolver::note(const Item& item, const slab::Result& result) {
  if (item.frees != 0) in_use_.erase(item.frees);
  if (const auto* object = std::get_if<slab::Object>(&result)) in_use_.insert_or_assign(item.id, *object);
}

}  // namespace refmm::shrink

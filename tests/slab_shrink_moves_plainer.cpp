// Moves that make commands plainer, one by one and many at once.
#include <refmm/tests/slab_shrink_changes.hpp>
#include <refmm/tests/slab_shrink_moves.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace refmm::slab {

// ---- Plainer caches ---------------------------------------------------------------------------------------------------

bool replace_caches(const Script& script, const Propose& propose) {
  return std::ranges::any_of(with_other_caches(script), propose);
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
    if (auto* create = std::get_if<CacheCreate>(&item.command); create && create->name) rename(*create->name);
    if (auto* alloc = std::get_if<CacheAlloc>(&item.command)) rename(alloc->cache);
    if (auto* shrink = std::get_if<CacheShrink>(&item.command); shrink && shrink->cache) rename(*shrink->cache);
    if (auto* destroy = std::get_if<CacheDestroy>(&item.command); destroy && destroy->cache)
      rename(*destroy->cache);
  }
  return propose(std::move(changed));
}

// ---- Plainer machine and arguments ------------------------------------------------------------------------------------

bool another_machine(const Script& script, const Propose& propose) {
  return std::ranges::any_of(with_other_machines(script), propose);
}

bool plainer_together(const Script& script, const Propose& propose) {
  Script changed = script;
  for (Item& item : changed.items) {
    if (auto* alloc = std::get_if<CacheAlloc>(&item.command)) alloc->flags = SLAB_KERNEL;
    if (auto* kmalloc = std::get_if<Kmalloc>(&item.command)) kmalloc->flags = SLAB_KERNEL;
    if (auto* reap = std::get_if<CacheReap>(&item.command)) reap->gfp_mask = SLAB_KERNEL;
  }
  return propose(std::move(changed));
}

namespace {

std::vector<std::uint32_t> plainer_flags(std::uint32_t flags) {
  std::vector<std::uint32_t> candidates{SLAB_KERNEL, SLAB_ATOMIC, SLAB_USER, SLAB_BUFFER, GFP_KSWAPD, 0u};
  for (std::uint32_t bit = GFP_DMA; bit <= SLAB_NO_GROW; bit <<= 1) {
    if (flags & bit) candidates.push_back(flags & ~bit);
  }
  for (const std::uint32_t level : {SLAB_KERNEL, SLAB_ATOMIC}) {
    candidates.push_back((flags & ~SLAB_LEVEL_MASK) | level);
  }
  std::erase_if(candidates, [&](std::uint32_t f) { return plainness_of_flags(f) >= plainness_of_flags(flags); });
  return candidates;
}

/// Offers the command with one argument plainer, `offer` returning true when it has enough.
struct Plainer {
  const std::function<bool(const Command&)>& offer;

  bool operator()(const CacheCreate& call) const {
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
  bool operator()(const CacheAlloc& call) const { return offer_flags(call, &CacheAlloc::flags); }
  bool operator()(const CacheReap& call) const { return offer_flags(call, &CacheReap::gfp_mask); }
  bool operator()(const Kmalloc& call) const { return offer_sizes(call) || offer_flags(call, &Kmalloc::flags); }
  bool operator()(const FindGeneralCachep& call) const {
    return offer_sizes(call) || offer_flags(call, &FindGeneralCachep::gfpflags);
  }
  bool operator()(const SetKnobs& call) const {
    using Knob = std::optional<std::uint32_t> SetKnobs::*;
    for (const Knob knob : {&SetKnobs::fail_pages, &SetKnobs::fail_skip, &SetKnobs::reap_before}) {
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
    const std::function<bool(const Command&)> offer = [&](const Command& command) {
      return propose(with(script, i, command));
    };
    if (std::visit(Plainer{offer}, script.items[i].command)) return true;
  }
  return false;
}

}  // namespace refmm::slab

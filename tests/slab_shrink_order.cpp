#include <refmm/model/kmalloc.hpp>
#include <refmm/tests/slab_shrink.hpp>
#include <refmm/tests/slab_shrink_order.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <span>
#include <type_traits>
#include <utility>

namespace refmm::slab {

namespace {

/// Sizes of objects, plainest first: round numbers, then powers of two.
constexpr std::array<std::uint32_t, 27> plain_object_sizes{
    100, 200, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 4,     8,     16,
    32,  64,  128, 256,  512,  1024, 2048, 4096,  8192,  16384, 32768,  65536, 131072};

constexpr std::uint32_t not_plain = 100;

std::uint32_t plainness(std::span<const std::uint32_t> plain, std::uint32_t value) {
  const auto found = std::ranges::find(plain, value);
  return found != plain.end() ? static_cast<std::uint32_t>(found - plain.begin()) : not_plain + value;
}

/// All that come before `value`: the plain ones, then smaller numbers, each while there are few, then some of them.
std::vector<std::uint32_t> plainer(std::span<const std::uint32_t> plain, std::uint32_t value) {
  const auto end = std::ranges::find(plain, value);
  std::vector<std::uint32_t> values(plain.begin(), end);
  if (end != plain.end()) return values;
  constexpr std::uint32_t few = 600;
  for (std::uint32_t smaller = 0; smaller < std::min(value, few); ++smaller) values.push_back(smaller);
  for (std::uint32_t distance = std::bit_floor(value); distance != 0; distance /= 2) {
    if (value - distance >= few) values.push_back(value - distance);
  }
  return values;
}

/// What a command asks of the reader: its kind, then each argument.
struct Effort {
  const std::map<Name, std::uint32_t>& created;  // the caches in the order of their creation

  using Numbers = std::vector<std::uint32_t>;

  std::uint32_t of_cache(const Name& name) const {
    const auto found = created.find(name);
    return found == created.end() ? not_plain : found->second;
  }
  static std::uint32_t of_knob(const std::optional<std::uint32_t>& knob) { return knob ? 1 + *knob : 0; }

  Numbers operator()(const Kmalloc& call) const {
    return {1, plainness_of_request(call.size), plainness_of_flags(call.flags)};
  }
  Numbers operator()(const Kfree&) const { return {1, 0, 0}; }
  Numbers operator()(const CacheAlloc& call) const {
    return {2, of_cache(call.cache), plainness_of_flags(call.flags)};
  }
  Numbers operator()(const CacheFree&) const { return {1, 0, 0}; }
  Numbers operator()(const FindGeneralCachep& call) const {
    return {2, plainness_of_request(call.size), plainness_of_flags(call.gfpflags)};
  }
  Numbers operator()(const CacheShrink& call) const { return {3, call.cache ? of_cache(*call.cache) : 0, 0}; }
  Numbers operator()(const SetKnobs& call) const {
    const std::uint32_t in_interrupt = call.in_interrupt ? 1 + *call.in_interrupt : 0;
    // More than three calls of the reaper: that a knob makes it run is harder to see.
    return {13, of_knob(call.fail_pages), of_knob(call.fail_skip), of_knob(call.reap_before), in_interrupt};
  }
  Numbers operator()(const CacheCreate& call) const {
    return {4,           plainness_of_object_size(call.size),
            call.offset, 800 * (call.flags / SLAB_NO_REAP),
            call.ctor,   call.dtor};
  }
  Numbers operator()(const CacheReap& call) const { return {4, plainness_of_flags(call.gfp_mask), 0}; }
  Numbers operator()(const CacheDestroy& call) const { return {5, call.cache ? of_cache(*call.cache) : 0, 0}; }
};

std::uint32_t effort_of_machine(const Machine& machine) {
  return (machine.l1_cache_bytes == 32 ? 0 : machine.l1_cache_bytes) +
         (machine.ram_pages == 16384 ? 0 : 1000 + machine.ram_pages);
}

/// kfree goes with kmalloc, kmem_cache_free with kmem_cache_alloc; both take any object.
bool goes_with(const Item& free, const Item& allocation) {
  return std::holds_alternative<Kfree>(free.command) == std::holds_alternative<Kmalloc>(allocation.command);
}

/// The names that a command mentions.
void append_names(std::vector<std::string>& names, const Command& command) {
  const auto append = [&](const std::optional<Name>& name) {
    // The shorter of two names comes first.
    names.push_back(name ? static_cast<char>(name->size()) + name->str() : std::string());
  };
  if (const auto* create = std::get_if<CacheCreate>(&command)) append(create->name);
  if (const auto* alloc = std::get_if<CacheAlloc>(&command)) append(alloc->cache);
  if (const auto* shrink = std::get_if<CacheShrink>(&command)) append(shrink->cache);
  if (const auto* destroy = std::get_if<CacheDestroy>(&command)) append(destroy->cache);
}

}  // namespace

std::span<const std::uint32_t> round_object_sizes() { return plain_object_sizes; }
std::uint32_t plainness_of_request(std::uint32_t size) { return plainness(model::general_sizes, size); }
std::uint32_t plainness_of_object_size(std::uint32_t size) { return plainness(plain_object_sizes, size); }
std::vector<std::uint32_t> plainer_requests(std::uint32_t size) { return plainer(model::general_sizes, size); }
std::vector<std::uint32_t> plainer_object_sizes(std::uint32_t size) { return plainer(plain_object_sizes, size); }

std::uint32_t plainness_of_flags(std::uint32_t flags) {
  constexpr std::array<std::uint32_t, 8> levels{SLAB_KERNEL, SLAB_ATOMIC, SLAB_USER, SLAB_BUFFER,
                                                GFP_KSWAPD,  0,           GFP_WAIT,  6};
  const auto level = std::ranges::find(levels, flags & SLAB_LEVEL_MASK) - levels.begin();
  return static_cast<std::uint32_t>(level) + 2 * (flags & ~SLAB_LEVEL_MASK);
}

shrink::Rank rank(const Script& script) {
  std::map<Name, std::uint32_t> created;
  for (const Item& item : script.items) {
    const auto* create = std::get_if<CacheCreate>(&item.command);
    if (create && create->name) created.emplace(*create->name, static_cast<std::uint32_t>(created.size()));
  }
  std::map<std::uint32_t, std::uint32_t> positions;  // of the items, by id
  shrink::Rank rank{{static_cast<std::uint32_t>(script.items.size()), 0, effort_of_machine(script.boot), 0}, {}};
  for (const Item& item : script.items) {
    positions.emplace(item.id, static_cast<std::uint32_t>(positions.size()));
    auto effort = std::visit(Effort{created}, item.command);
    const auto freed = positions.find(item.frees);
    if (freed != positions.end() && !goes_with(item, script.items[freed->second])) effort.front() += 1;
    rank.numbers[1] += effort.front();
    for (const std::uint32_t argument : std::span(effort).subspan(1)) rank.numbers[3] += argument;
    rank.numbers.push_back(static_cast<std::uint32_t>(item.command.index()));
    rank.numbers.insert(rank.numbers.end(), effort.begin(), effort.end());
    rank.numbers.push_back(freed != positions.end() ? 1 + freed->second : 0);
    append_names(rank.names, item.command);
  }
  return rank;
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered;
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size() + 1);
    renumbered.emplace(item.id, id);
    item.id = id;
    if (item.frees != 0) item.frees = renumbered.at(item.frees);
  }
  return script;
}

}  // namespace refmm::slab

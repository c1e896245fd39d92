// Laws about creating and destroying a cache: what spec/slab_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/spec/slab_transition.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace refmm::slab::holds {

// ---- Creating ---------------------------------------------------------------------------------------------------------

constexpr bool a_new_cache_stands_behind_kmem_cache(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  // Only a reap moves the hand: the layer below may call for one before it gives pages for the descriptor.
  const bool reaped = t.before.pages.reap_before != t.after.pages.reap_before;
  return t.after.chain.size() == t.before.chain.size() + 1 && t.after.chain[1].name == *create->name &&
         (reaped || under_the_hand(t.after).name == under_the_hand(t.before).name);
}

constexpr bool a_new_cache_has_a_descriptor_of_kmem_cache(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  const auto& descr = t.after.chain[1].descr;
  const Cache& kmem_cache = t.before.chain.front();
  if (!descr || is_in_use(t.before, *descr) || !is_in_use(t.after, *descr)) return false;
  if (!has_room(kmem_cache)) return true;
  const Slab& slab = kmem_cache.slabs[kmem_cache.firstnotfull];
  return *descr == Object{kmem_cache.name, slab.number, slab.free.front()};
}

constexpr bool without_a_descriptor_there_is_no_cache(const Transition& t) {
  if (refusal(t) != Refusal::no_descriptor) return true;
  return t.after.chain.size() == t.before.chain.size() && !has_room(t.before.chain.front());
}

/// How many objects fit into a slab of 2^gfporder pages, and the bytes behind them. 2.4.0: kmem_cache_estimate.
struct Fit {
  std::uint32_t num, left_over;
};

constexpr Fit fit(const Machine& machine, std::uint32_t gfporder, std::uint32_t objsize, bool counts_descriptor) {
  const std::uint32_t bytes = machine.page_size << gfporder;
  const auto used = [&](std::uint32_t num) {
    const std::uint32_t descriptor = machine.sizeof_slab + num * machine.sizeof_bufctl;
    const std::uint32_t lines = (descriptor + machine.l1_cache_bytes - 1) / machine.l1_cache_bytes;
    return num * objsize + (counts_descriptor ? lines * machine.l1_cache_bytes : 0);
  };
  std::uint32_t num = 0;
  while (used(num + 1) <= bytes) ++num;
  return {num, bytes - used(num)};
}

constexpr bool the_order_is_the_first_that_fits_well_or_is_the_limit(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  const Geometry<std::uint32_t>& geometry = t.after.chain[1].geometry;
  // Sizes that are less than an eighth of a page in whole words.
  const bool counts_descriptor = create->size <= t.machine.page_size / 8 - t.machine.word_size;
  const std::uint32_t limit = t.machine.ram_pages > t.machine.small_ram_pages ? 2 : 1;
  for (std::uint32_t order = 0;; ++order) {
    const auto [num, left_over] = fit(t.machine, order, geometry.objsize, counts_descriptor);
    const bool good_enough = order >= limit || left_over * 8 <= t.machine.page_size << order;
    if (num != 0 && good_enough) return geometry.gfporder == order && geometry.num == num;
  }
}

/// `size-64` for 33 to 64 bytes.
constexpr Name smallest_general_cache(std::uint32_t bytes) {
  std::uint32_t nominal = 32;
  while (nominal < bytes) nominal *= 2;
  std::string digits;
  for (; nominal != 0; nominal /= 10) digits.insert(digits.begin(), static_cast<char>('0' + nominal % 10));
  return std::string_view("size-" + digits);
}

constexpr bool outside_descriptors_come_from_the_smallest_general_cache_that_holds_them(const Transition& t) {
  const auto* create = call<CacheCreate>(t);
  if (!create || refusal(t)) return true;
  const Cache& created = t.after.chain[1];
  if ((created.geometry.flags & CFLGS_OFF_SLAB) == 0) return !created.slabp_cache;
  return created.slabp_cache == smallest_general_cache(created.geometry.slab_size);
}

// ---- Destroying -------------------------------------------------------------------------------------------------------

constexpr bool destroy_refuses_a_busy_cache(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const bool busy = objects_in_use(*cache_named(t.before, *destroy->cache)) != 0;
  if (!busy) return true;
  return *status(t) == 1 && ring_position(t.after, *destroy->cache) == 1 &&
         free_slabs(*cache_named(t.after, *destroy->cache)) == 0;
}

constexpr bool destroy_removes_an_idle_cache(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const Cache& cache = *cache_named(t.before, *destroy->cache);
  if (objects_in_use(cache) != 0) return true;
  return *status(t) == 0 && t.after.chain.size() + 1 == t.before.chain.size() && !is_in_use(t.after, *cache.descr);
}

constexpr bool the_hand_leaves_a_cache_that_is_destroyed(const Transition& t) {
  const auto* destroy = call<CacheDestroy>(t);
  if (!destroy || !status(t)) return true;
  const Cache& hand = under_the_hand(t.before);
  if (hand.name != *destroy->cache) return under_the_hand(t.after).name == hand.name;
  const std::size_t next = (t.before.clock_searchp + 1) % t.before.chain.size();
  return under_the_hand(t.after).name == t.before.chain[next].name;
}

}  // namespace refmm::slab::holds

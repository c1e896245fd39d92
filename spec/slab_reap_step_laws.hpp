// Laws about kmem_cache_reap: what spec/slab_step_laws.hpp lists of it.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/spec/slab_transition.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::slab::holds {

/// How many caches the hand passed.
constexpr std::uint32_t hand_moved(const Transition& t) {
  const auto caches = static_cast<std::uint32_t>(t.before.chain.size());
  return (t.after.clock_searchp + caches - t.before.clock_searchp) % caches;
}

/// The caches that the hand passed, as they were, in its order. A hand that is where it was has come round.
constexpr std::vector<const Cache*> passed_caches(const Transition& t) {
  const std::size_t caches = t.before.chain.size();
  std::vector<const Cache*> passed(hand_moved(t) == 0 ? caches : hand_moved(t));
  for (std::size_t i = 0; i < passed.size(); ++i)
    passed[i] = &t.before.chain[(t.before.clock_searchp + i) % caches];
  return passed;
}

/// What reaping the cache is worth; 0 for one that is passed over.
constexpr std::uint32_t worth(const Cache* cache) {
  if (cache->grown || (cache->geometry.flags & SLAB_NO_REAP)) return 0;
  std::uint32_t pages = free_slabs(*cache) << cache->geometry.gfporder;
  if (cache->ctor) pages = (pages * 4 + 1) / 5;
  if (cache->geometry.gfporder != 0) pages = (pages * 4 + 1) / 5;
  return pages;
}

constexpr bool the_hand_passes_at_most_ten_caches(const Transition& t) {
  return !call<CacheReap>(t) || hand_moved(t) <= t.machine.reap_scanlen;
}

/// The slabs whose pages were given back, by cache and number, in their order.
constexpr std::vector<FreePages> pages_given_back(const Transition& t) {
  std::vector<FreePages> given_back;
  for (const Effect& effect : t.effects) {
    if (const auto* pages = std::get_if<FreePages>(&effect)) given_back.push_back(*pages);
  }
  return given_back;
}

constexpr bool reap_takes_from_one_cache(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto given_back = pages_given_back(t);
  return std::ranges::all_of(given_back,
                             [&](const FreePages& pages) { return pages.cache == given_back.front().cache; });
}

constexpr bool reap_takes_from_the_first_cache_of_most_worth(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto passed = passed_caches(t);
  const Cache* best = *std::ranges::max_element(passed, {}, worth);
  const auto given_back = pages_given_back(t);
  return given_back.empty() ? worth(best) == 0 : worth(best) != 0 && given_back.front().cache == best->name;
}

constexpr bool four_fifths_of_the_free_slabs_go_from_the_end(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto given_back = pages_given_back(t);
  if (given_back.empty()) return true;
  const Cache& reaped = *cache_named(t.before, given_back.front().cache);
  if (given_back.size() != (free_slabs(reaped) * 4 + 1) / 5) return false;
  for (std::size_t i = 0; i < given_back.size(); ++i) {
    if (given_back[i].slab != reaped.slabs[reaped.slabs.size() - 1 - i].number) return false;
  }
  return true;
}

constexpr bool reap_spares_caches_that_must_not_be_reaped(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  return for_all_caches(t.before, [&](const Cache& cache) {
    return !(cache.geometry.flags & SLAB_NO_REAP) ||
           cache.slabs.size() == cache_named(t.after, cache.name)->slabs.size();
  });
}

constexpr bool reap_spares_caches_that_have_just_grown(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  return for_all_caches(t.before, [&](const Cache& cache) {
    return !cache.grown || cache.slabs.size() == cache_named(t.after, cache.name)->slabs.size();
  });
}

constexpr bool the_hand_takes_marks_of_growth_off_where_it_passes(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto passed = passed_caches(t);
  return for_all_caches(t.before, [&](const Cache& cache) {
    const bool taken_off =
        std::ranges::find(passed, &cache) != passed.end() && (cache.geometry.flags & SLAB_NO_REAP) == 0;
    return cache_named(t.after, cache.name)->grown == (cache.grown && !taken_off);
  });
}

/// The page layer reaps in the middle of a growth. That of the cache that an allocation takes from gives no slab back, but
/// for the new one where there is no descriptor for it.
constexpr bool a_cache_that_is_being_grown_is_not_reaped(const Transition& t) {
  const Cache* cache = allocated_from(t);
  return std::ranges::none_of(t.effects, [&](const Effect& effect) {
    const auto* pages = std::get_if<FreePages>(&effect);
    return cache && pages && pages->cache == cache->name && pages->slab < cache->slabs_created;
  });
}

constexpr bool a_cache_keeps_the_mark_of_the_growth_that_it_was_reaped_in(const Transition& t) {
  const Cache* cache = allocated_from(t);
  const bool grew = std::ranges::any_of(t.effects, [&](const Effect& effect) {
    const auto* request = std::get_if<GetPages>(&effect);
    return cache && request && request->cache == cache->name;
  });
  return !grew || cache_named(t.after, cache->name)->grown;
}

constexpr bool ten_free_slabs_of_the_best_cache_end_the_search(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto passed = passed_caches(t);
  std::uint32_t best = 0;
  for (const Cache* cache : passed) {
    if (worth(cache) <= best) continue;
    best = worth(cache);
    if (free_slabs(*cache) >= t.machine.reap_perfect) return cache == passed.back();
  }
  return true;
}

constexpr bool the_hand_stops_early_only_for_ten_free_slabs(const Transition& t) {
  if (!call<CacheReap>(t) || t.before.chain.size() <= t.machine.reap_scanlen ||
      hand_moved(t) == t.machine.reap_scanlen)
    return true;
  const std::size_t last = (t.after.clock_searchp + t.after.chain.size() - 1) % t.after.chain.size();
  return free_slabs(t.before.chain[last]) >= t.machine.reap_perfect;
}

constexpr bool nothing_worth_reaping_leaves_all_slabs(const Transition& t) {
  if (!call<CacheReap>(t)) return true;
  const auto passed = passed_caches(t);
  const bool any_worth = std::ranges::any_of(passed, [](const Cache* cache) { return worth(cache) != 0; });
  return any_worth || t.effects.empty();
}

}  // namespace refmm::slab::holds

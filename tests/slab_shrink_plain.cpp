#include <refmm/model/kmalloc.hpp>
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>
#include <refmm/tests/slab_shrink_plain.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace refmm::slab {

namespace {

constexpr std::size_t longest = 30;

bool calls_reaper(const Item& item) { return std::holds_alternative<CacheReap>(item.command); }

bool makes_reaper_run(const Item& item) {
  const auto* set = std::get_if<SetKnobs>(&item.command);
  return set && set->reap_before;
}

std::uint32_t unused_id(const Script& script) {
  std::uint32_t id = 1;
  for (const Item& item : script.items) id = std::max(id, item.id + 1);
  return id;
}

/// The items, and `reaps` calls of the reaper behind them, with ids from `id` on.
Script with_reaps(Script script, std::size_t reaps, std::uint32_t id) {
  for (std::size_t i = 0; i < reaps; ++i) script.items.push_back({CacheReap{SLAB_KERNEL}, id++});
  return script;
}

}  // namespace

bool call_reaper(const Script& script, const Propose& propose) {
  if (script.items.size() > longest || std::ranges::none_of(script.items, makes_reaper_run)) return false;
  constexpr std::size_t most_reaps = 6;
  const std::uint32_t id = unused_id(script);
  const shrink::Rank now = rank(script);
  const auto knob = std::ranges::find_if(script.items, makes_reaper_run);
  const auto propose_plainer = [&](const Script& changed) { return rank(changed) < now && propose(changed); };
  // The calls behind the knob were there to grow, or the last one only.
  const Script up_to_knob{script.boot, {script.items.begin(), knob}};
  Script all_but_last = script;
  all_but_last.items.pop_back();
  std::erase_if(all_but_last.items, makes_reaper_run);
  for (std::size_t reaps = 1; reaps <= most_reaps; ++reaps) {
    if (propose_plainer(with_reaps(up_to_knob, reaps, id)) || propose_plainer(with_reaps(all_but_last, reaps, id)))
      return true;
    // Or the reaper is called where the knob is set.
    Script in_place = with_reaps(up_to_knob, reaps, id);
    in_place.items.insert(in_place.items.end(), knob + 1, script.items.end());
    if (propose_plainer(in_place) || shrink::remove_any_run(in_place, propose)) return true;
  }
  return false;
}

namespace {

/// A cache, and how many objects it hands out.
struct Filled {
  std::optional<CacheCreate> creation;  // nothing: a general cache
  std::uint32_t request;                // the size that the general cache is asked for
  std::uint32_t objects;
};

CacheCreate plain_cache(std::uint32_t size) {
  return {.name = std::nullopt, .size = size, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
}

std::vector<Filled> fillings(const Script& like) {
  std::vector<Filled> all;
  for (const std::uint32_t objects : {1u, 2u}) {
    for (const std::uint32_t size : model::general_sizes) all.push_back({std::nullopt, size, objects});
    if (created_caches(like).empty()) continue;
    for (const std::uint32_t size : {100u, 4000u, 8000u, 16000u, 32000u}) {
      CacheCreate create{
          .name = std::nullopt, .size = size, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
      all.push_back({create, 0, objects});
      create.ctor = true;
      all.push_back({create, 0, objects});
      create.dtor = true;
      all.push_back({create, 0, objects});
    }
  }
  return all;
}

/// The script that creates what is to be created, fills the caches in their order, and empties them likewise.
Script filled_and_emptied(const Script& like, std::span<const Filled> caches) {
  Script script{like.boot, {}};
  const auto next_id = [&] { return static_cast<std::uint32_t>(script.items.size() + 1); };
  std::vector<Name> names;  // of each cache; of a general one unused
  char letter = 'a';
  for (const Filled& cache : caches) {
    names.emplace_back(std::string(1, letter));
    if (!cache.creation) continue;
    CacheCreate create = *cache.creation;
    create.name = names.back();
    script.items.push_back({create, next_id()});
    ++letter;
  }
  std::vector<Item> frees;
  for (std::size_t i = 0; i < caches.size(); ++i) {
    for (std::uint32_t object = 0; object < caches[i].objects; ++object) {
      const std::uint32_t id = next_id();
      if (caches[i].creation) {
        script.items.push_back({CacheAlloc{names[i], SLAB_KERNEL}, id});
        frees.push_back({CacheFree{Object{}}, 0, id});
      } else {
        script.items.push_back({Kmalloc{caches[i].request, SLAB_KERNEL}, id});
        frees.push_back({Kfree{Object{}}, 0, id});
      }
    }
  }
  for (Item& free : frees) {
    free.id = next_id();
    script.items.push_back(free);
  }
  return script;
}

/// Scripts in which a general cache that is in use is destroyed, the reaper having been called: what is destroyed moves on the chain.
void append_destroys(std::vector<Script>& scripts, const Script& like) {
  for (const std::uint32_t size : model::general_sizes) {
    for (std::uint32_t reaps = 1; reaps <= 2; ++reaps) {
      Script script = with_reaps(Script{like.boot, {{Kmalloc{size, SLAB_KERNEL}, 1}}}, reaps, 2);
      script.items.push_back({CacheDestroy{model::general_name(size, false)}, 2 + reaps});
      scripts.push_back(std::move(script));
    }
  }
}

}  // namespace

bool plain_reaps(const Script& script, const Propose& propose) {
  if (script.items.size() > longest) return false;
  if (std::ranges::none_of(script.items, calls_reaper) && std::ranges::none_of(script.items, makes_reaper_run))
    return false;
  constexpr std::size_t most_reaps = 4;
  std::vector<Script> candidates;
  const auto add = [&](std::span<const Filled> caches) {
    const Script filled = filled_and_emptied(script, caches);
    const auto id = static_cast<std::uint32_t>(filled.items.size() + 1);
    for (std::size_t reaps = 1; reaps <= most_reaps; ++reaps) candidates.push_back(with_reaps(filled, reaps, id));
  };
  const std::vector<Filled> all = fillings(script);
  const Filled spare{plain_cache(100), 0, 0};
  for (const Filled& first : all) {
    add(std::array{first});
    for (const Filled& second : all) {
      add(std::array{first, second});
      // One more cache moves the others on the chain, and with them where the reaper begins.
      if (first.creation && !second.creation) add(std::array{first, spare, second});
    }
  }
  append_destroys(candidates, script);
  return shrink::simplest_first<SlabFamily>(script, propose, std::move(candidates));
}

}  // namespace refmm::slab

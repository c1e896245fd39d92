// Where the first lines of objects are, as the model of the slab allocator lays its slabs out.
#pragma once

#include <refmm/model/slab.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::colouring {

/// What a cache is created for.
struct Kind {
  std::string name;
  std::uint32_t bytes;
  std::uint32_t flags;  // of kmem_cache_create
};

/// Some that a kernel 2.4 had, as tests/transcripts/slab/kernel-caches.mmt creates them, constructors left out; the last is of the
/// general caches.
inline const std::vector<Kind>& kinds_of_period() {
  static const std::vector<Kind> kinds{{"dentry_cache", 128, 0},
                                       {"skbuff_head_cache", 160, slab::SLAB_HWCACHE_ALIGN},
                                       {"files_cache", 416, slab::SLAB_HWCACHE_ALIGN},
                                       {"inode_cache", 480, slab::SLAB_HWCACHE_ALIGN},
                                       {"sock", 832, slab::SLAB_HWCACHE_ALIGN},
                                       {"signal_act", 1312, slab::SLAB_HWCACHE_ALIGN},
                                       {"size-1024", 1024, slab::SLAB_HWCACHE_ALIGN}};
  return kinds;
}

enum class Colours { without, with };
inline constexpr std::array all_colours{Colours::without, Colours::with};
constexpr const char* name_of(Colours colours) { return colours == Colours::with ? "with" : "without"; }

/// Slabs of one cache, full.
struct Slabs {
  slab::Geometry<std::uint32_t> geometry;
  std::uint32_t bytes;                   // of a slab
  std::vector<std::uint32_t> colouroff;  // of each slab, from its start to object 0
};

/// The cache as kmem_cache_create makes it. It has no colours where they would be so far apart that there is room for one:
/// `offset` is then the size of an object, and a slab that had room for that behind its objects would have one more of them.
inline slab::CacheCreate call_to_create(const Kind& kind, Colours colours) {
  return {.name = Name("measured"),
          .size = kind.bytes,
          .offset = colours == Colours::without ? kind.bytes : 0,
          .flags = kind.flags,
          .ctor = false,
          .dtor = false};
}

/// Creates a cache in the model and takes all objects of so many slabs. Throws std::invalid_argument if there is no cache for such
/// objects, or no such cache without colours.
inline Slabs slabs_of_model(const Machine& machine, const Kind& kind, Colours colours, std::uint32_t count) {
  auto step = model::step(machine, model::boot(machine), call_to_create(kind, colours));
  if (model::was_refused(step))
    throw std::invalid_argument(
        fmt::format("there is no cache for objects of {} bytes: they have 4 to 131072", kind.bytes));
  const slab::CacheAlloc alloc{Name("measured"), slab::SLAB_KERNEL};
  const std::uint32_t position = model::position_of(step.state, Name("measured"));
  const auto geometry = step.state.chain[position].geometry;
  if (colours == Colours::without && geometry.colour > 1)
    throw std::invalid_argument(
        fmt::format("a cache of objects of {} bytes has colours whatever the offset", kind.bytes));
  for (std::uint32_t i = 0; i < geometry.num * count; ++i)
    step = model::step(machine, std::move(step.state), alloc);

  Slabs slabs{geometry, machine.page_size << geometry.gfporder, std::vector<std::uint32_t>(count)};
  // General caches that grew for outside descriptors stand behind it in the ring and have not moved it.
  for (const slab::Slab& slab : step.state.chain[position].slabs) slabs.colouroff.at(slab.number) = slab.colouroff;
  return slabs;
}

/// Where the page frames of slabs are.
enum class Placement {
  successive,  // one slab behind the other
  random,      // in any order, among 16 times as many frames
};
inline constexpr std::array placement_names{"successive", "random"};

/// Addresses of the first bytes of all objects, slab by slab.
inline std::vector<std::uint64_t> first_bytes(const Slabs& slabs, Placement placement, std::uint64_t seed) {
  std::vector<std::uint64_t> places(slabs.colouroff.size() * (placement == Placement::random ? 16 : 1));
  std::iota(places.begin(), places.end(), std::uint64_t{0});
  if (placement == Placement::random) std::ranges::shuffle(places, std::mt19937_64(seed));
  std::vector<std::uint64_t> addresses;
  for (std::size_t slab = 0; slab < slabs.colouroff.size(); ++slab) {
    for (std::uint64_t i = 0; i < slabs.geometry.num; ++i)
      addresses.push_back(places[slab] * slabs.bytes + slabs.colouroff[slab] + i * slabs.geometry.objsize);
  }
  return addresses;
}

}  // namespace refmm::colouring

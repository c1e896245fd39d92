// Walks through a heap for those who look at it: along the tags of its chunks, and along the links of its lists. Whatever a program has
// written over them, a walk ends, and says where.
#pragma once

#include <refmm/spec/malloc_state.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <vector>

namespace refmm::malloc {

/// True if there is memory at a word.
template <std::unsigned_integral W>
bool is_memory(const State<W>& state, W addr) {
  const auto has = [&](W byte) {
    return std::ranges::any_of(state.space.mm.areas,
                               [&](const auto& area) { return area.vm_start <= byte && byte < area.vm_end; });
  };
  const W last = addr + (word_bytes<W> - 1);
  return has(addr) && has(last);
}

// ---- Regions ----------------------------------------------------------------------------------------------------------

/// A part of the heap between two moves of the break that were not the allocator's.
template <std::unsigned_integral W>
struct Region {
  enum class Ends { top, fence, damaged };

  W start, end;
  std::vector<Chunk<W>> chunks;  // ascending by address, up to `last`
  W last;                        // the top, the fence, or the chunk of which the size leads out of the heap
  Ends ends;
};

/// A region of which the walk along its tags goes on from `start` and comes to `end` at most.
template <std::unsigned_integral W>
Region<W> walked_region(const State<W>& state, W start, W end) {
  using Ends = typename Region<W>::Ends;
  constexpr W fence = chunk_alignment<W>;
  Region<W> region{.start = start, .end = end, .chunks = {}, .last = start, .ends = Ends::damaged};
  W& chunk = region.last;
  while (chunk < end) {
    const W size = size_of(state, chunk), room = end - chunk;
    if (chunk == state.top) {
      region.ends = Ends::top;
      return region;
    }
    if (size == fence && room >= 2 * fence && size_of(state, chunk + fence) == fence) {
      region.end = chunk + 2 * fence;
      region.ends = Ends::fence;
      return region;
    }
    if (size < smallest_chunk<W> || size >= room) return region;
    region.chunks.push_back({chunk, size, has_flag(state, chunk + size, PREV_INUSE)});
    chunk = chunk + size;
  }
  return region;
}

/// The regions of the heap, ascending; of one behind which the heap goes on elsewhere the end is that of its fence.
template <std::unsigned_integral W>
std::vector<Region<W>> regions_of(const State<W>& state) {
  std::vector<Region<W>> regions;
  for (std::size_t i = 0; i < state.regions.size(); ++i) {
    const W end = i + 1 < state.regions.size() ? state.regions[i + 1] : state.top_end;
    regions.push_back(walked_region(state, state.regions[i], end));
  }
  return regions;
}

// ---- Lists ------------------------------------------------------------------------------------------------------------

template <std::unsigned_integral W>
struct ListedChunk {
  W addr;
  bool is_memory;   // at its tag and its links
  bool leads_back;  // its link back leads to the one in front of it
};

/// A list from its head on.
template <std::unsigned_integral W>
struct List {
  std::vector<ListedChunk<W>> chunks;  // up to one without memory, or one that was there already
  bool is_endless;                     // the last one leads to one in front of it that is not the head
  bool leads_back;                     // the walk comes back to the head, and the head leads to the last one
};

template <std::unsigned_integral W>
List<W> walked_list(const State<W>& state, W head) {
  List<W> list{};
  W previous = head;
  for (W chunk = word_at(state, address_of_fd(head)); chunk != head;
       chunk = word_at(state, address_of_fd(chunk))) {
    list.is_endless = std::ranges::find(list.chunks, chunk, &ListedChunk<W>::addr) != list.chunks.end();
    if (list.is_endless) return list;
    const bool is_memory = malloc::is_memory(state, address_of_size(chunk)) &&
                           malloc::is_memory(state, address_of_fd(chunk)) &&
                           malloc::is_memory(state, address_of_bk(chunk));
    list.chunks.push_back({chunk, is_memory, is_memory && word_at(state, address_of_bk(chunk)) == previous});
    if (!is_memory) return list;
    previous = chunk;
  }
  list.leads_back = word_at(state, address_of_bk(head)) == previous;
  return list;
}

}  // namespace refmm::malloc

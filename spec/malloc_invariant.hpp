// What holds of every heap between two calls of a program that does nothing outside of its blocks, whatever the calls.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::malloc {

using LawState = State<std::uint32_t>;
using LawChunk = Chunk<std::uint32_t>;
using LawRange = Range<std::uint32_t>;

/// The lists that there are on this machine, and the sizes that the list of a number is of: from the first to below the second.
/// [malloc.bins.by_size]
inline constexpr std::uint32_t small_lists = 64;
inline constexpr std::uint32_t lists = small_lists + 23;
constexpr LawRange sizes_of_list(std::uint32_t list) {
  constexpr std::uint32_t unit = chunk_alignment<std::uint32_t>, large = small_lists * unit;
  if (list < small_lists) return {list * unit, (list + 1) * unit};
  const std::uint32_t first = large << (list - small_lists);
  return {first, first * 2};  // of the last list 0: it has no end
}
constexpr std::uint32_t head_of_list(const LawState& state, std::uint32_t list) {
  return state.bins + list * chunk_alignment<std::uint32_t>;
}

/// The memory that a program may use of a block, from its first byte to behind its last.
constexpr LawRange memory_of(const LawState& state, const Block<std::uint32_t>& block) {
  return {block.addr, block.addr + usable_bytes(state, block.addr)};
}

/// Chunks on all lists, in no order; more than there can be if a list does not end.
constexpr std::vector<std::uint32_t> chunks_on_lists(const LawState& state) {
  std::vector<std::uint32_t> all;
  const std::size_t limit = chunks_of(state).size() + 1;
  for (std::uint32_t list = 0; list < lists; ++list) {
    const auto some = chunks_on_list(state, head_of_list(state, list), limit);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// True if a walk from `begin` along the tags comes to `end`: to the top, or to the first fence.
constexpr bool tags_lead_to(const LawState& state, std::uint32_t begin, std::optional<std::uint32_t> end) {
  std::uint32_t at = begin;
  for (const LawChunk& chunk : chunks_of(state)) {
    if (chunk.addr == at) at = chunk.addr + chunk.size;
  }
  return end ? at == *end : size_of(state, at) < smallest_chunk<std::uint32_t>;
}

/// True if one area has all bytes of a range.
constexpr bool is_inside_areas(const LawState& state, LawRange range) {
  std::uint32_t at = range.start;
  for (const auto& area : state.space.mm.areas) {
    if (area.vm_start <= at && at < area.vm_end) at = area.vm_end;
  }
  return range.end <= at;
}

namespace holds {

constexpr bool every_block_begins_at_a_multiple_of_two_words(const LawState& state) {
  return std::ranges::all_of(state.blocks,
                             [](const auto& block) { return block.addr % chunk_alignment<std::uint32_t> == 0; });
}

constexpr bool every_block_has_as_many_bytes_as_were_asked_for(const LawState& state) {
  return std::ranges::all_of(state.blocks,
                             [&](const auto& block) { return block.bytes <= usable_bytes(state, block.addr); });
}

constexpr bool no_two_blocks_have_a_byte_in_common(const LawState& state) {
  for (std::size_t i = 1; i < state.blocks.size(); ++i) {
    if (memory_of(state, state.blocks[i - 1]).end > state.blocks[i].addr) return false;
  }
  return true;
}

constexpr bool every_byte_of_a_block_is_mapped(const LawState& state) {
  return std::ranges::all_of(state.blocks,
                             [&](const auto& block) { return is_inside_areas(state, memory_of(state, block)); });
}

constexpr bool the_tags_of_each_region_lead_from_its_beginning_to_the_top_or_a_fence(const LawState& state) {
  if (state.top == 0) return state.regions.empty();
  for (std::size_t i = 0; i < state.regions.size(); ++i) {
    const bool is_last = i + 1 == state.regions.size();
    if (!tags_lead_to(state, state.regions[i], is_last ? std::optional(state.top) : std::nullopt)) return false;
  }
  return true;
}

constexpr bool a_chunk_of_the_heap_is_in_use_exactly_if_a_program_has_its_block(const LawState& state) {
  std::size_t in_use = 0;
  for (const LawChunk& chunk : chunks_of(state)) {
    if (chunk.in_use != (block_at(state.blocks, block_of(chunk.addr)) != nullptr)) return false;
    in_use += chunk.in_use ? 1 : 0;
  }
  return in_use + state.mapped_blocks == state.blocks.size();
}

constexpr bool no_two_free_chunks_are_neighbours_and_none_is_in_front_of_the_top(const LawState& state) {
  const auto chunks = chunks_of(state);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::uint32_t end = chunks[i].addr + chunks[i].size;
    const bool meets_free = i + 1 < chunks.size() && chunks[i + 1].addr == end && !chunks[i + 1].in_use;
    if (!chunks[i].in_use && (meets_free || end == state.top)) return false;
  }
  return true;
}

constexpr bool the_size_of_a_free_chunk_stands_at_both_of_its_ends(const LawState& state) {
  return std::ranges::all_of(chunks_of(state), [&](const LawChunk& chunk) {
    return chunk.in_use || word_at(state, chunk.addr + chunk.size) == chunk.size;
  });
}

constexpr bool the_top_ends_where_the_heap_ends_and_behind_a_chunk_in_use(const LawState& state) {
  return state.top == 0 ||
         (state.top + size_of_top(state) == state.top_end && has_flag(state, state.top, PREV_INUSE) &&
          size_of_top(state) >= smallest_chunk<std::uint32_t>);
}

constexpr bool each_chunk_on_a_list_is_where_its_neighbours_lead_to(const LawState& state) {
  for (std::uint32_t list = 0; list < lists; ++list) {
    const std::uint32_t head = head_of_list(state, list);
    std::uint32_t previous = head;
    auto chunks = chunks_on_list(state, head, chunks_of(state).size() + 1);
    chunks.push_back(head);
    for (const std::uint32_t chunk : chunks) {
      if (word_at(state, address_of_bk(chunk)) != previous) return false;
      previous = chunk;
    }
  }
  return true;
}

constexpr bool each_free_chunk_is_on_one_list_once_and_nothing_else_is(const LawState& state) {
  auto listed = chunks_on_lists(state);
  std::ranges::sort(listed);
  std::vector<std::uint32_t> free;
  for (const LawChunk& chunk : chunks_of(state)) {
    if (!chunk.in_use) free.push_back(chunk.addr);
  }
  return listed == free;
}

constexpr bool each_list_has_chunks_of_its_sizes_only(const LawState& state) {
  for (std::uint32_t list = 0; list < lists; ++list) {
    const LawRange sizes = sizes_of_list(list);
    for (const std::uint32_t chunk : chunks_on_list(state, head_of_list(state, list), 1u << 20)) {
      const std::uint32_t size = size_of(state, chunk);
      if (size < sizes.start || size > sizes.end - 1) return false;
    }
  }
  return true;
}

constexpr bool no_chunk_on_a_list_is_smaller_than_the_one_in_front_of_it(const LawState& state) {
  for (std::uint32_t list = 0; list < lists; ++list) {
    std::uint32_t largest = 0;
    for (const std::uint32_t chunk : chunks_on_list(state, head_of_list(state, list), 1u << 20)) {
      if (size_of(state, chunk) < largest) return false;
      largest = size_of(state, chunk);
    }
  }
  return true;
}

constexpr bool as_many_blocks_have_mappings_of_their_own_as_are_counted(const LawState& state) {
  const auto mapped = std::ranges::count_if(
      state.blocks, [&](const auto& block) { return own_mapping_of(state, block.addr).has_value(); });
  return static_cast<std::uint32_t>(mapped) == state.mapped_blocks;
}

}  // namespace holds

inline constexpr std::array invariant{
    Conjunct<LawState>{"malloc.blocks.aligned", "every_block_begins_at_a_multiple_of_two_words",
                       holds::every_block_begins_at_a_multiple_of_two_words},
    Conjunct<LawState>{"malloc.usable_size", "every_block_has_as_many_bytes_as_were_asked_for",
                       holds::every_block_has_as_many_bytes_as_were_asked_for},
    Conjunct<LawState>{"malloc.blocks.disjoint", "no_two_blocks_have_a_byte_in_common",
                       holds::no_two_blocks_have_a_byte_in_common},
    Conjunct<LawState>{"malloc.blocks.inside_areas", "every_byte_of_a_block_is_mapped",
                       holds::every_byte_of_a_block_is_mapped},
    Conjunct<LawState>{"malloc.heap.tiled",
                       "the_tags_of_each_region_lead_from_its_beginning_to_the_top_or_a_fence",
                       holds::the_tags_of_each_region_lead_from_its_beginning_to_the_top_or_a_fence},
    Conjunct<LawState>{"malloc.tags.in_use", "a_chunk_of_the_heap_is_in_use_exactly_if_a_program_has_its_block",
                       holds::a_chunk_of_the_heap_is_in_use_exactly_if_a_program_has_its_block},
    Conjunct<LawState>{"malloc.heap.no_two_free",
                       "no_two_free_chunks_are_neighbours_and_none_is_in_front_of_the_top",
                       holds::no_two_free_chunks_are_neighbours_and_none_is_in_front_of_the_top},
    Conjunct<LawState>{"malloc.tags.both_ends", "the_size_of_a_free_chunk_stands_at_both_of_its_ends",
                       holds::the_size_of_a_free_chunk_stands_at_both_of_its_ends},
    Conjunct<LawState>{"malloc.top.at_end", "the_top_ends_where_the_heap_ends_and_behind_a_chunk_in_use",
                       holds::the_top_ends_where_the_heap_ends_and_behind_a_chunk_in_use},
    Conjunct<LawState>{"malloc.bins.rings", "each_chunk_on_a_list_is_where_its_neighbours_lead_to",
                       holds::each_chunk_on_a_list_is_where_its_neighbours_lead_to},
    Conjunct<LawState>{"malloc.bins.every_free_chunk", "each_free_chunk_is_on_one_list_once_and_nothing_else_is",
                       holds::each_free_chunk_is_on_one_list_once_and_nothing_else_is},
    Conjunct<LawState>{"malloc.bins.by_size", "each_list_has_chunks_of_its_sizes_only",
                       holds::each_list_has_chunks_of_its_sizes_only},
    Conjunct<LawState>{"malloc.bins.ascending", "no_chunk_on_a_list_is_smaller_than_the_one_in_front_of_it",
                       holds::no_chunk_on_a_list_is_smaller_than_the_one_in_front_of_it},
    Conjunct<LawState>{"malloc.mapped.counted", "as_many_blocks_have_mappings_of_their_own_as_are_counted",
                       holds::as_many_blocks_have_mappings_of_their_own_as_are_counted},
};

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
constexpr std::optional<Conjunct<LawState>> broken_conjunct(const LawState& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds(state)) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::malloc

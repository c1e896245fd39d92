// Questions about the state of a heap, and its canonical form.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/vma_state.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::malloc {

// ---- What the program knows -------------------------------------------------------------------------------------------

/// The block at an address, or nullptr.
template <Word W>
constexpr const Block<W>* block_at(const std::vector<Block<W>>& blocks, W addr) {
  const auto found = std::ranges::find(blocks, addr, &Block<W>::addr);
  return found == blocks.end() ? nullptr : &*found;
}

/// What a program has after a call: with the block that it was given, without the one that it gave back.
template <Word W>
constexpr std::vector<Block<W>> blocks_after(std::vector<Block<W>> blocks, const Command<W>& command,
                                             const Result<W>& result) {
  const auto without = [&](W addr) {
    const auto found = std::ranges::find(blocks, addr, &Block<W>::addr);
    if (found != blocks.end()) blocks.erase(found);
  };
  const auto with = [&](W bytes) {
    const auto* address = std::get_if<Address<W>>(&result);
    if (!address || address->value == 0u) return;
    const auto place = std::ranges::upper_bound(blocks, address->value, {}, &Block<W>::addr);
    blocks.insert(place, {address->value, bytes});
  };
  if (std::holds_alternative<Refused>(result)) return blocks;
  if (const auto* malloc = std::get_if<Malloc<W>>(&command)) with(malloc->bytes);
  if (const auto* calloc = std::get_if<Calloc<W>>(&command)) with(calloc->count * calloc->size);
  if (const auto* memalign = std::get_if<Memalign<W>>(&command)) with(memalign->bytes);
  if (const auto* free = std::get_if<Free<W>>(&command)) without(free->block);
  if (const auto* realloc = std::get_if<Realloc<W>>(&command)) {
    without(realloc->block);
    with(realloc->bytes);
  }
  return blocks;
}

// ---- Words ------------------------------------------------------------------------------------------------------------

template <Word W>
constexpr W word_at(const State<W>& state, W addr) {
  return word_at<W>(state.words, addr);
}
/// The size in the tag of a chunk, in bytes, and its flags.
template <Word W>
constexpr W size_of(const State<W>& state, W chunk) {
  return word_at(state, address_of_size(chunk)) & ~W(SIZE_FLAGS);
}
template <Word W>
constexpr bool has_flag(const State<W>& state, W chunk, std::uint32_t flag) {
  return (word_at(state, address_of_size(chunk)) & W(flag)) != 0u;
}

// ---- Chunks -----------------------------------------------------------------------------------------------------------

/// A chunk of the heap as a walk along the tags finds it.
template <Word W>
struct Chunk {
  REFMM_RECORD(Chunk, (W, addr), (W, size), (bool, in_use));  // as the tag of the chunk behind it says
};

/// The chunks of the heap in the order of their addresses, without the top and without the fences between regions. Of a heap that the
/// program has damaged: those up to the first whose size leads out of the heap.
template <Word W>
constexpr std::vector<Chunk<W>> chunks_of(const State<W>& state) {
  std::vector<Chunk<W>> chunks;
  for (std::size_t region = 0; region < state.regions.size(); ++region) {
    W chunk = state.regions[region];
    const W end = region + 1 < state.regions.size() ? state.regions[region + 1] : state.top_end;
    while (chunk != state.top && chunk < end) {
      const W size = size_of(state, chunk);
      if (size < W(smallest_chunk<W>) || size >= end - chunk) break;
      chunks.push_back({chunk, size, has_flag(state, chunk + size, PREV_INUSE)});
      chunk = chunk + size;
    }
  }
  return chunks;
}

/// Bytes of the top; 0 while there is no heap.
template <Word W>
constexpr W size_of_top(const State<W>& state) {
  return state.top == 0u ? W(0u) : size_of(state, state.top);
}

/// The chunk of a block of which the mapping is its own, and where it begins and ends; nothing of a block of the heap.
template <Word W>
constexpr std::optional<Range<W>> own_mapping_of(const State<W>& state, W block) {
  const W chunk = chunk_of(block);
  if (!has_flag(state, chunk, IS_MMAPPED)) return std::nullopt;
  return Range<W>{chunk - word_at(state, chunk), chunk + size_of(state, chunk)};
}

/// Bytes of a block that its program may use. [malloc.usable_size]
template <Word W>
constexpr W usable_bytes(const State<W>& state, W block) {
  const W size = size_of(state, chunk_of(block));
  return own_mapping_of(state, block) ? size - W(2 * word_bytes<W>) : size - W(word_bytes<W>);
}

/// The chunks on a list from its head on, at most `limit`; the first is the one that was freed last among the smallest.
template <Word W>
constexpr std::vector<W> chunks_on_list(const State<W>& state, W head, std::size_t limit) {
  std::vector<W> chunks;
  for (W node = word_at(state, address_of_fd(head)); node != head && chunks.size() < limit;
       node = word_at(state, address_of_fd(node)))
    chunks.push_back(node);
  return chunks;
}

// ---- The canonical form -----------------------------------------------------------------------------------------------

/// The state without the words that nothing is promised of: what is left behind in free chunks and, unless new memory is filled
/// ([malloc.perturb]), what stands in blocks. Of two allocators in the same state these are equal.
template <std::unsigned_integral W>
State<W> canonical(const BasicParameters<W>& parameters, State<W> state) {
  std::vector<Range<W>> kept;
  const auto keep = [&](W start, W end) { kept.push_back({start, end}); };
  const W word = word_bytes<W>, begin = state.regions.empty() ? state.space.mm.brk : state.regions.front();
  keep(state.bins, begin);
  for (const Chunk<W>& chunk : chunks_of(state)) {
    keep(address_of_size(chunk.addr), address_of_fd(chunk.addr));
    if (chunk.in_use) continue;
    keep(address_of_fd(chunk.addr), address_of_fd(chunk.addr) + 2 * word);
    keep(chunk.addr + chunk.size, address_of_size(chunk.addr + chunk.size));
  }
  if (state.top != 0) keep(address_of_size(state.top), address_of_fd(state.top));
  for (const Block<W>& block : state.blocks) {
    // Also where a walk along the tags does not come to it: a canonical form is its own.
    keep(address_of_size(chunk_of(block.addr)), block.addr);
    if (own_mapping_of(state, block.addr)) keep(chunk_of(block.addr), block.addr);
    if (parameters.perturb != 0) keep(block.addr, block.addr + block.bytes);
  }
  std::ranges::sort(kept, {}, &Range<W>::start);
  auto range = kept.begin();
  W end = 0;  // of the ranges that begin below the word
  std::erase_if(state.words.written, [&](const auto& written) {
    for (; range != kept.end() && range->start <= written.first; ++range) end = std::max(end, range->end);
    return written.first >= end;
  });
  state.space = vma::canonical(std::move(state.space));
  return state;
}

}  // namespace refmm::malloc

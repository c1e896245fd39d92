// Laws about malloc, and other calls that seek a new block as it does: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

namespace refmm::malloc::holds {

constexpr std::uint32_t largest_request(const Transition& t) {
  return 0x7fffffff - 2 * t.allocator.kernel.machine.page_size;
}

/// The smallest of the free chunks that have room, bytes; nothing if none has.
constexpr std::optional<std::uint32_t> smallest_fit(const LawState& state, std::uint32_t bytes) {
  std::optional<std::uint32_t> smallest;
  for (const LawChunk& chunk : chunks_of(state)) {
    const bool fits = chunk.size - word_bytes<std::uint32_t> >= bytes;
    if (!chunk.in_use && fits && (!smallest || chunk.size < *smallest)) smallest = chunk.size;
  }
  return smallest;
}

constexpr bool requests_are_too_large_exactly_above_the_largest(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  return !asked || (refusal(t) == Refusal::too_large) == (asked->bytes > largest_request(t));
}

constexpr bool requests_from_the_threshold_on_are_mapped(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block) return true;
  const auto& parameters = t.allocator.parameters;
  const bool is_large = asked->bytes >= parameters.mmap_threshold && t.before.mapped_blocks < parameters.mmap_max;
  const bool is_mapped = own_mapping_of(t.after, block->addr).has_value();
  // The other way is taken only where this one is closed: a call of the kernel was refused, or would have been of an address that
  // there is not.
  const bool was_refused = std::ranges::any_of(t.effects, [](const LawEffect& effect) {
    const auto* brk = std::get_if<Brk<std::uint32_t>>(&effect);
    const auto* mmap = std::get_if<MapPages<std::uint32_t>>(&effect);
    return (brk && !brk->moved) || (mmap && mmap->addr == 0);
  });
  const std::uint64_t page = t.allocator.kernel.machine.page_size, brk = t.before.space.mm.brk;
  const std::uint64_t most = brk + asked->bytes + parameters.top_pad + 3 * smallest_chunk<std::uint32_t> + page;
  const bool would_wrap = effects_of<Brk>(t) == 0 && most > 0xffffffff;
  return is_mapped == is_large || was_refused || would_wrap;
}

constexpr bool a_mapped_block_takes_one_mapping(const Transition& t) {
  const LawBlock* block = call<Malloc>(t) ? handed_out(t) : nullptr;
  if (!block) return true;
  const auto mapping = own_mapping_of(t.after, block->addr);
  if (!mapping) return true;
  return std::ranges::any_of(t.effects, [&](const LawEffect& effect) {
    const auto* mmap = std::get_if<MapPages<std::uint32_t>>(&effect);
    return mmap && mmap->addr == mapping->start && mmap->len == mapping->end - mapping->start;
  });
}

constexpr bool a_block_is_cut_from_the_smallest_free_chunk_that_fits(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block || own_mapping_of(t.after, block->addr)) return true;
  const auto smallest = smallest_fit(t.before, asked->bytes);
  if (!smallest) return true;
  return std::ranges::any_of(chunks_of(t.before), [&](const LawChunk& chunk) {
    return !chunk.in_use && chunk.size == *smallest && block_of(chunk.addr) == block->addr;
  });
}

/// Of chunks of one size the one that is first on their list, which was freed last.
constexpr bool of_equal_chunks_the_first_on_the_list_is_taken(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block || own_mapping_of(t.after, block->addr)) return true;
  const auto smallest = smallest_fit(t.before, asked->bytes);
  if (!smallest) return true;
  for (std::uint32_t list = 0; list < lists; ++list) {
    for (const std::uint32_t chunk : chunks_on_list(t.before, head_of_list(t.before, list), 1u << 20)) {
      if (size_of(t.before, chunk) == *smallest) return block_of(chunk) == block->addr;
    }
  }
  return false;
}

constexpr bool new_memory_is_filled_where_that_is_asked_for(const Transition& t) {
  const std::uint32_t perturb = t.allocator.parameters.perturb;
  const LawBlock* block = call<Malloc>(t) ? handed_out(t) : nullptr;
  if (!block || perturb == 0) return true;
  const std::uint32_t byte = ~perturb & 0xff, end = block->addr + usable_bytes(t.after, block->addr);
  for (std::uint32_t addr = block->addr; addr < end; addr += word_bytes<std::uint32_t>) {
    if (word_at(t.after, addr) != byte * 0x01010101) return false;
  }
  return true;
}

}  // namespace refmm::malloc::holds

// Laws about malloc, and other calls that seek a new block as it does: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

namespace refmm::malloc::holds {

// ---- What is sought -------------------------------------------------------------------------------------------------

/// The bytes for which a call seeks a new block as malloc does: malloc itself, calloc, realloc of NULL, and memalign where every block
/// is aligned; nothing of other calls.
constexpr std::optional<std::uint32_t> bytes_sought(const Transition& t) {
  if (ended_everything(t) || refusal(t) == Refusal::product_wraps) return std::nullopt;
  if (const auto* asked = call<Realloc>(t)) return asked->block == 0 ? std::optional(asked->bytes) : std::nullopt;
  const auto* aligned = call<Memalign>(t);
  if (aligned && aligned->alignment > chunk_alignment<std::uint32_t>) return std::nullopt;
  return bytes_asked_for(t);
}

constexpr std::uint32_t largest_request(const Transition& t) {
  return 0x7fffffff - 2 * t.allocator.kernel.machine.page_size;
}

/// The size of the chunk that a request needs, which is not too large. [malloc.size.chunk] [malloc.size.smallest]
constexpr std::uint32_t size_needed(std::uint32_t bytes) {
  constexpr std::uint32_t unit = chunk_alignment<std::uint32_t>;
  const std::uint32_t size = (bytes + word_bytes<std::uint32_t> + unit - 1) / unit * unit;
  return std::max(size, smallest_chunk<std::uint32_t>);
}

/// Bytes up to the next page boundary: such as no word can hold, too.
constexpr std::uint64_t up_to_page(const Transition& t, std::uint64_t bytes) {
  const std::uint64_t page = t.allocator.kernel.machine.page_size;
  return (bytes + page - 1) / page * page;
}

/// The bytes of a mapping for a chunk that begins `leader` bytes behind its beginning. [malloc.mapped.size]
constexpr std::uint64_t pages_needed(const Transition& t, std::uint64_t leader, std::uint32_t size) {
  return up_to_page(t, leader + size + word_bytes<std::uint32_t>);
}

/// The bytes that are sought, if they are not too many.
constexpr std::optional<std::uint32_t> lawful_bytes_sought(const Transition& t) {
  const auto bytes = bytes_sought(t);
  return bytes && *bytes <= largest_request(t) ? bytes : std::nullopt;
}

// ---- Where there is room for it -------------------------------------------------------------------------------------

/// True if a mapping of its own is asked for before the heap is looked at.
constexpr bool is_to_be_mapped(const Transition& t, std::uint32_t bytes) {
  const auto& parameters = t.allocator.parameters;
  return bytes >= parameters.mmap_threshold && t.before.mapped_blocks < parameters.mmap_max;
}

/// True if the first that the kernel was asked for were new pages, and it refused them.
constexpr bool first_mapping_was_refused(const Transition& t) {
  const auto* mmap = t.effects.empty() ? nullptr : std::get_if<MapPages<std::uint32_t>>(&t.effects.front());
  return mmap && mmap->addr == 0;
}

/// True if the heap has to serve a request: it is not to be mapped, or cannot be.
constexpr bool is_sought_in_heap(const Transition& t, std::uint32_t bytes) {
  return !is_to_be_mapped(t, bytes) || first_mapping_was_refused(t);
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

/// True if a chunk for a request can be taken from the top, so that a top stays.
constexpr bool has_room_in_top(const LawState& state, std::uint32_t bytes) {
  const std::uint64_t needed = size_needed(bytes);
  return state.top != 0 && size_of_top(state) >= needed + smallest_chunk<std::uint32_t>;
}

/// True if there is room for a request only in a heap that has become larger.
constexpr bool has_to_grow(const Transition& t, std::uint32_t bytes) {
  return is_sought_in_heap(t, bytes) && !smallest_fit(t.before, bytes) && !has_room_in_top(t.before, bytes);
}

constexpr bool can_go_on(const LawState& state) { return state.top != 0 && state.space.mm.brk == state.top_end; }

/// Where a top that is made longer, or a new one, begins.
constexpr std::uint64_t begin_of_new_top(const LawState& state) {
  constexpr std::uint64_t unit = chunk_alignment<std::uint32_t>;
  return can_go_on(state) ? state.top : (state.space.mm.brk + unit - 1) / unit * unit;
}

/// Where the break has to be for a request; behind all addresses if there is no such place. [malloc.grow.to_page]
constexpr std::uint64_t break_needed(const Transition& t, std::uint32_t bytes) {
  const std::uint64_t top = smallest_chunk<std::uint32_t> + std::uint64_t{t.allocator.parameters.top_pad};
  return up_to_page(t, begin_of_new_top(t.before) + size_needed(bytes) + top);
}
constexpr bool is_behind_all_addresses(std::uint64_t address) { return address > 0xffffffff; }

/// The first move of the break that the kernel was asked for, if it was.
constexpr const Brk<std::uint32_t>* first_move_of_break(const Transition& t) {
  for (const LawEffect& effect : t.effects) {
    if (const auto* brk = std::get_if<Brk<std::uint32_t>>(&effect)) return brk;
  }
  return nullptr;
}

/// True if the heap had to grow for a request, and could not.
constexpr bool could_not_grow(const Transition& t, std::uint32_t bytes) {
  if (!has_to_grow(t, bytes)) return false;
  const auto* brk = first_move_of_break(t);
  return is_behind_all_addresses(break_needed(t, bytes)) || (brk && !brk->moved);
}

/// The chunks of the heap, the top, and its end are what they were.
constexpr bool heap_stays(const Transition& t) {
  return t.before.top == t.after.top && t.before.top_end == t.after.top_end &&
         t.before.space.mm.brk == t.after.space.mm.brk && t.before.regions == t.after.regions &&
         size_of_top(t.before) == size_of_top(t.after) && chunks_of(t.before) == chunks_of(t.after) &&
         chunks_on_lists(t.before) == chunks_on_lists(t.after);
}

// ---- Which way a request goes ---------------------------------------------------------------------------------------

constexpr bool requests_are_too_large_exactly_above_the_largest(const Transition& t) {
  const auto bytes = bytes_sought(t);
  return !bytes || (refusal(t) == Refusal::too_large) == (*bytes > largest_request(t));
}

constexpr bool requests_from_the_threshold_on_are_mapped(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  const LawBlock* block = handed_out(t);
  if (!bytes || !block) return true;
  const bool is_mapped = own_mapping_of(t.after, block->addr).has_value();
  return is_mapped == (is_to_be_mapped(t, *bytes) ? !first_mapping_was_refused(t) : could_not_grow(t, *bytes));
}

constexpr bool a_mapped_block_takes_one_mapping(const Transition& t) {
  const LawBlock* block = bytes_sought(t) ? handed_out(t) : nullptr;
  if (!block) return true;
  const auto mapping = own_mapping_of(t.after, block->addr);
  if (!mapping) return true;
  return std::ranges::any_of(t.effects, [&](const LawEffect& effect) {
    const auto* mmap = std::get_if<MapPages<std::uint32_t>>(&effect);
    return mmap && mmap->addr == mapping->start && mmap->len == mapping->end - mapping->start;
  });
}

constexpr bool where_a_mapping_is_refused_the_heap_serves(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  if (!bytes || !is_to_be_mapped(t, *bytes) || !first_mapping_was_refused(t)) return true;
  const LawBlock* block = handed_out(t);
  if (could_not_grow(t, *bytes)) return refusal(t) == Refusal::no_memory;
  return block && !own_mapping_of(t.after, block->addr) && effects_of<MapPages>(t) == 1;
}

/// However small it is, and however many blocks have a mapping already.
constexpr bool what_the_heap_cannot_grow_for_is_mapped(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  if (!bytes || is_to_be_mapped(t, *bytes) || !could_not_grow(t, *bytes)) return true;
  const auto* mmap = t.effects.empty() ? nullptr : std::get_if<MapPages<std::uint32_t>>(&t.effects.back());
  if (!mmap || mmap->len != pages_needed(t, 0, size_needed(*bytes))) return false;
  if (mmap->addr == 0) return refusal(t) == Refusal::no_memory;
  return handed_out(t) && handed_out(t)->addr == block_of(mmap->addr);
}

// ---- Which chunk it gets --------------------------------------------------------------------------------------------

constexpr bool a_block_is_cut_from_the_smallest_free_chunk_that_fits(const Transition& t) {
  const auto bytes = bytes_sought(t);
  const LawBlock* block = handed_out(t);
  if (!bytes || !block || own_mapping_of(t.after, block->addr)) return true;
  const auto smallest = smallest_fit(t.before, *bytes);
  if (!smallest) return true;
  return std::ranges::any_of(chunks_of(t.before), [&](const LawChunk& chunk) {
    return !chunk.in_use && chunk.size == *smallest && block_of(chunk.addr) == block->addr;
  });
}

/// Of chunks of one size the one that is first on their list, which was freed last.
constexpr bool of_equal_chunks_the_first_on_the_list_is_taken(const Transition& t) {
  const auto bytes = bytes_sought(t);
  const LawBlock* block = handed_out(t);
  if (!bytes || !block || own_mapping_of(t.after, block->addr)) return true;
  const auto smallest = smallest_fit(t.before, *bytes);
  if (!smallest) return true;
  for (std::uint32_t list = 0; list < lists; ++list) {
    for (const std::uint32_t chunk : chunks_on_list(t.before, head_of_list(t.before, list), 1u << 20)) {
      if (size_of(t.before, chunk) == *smallest) return block_of(chunk) == block->addr;
    }
  }
  return false;
}

/// The size of the chunk that a block was cut from: a free one, or its own with what is free behind it but the top, if that is enough.
constexpr std::optional<std::uint32_t> size_before_cut(const Transition& t, const LawBlock& block) {
  const std::uint32_t addr = chunk_of(block.addr);
  const auto* resized = call<Realloc>(t);
  const bool is_resized = resized && resized->block == block.addr;
  if (!bytes_sought(t) && !resized) return std::nullopt;
  std::uint32_t whole = 0;
  for (const LawChunk& chunk : chunks_of(t.before)) {
    if (chunk.addr == addr && chunk.in_use == is_resized) whole = chunk.size;
    // A block that becomes longer takes in what is free behind it.
    const bool is_behind = whole != 0 && chunk.addr == addr + whole && !chunk.in_use;
    if (is_resized && is_behind && whole < size_needed(block.bytes)) whole += chunk.size;
  }
  return whole != 0 && whole >= size_needed(block.bytes) ? std::optional(whole) : std::nullopt;
}

constexpr bool a_chunk_that_is_hardly_longer_than_needed_is_given_whole(const Transition& t) {
  const LawBlock* block = handed_out(t);
  if (!block || own_mapping_of(t.after, block->addr)) return true;
  const auto whole = size_before_cut(t, *block);
  if (!whole || *whole - size_needed(block->bytes) >= smallest_chunk<std::uint32_t>) return true;
  return size_of(t.after, chunk_of(block->addr)) == *whole;
}

constexpr bool where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  if (!bytes || !is_sought_in_heap(t, *bytes) || smallest_fit(t.before, *bytes)) return true;
  const bool had_room = has_room_in_top(t.before, *bytes);
  const auto* brk = first_move_of_break(t);
  if (!had_room && !(brk && brk->moved)) return true;
  const std::uint64_t top = had_room ? t.before.top : begin_of_new_top(t.before);
  return handed_out(t) && chunk_of(handed_out(t)->addr) == top && t.after.top == top + size_needed(*bytes) &&
         !(had_room && brk);
}

// ---- What stands in it ----------------------------------------------------------------------------------------------

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

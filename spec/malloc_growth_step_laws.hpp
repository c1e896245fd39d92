// Where the memory of a block comes from, step by step: a free chunk, the top, a top that has grown, a mapping; and what of a heap is
// given back, or is not. Part of malloc_step_laws.hpp.
#pragma once

#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::malloc {

/// Bytes of the chunk that a request takes. [malloc.size.chunk]
constexpr std::uint64_t chunk_bytes_for(std::uint32_t bytes) {
  constexpr std::uint64_t alignment = chunk_alignment<std::uint32_t>;
  const std::uint64_t least = std::uint64_t{bytes} + word_bytes<std::uint32_t>;
  return std::max<std::uint64_t>((least + alignment - 1) / alignment * alignment, smallest_chunk<std::uint32_t>);
}

/// True if so many bytes can be taken from the top, and a top be left.
constexpr bool has_room_in_top(const LawState& state, std::uint64_t needed) {
  return state.top != 0 && size_of_top(state) >= needed + smallest_chunk<std::uint32_t>;
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

/// The first effect of this kind.
template <template <class> class Kind>
constexpr const Kind<std::uint32_t>* first_effect(const Transition& t) {
  for (const LawEffect& effect : t.effects) {
    if (const auto* found = std::get_if<Kind<std::uint32_t>>(&effect)) return found;
  }
  return nullptr;
}

/// Where the top begins that a growth makes: that of the heap if its end is the break, else behind the break.
constexpr std::uint64_t begin_of_grown_top(const LawState& state) {
  if (state.top != 0 && state.space.mm.brk == state.top_end) return state.top;
  constexpr std::uint64_t alignment = chunk_alignment<std::uint32_t>;
  return (state.space.mm.brk + alignment - 1) / alignment * alignment;
}

/// Where a growth for a request wants the break: what is needed, the smallest chunk and the pad fit, and no page more.
constexpr std::uint64_t break_for(const Transition& t, std::uint32_t bytes) {
  const std::uint64_t page = t.allocator.kernel.machine.page_size;
  const std::uint64_t end = begin_of_grown_top(t.before) + chunk_bytes_for(bytes) + smallest_chunk<std::uint32_t> +
                            t.allocator.parameters.top_pad;
  return (end + page - 1) / page * page;
}

namespace holds {

// ---- Where a block comes from ---------------------------------------------------------------------------------------

constexpr bool a_request_whose_mapping_is_refused_comes_from_the_heap(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const auto* mmap = t.effects.empty() ? nullptr : std::get_if<MapPages<std::uint32_t>>(&t.effects.front());
  if (!asked || !mmap || mmap->addr != 0 || asked->bytes < t.allocator.parameters.mmap_threshold) return true;
  const bool has_room =
      smallest_fit(t.before, asked->bytes) || has_room_in_top(t.before, chunk_bytes_for(asked->bytes));
  const LawBlock* block = handed_out(t);
  return block ? !own_mapping_of(t.after, block->addr) : !has_room;
}

constexpr bool no_block_of_the_heap_is_longer_than_need_be_by_a_chunk(const Transition& t) {
  const LawBlock* block = call<Malloc>(t) || call<Calloc>(t) ? handed_out(t) : nullptr;
  if (!block || own_mapping_of(t.after, block->addr)) return true;
  const std::uint64_t size = size_of(t.after, chunk_of(block->addr)), needed = chunk_bytes_for(block->bytes);
  return needed <= size && size < needed + smallest_chunk<std::uint32_t>;
}

constexpr bool where_no_free_chunk_fits_the_front_of_the_top_is_taken(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block || own_mapping_of(t.after, block->addr) || smallest_fit(t.before, asked->bytes))
    return true;
  const std::uint64_t needed = chunk_bytes_for(asked->bytes);
  if (!has_room_in_top(t.before, needed)) return true;
  return chunk_of(block->addr) == t.before.top && t.after.top == t.before.top + needed && !first_effect<Brk>(t);
}

// ---- How the heap grows ---------------------------------------------------------------------------------------------

constexpr bool the_break_is_moved_for_what_is_needed_and_the_pad(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const auto* brk = first_effect<Brk>(t);
  return !asked || !brk || brk->brk == break_for(t, asked->bytes);
}

constexpr bool a_heap_does_not_grow_around_the_end_of_the_address_space(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  if (!asked || asked->bytes > 0x7fffffff || break_for(t, asked->bytes) <= 0xffffffff) return true;
  return !first_effect<Brk>(t) && t.after.top_end == t.before.top_end;
}

constexpr bool a_heap_that_is_refused_memory_stays_as_it_is(const Transition& t) {
  const auto* brk = first_effect<Brk>(t);
  if (!brk || brk->moved || !(call<Malloc>(t) || call<Calloc>(t) || call<Memalign>(t))) return true;
  return t.after.regions == t.before.regions && t.after.top == t.before.top &&
         t.after.top_end == t.before.top_end && t.after.space.mm.brk == t.before.space.mm.brk;
}

constexpr bool what_the_heap_cannot_grow_for_is_mapped(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  const auto* brk = first_effect<Brk>(t);
  if (!asked || !brk || brk->moved) return true;
  const LawBlock* block = handed_out(t);
  return first_effect<MapPages>(t) && (!block || own_mapping_of(t.after, block->addr));
}

// ---- What is given back ---------------------------------------------------------------------------------------------

constexpr bool what_was_free_behind_a_freed_block_is_one_with_it(const Transition& t) {
  const auto* freed = call<Free>(t);
  if (!freed || !block_before(t, freed->block) || own_mapping_of(t.before, freed->block)) return true;
  const std::uint32_t chunk = chunk_of(freed->block), next = chunk + size_of(t.before, chunk);
  const auto begins_at_next = [&](const LawChunk& each) { return each.addr == next && !each.in_use; };
  return std::ranges::none_of(chunks_of(t.before), begins_at_next) ||
         std::ranges::none_of(chunks_of(t.after), begins_at_next);
}

constexpr bool without_a_heap_nothing_is_trimmed(const Transition& t) {
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  if (!call<MallocTrim>(t) || t.before.top != 0) return true;
  return number && number->value == 0 && t.effects.empty() && t.before == t.after;
}

constexpr bool nothing_is_given_back_below_what_the_program_put_there(const Transition& t) {
  const bool gives_back = call<MallocTrim>(t) || call<Free>(t);
  return !gives_back || t.before.space.mm.brk == t.before.top_end || !first_effect<Brk>(t);
}

constexpr bool a_top_that_cannot_be_given_back_keeps_its_pages(const Transition& t) {
  const bool gives_back = call<MallocTrim>(t) || call<Free>(t);
  const auto* brk = first_effect<Brk>(t);
  if (!gives_back || !brk || brk->moved) return true;
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  return t.after.top_end == t.before.top_end && t.after.space.mm.brk == t.before.space.mm.brk &&
         (!call<MallocTrim>(t) || (number && number->value == 0));
}

}  // namespace holds

}  // namespace refmm::malloc

// What becomes of a block that is resized, and where an aligned one comes from, step by step. Part of malloc_step_laws.hpp.
#pragma once

#include <refmm/spec/malloc_growth_step_laws.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::malloc::holds {

constexpr bool realloc_keeps_the_prefix(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  const LawBlock* after = handed_out(t);
  if (!before || !after) return true;
  return same_bytes(t.before, before->addr, t.after, after->addr, std::min(before->bytes, asked->bytes));
}

constexpr bool realloc_that_is_refused_keeps_the_block(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  if (!before || !refusal(t)) return true;
  return block_at(t.after.blocks, before->addr) &&
         same_bytes(t.before, before->addr, t.after, before->addr, before->bytes);
}

constexpr bool realloc_of_nothing_is_malloc(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || refusal(t) || asked->block != 0) return true;
  return handed_out(t) && handed_out(t)->bytes == asked->bytes;
}

constexpr bool realloc_to_nothing_is_free(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || refusal(t) || asked->block == 0 || asked->bytes != 0) return true;
  return !block_at(t.after.blocks, asked->block) && !handed_out(t);
}

constexpr bool a_block_that_becomes_shorter_stays_where_it_is(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || asked->bytes == 0 || !block_before(t, asked->block) || !handed_out(t)) return true;
  const bool is_shorter = asked->bytes <= usable_bytes(t.before, asked->block);
  return own_mapping_of(t.before, asked->block) || !is_shorter || handed_out(t)->addr == asked->block;
}

/// The block of the heap that a call of realloc resizes, if it is about one.
constexpr const LawBlock* resized_in_heap(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked && asked->bytes != 0 ? block_before(t, asked->block) : nullptr;
  return before && !own_mapping_of(t.before, before->addr) ? before : nullptr;
}

constexpr bool a_block_grows_into_free_memory_behind_it(const Transition& t) {
  const LawBlock* before = resized_in_heap(t);
  if (!before || !handed_out(t)) return true;
  const std::uint32_t usable = usable_bytes(t.before, before->addr);
  const std::uint32_t end = before->addr + usable - word_bytes<std::uint32_t>;
  for (const LawChunk& chunk : chunks_of(t.before)) {
    const bool is_behind = chunk.addr == end && !chunk.in_use;
    if (is_behind && call<Realloc>(t)->bytes <= usable + chunk.size) return handed_out(t)->addr == before->addr;
  }
  return true;
}

constexpr bool a_block_in_front_of_the_top_grows_into_it(const Transition& t) {
  const LawBlock* before = resized_in_heap(t);
  if (!before) return true;
  const std::uint32_t chunk = chunk_of(before->addr), size = size_of(t.before, chunk);
  const std::uint64_t needed = chunk_bytes_for(call<Realloc>(t)->bytes);
  if (chunk + size != t.before.top || needed <= size || !has_room_in_top(t.before, needed - size)) return true;
  return handed_out(t) && handed_out(t)->addr == before->addr && t.after.top == chunk + needed &&
         t.effects.empty();
}

// ---- Blocks with mappings of their own ------------------------------------------------------------------------------

constexpr bool a_mapped_block_is_remapped(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  if (!before || asked->bytes == 0 || !own_mapping_of(t.before, before->addr) || refusal(t)) return true;
  if (!handed_out(t)) return false;
  const auto mapping = own_mapping_of(t.after, handed_out(t)->addr);
  const auto* remapped = t.effects.empty() ? nullptr : std::get_if<RemapPages<std::uint32_t>>(&t.effects.front());
  if (t.effects.empty()) return handed_out(t)->addr == before->addr && t.before.space == t.after.space;
  return remapped && (remapped->new_addr == 0 || (mapping && mapping->end - mapping->start == remapped->new_len));
}

constexpr bool a_mapped_block_that_needs_as_many_pages_stays_as_it_is(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked && asked->bytes != 0 ? block_before(t, asked->block) : nullptr;
  const auto mapping = before ? own_mapping_of(t.before, before->addr) : std::nullopt;
  if (!mapping) return true;
  const std::uint64_t page = t.allocator.kernel.machine.page_size, len = mapping->end - mapping->start;
  const std::uint64_t leader = chunk_of(before->addr) - mapping->start;
  const std::uint64_t needed = leader + chunk_bytes_for(asked->bytes) + word_bytes<std::uint32_t>;
  if (needed > len || needed + page <= len) return true;
  return handed_out(t) && handed_out(t)->addr == before->addr && same_space(t);
}

constexpr bool a_block_that_cannot_be_remapped_is_copied_and_unmapped(const Transition& t) {
  const auto* remapped = t.effects.empty() ? nullptr : std::get_if<RemapPages<std::uint32_t>>(&t.effects.front());
  if (!remapped || remapped->new_addr != 0 || !handed_out(t)) return true;
  const std::uint32_t old = call<Realloc>(t)->block;
  const auto* unmapped = first_effect<UnmapPages>(t);
  return handed_out(t)->addr != old && !block_at(t.after.blocks, old) && unmapped &&
         unmapped->addr == remapped->addr && unmapped->len == remapped->old_len;
}

// ---- memalign -------------------------------------------------------------------------------------------------------

constexpr bool memalign_aligns(const Transition& t) {
  const auto* asked = call<Memalign>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block) return true;
  std::uint64_t power = chunk_alignment<std::uint32_t>;
  while (power < asked->alignment) power *= 2;
  return block->addr % power == 0;
}

/// Where each block is aligned enough, the chunk begins where what it was cut from did.
constexpr bool for_the_alignment_of_every_block_nothing_is_cut_off(const Transition& t) {
  const auto* asked = call<Memalign>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block || asked->alignment > chunk_alignment<std::uint32_t>) return true;
  const std::uint32_t chunk = chunk_of(block->addr);
  if (const auto mapping = own_mapping_of(t.after, block->addr)) return mapping->start == chunk;
  const auto is_cut_there = [&](const LawChunk& each) { return each.addr == chunk && !each.in_use; };
  return chunk == t.before.top || chunk == t.after.regions.back() ||
         std::ranges::any_of(chunks_of(t.before), is_cut_there);
}

constexpr bool what_memalign_does_not_need_is_free(const Transition& t) {
  const LawBlock* block = call<Memalign>(t) ? handed_out(t) : nullptr;
  if (!block || own_mapping_of(t.after, block->addr)) return true;
  const bool is_plain = call<Memalign>(t)->alignment <= chunk_alignment<std::uint32_t>;
  return is_plain || usable_bytes(t.after, block->addr) < block->bytes + 2 * smallest_chunk<std::uint32_t>;
}

}  // namespace refmm::malloc::holds

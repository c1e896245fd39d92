// Laws about calloc, realloc and memalign: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm::malloc::holds {

constexpr bool calloc_refuses_products_that_wrap(const Transition& t) {
  const auto* asked = call<Calloc>(t);
  if (!asked) return true;
  const bool wraps = std::uint64_t{asked->count} * asked->size > 0xffffffff;
  return (refusal(t) == Refusal::product_wraps) == wraps;
}

constexpr bool calloc_gives_zeros(const Transition& t) {
  const LawBlock* block = call<Calloc>(t) ? handed_out(t) : nullptr;
  if (!block) return true;
  const std::uint32_t end = block->addr + usable_bytes(t.after, block->addr);
  for (std::uint32_t addr = block->addr; addr < end; addr += word_bytes<std::uint32_t>) {
    if (word_at(t.after, addr) != 0) return false;
  }
  return true;
}

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

constexpr bool realloc_of_nothing_is_malloc_and_to_nothing_is_free(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || refusal(t)) return true;
  if (asked->block == 0) return handed_out(t) && handed_out(t)->bytes == asked->bytes;
  return asked->bytes != 0 || (!block_at(t.after.blocks, asked->block) && !handed_out(t));
}

constexpr bool a_block_that_becomes_shorter_stays_where_it_is(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || asked->bytes == 0 || !block_before(t, asked->block) || !handed_out(t)) return true;
  const bool is_shorter = asked->bytes <= usable_bytes(t.before, asked->block);
  return own_mapping_of(t.before, asked->block) || !is_shorter || handed_out(t)->addr == asked->block;
}

constexpr bool a_block_grows_into_free_memory_behind_it(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  if (!before || !handed_out(t) || own_mapping_of(t.before, before->addr)) return true;
  const std::uint32_t usable = usable_bytes(t.before, before->addr);
  const std::uint32_t end = before->addr + usable - word_bytes<std::uint32_t>;
  for (const LawChunk& chunk : chunks_of(t.before)) {
    const bool is_behind = chunk.addr == end && !chunk.in_use;
    if (is_behind && asked->bytes <= usable + chunk.size) return handed_out(t)->addr == before->addr;
  }
  return true;
}

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

constexpr bool memalign_aligns(const Transition& t) {
  const auto* asked = call<Memalign>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block) return true;
  std::uint64_t power = chunk_alignment<std::uint32_t>;
  while (power < asked->alignment) power *= 2;
  return block->addr % power == 0;
}

constexpr bool what_memalign_does_not_need_is_free(const Transition& t) {
  const LawBlock* block = call<Memalign>(t) ? handed_out(t) : nullptr;
  if (!block || own_mapping_of(t.after, block->addr)) return true;
  const bool is_plain = call<Memalign>(t)->alignment <= chunk_alignment<std::uint32_t>;
  return is_plain || usable_bytes(t.after, block->addr) < block->bytes + 2 * smallest_chunk<std::uint32_t>;
}

}  // namespace refmm::malloc::holds

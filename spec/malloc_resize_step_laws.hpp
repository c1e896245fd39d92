// Laws about calloc, realloc and memalign: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

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

/// As large as was asked for; what else malloc does the laws about requests say, which speak of such calls, too.
constexpr bool realloc_of_null_is_malloc(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || asked->block != 0 || refusal(t)) return true;
  return handed_out(t) && handed_out(t)->bytes == asked->bytes;
}

/// What else free does the laws about free say, which speak of such calls, too.
constexpr bool realloc_to_nothing_is_free(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || asked->bytes != 0 || !block_before(t, asked->block) || ended_everything(t)) return true;
  const auto* address = std::get_if<Address<std::uint32_t>>(&t.result);
  auto kept = t.before.blocks;
  std::erase_if(kept, [&](const LawBlock& block) { return block.addr == asked->block; });
  return address && address->value == 0 && t.after.blocks == kept;
}

constexpr bool a_block_that_becomes_shorter_stays_where_it_is(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  if (!asked || asked->bytes == 0 || !block_before(t, asked->block) || !handed_out(t)) return true;
  const bool is_shorter = asked->bytes <= usable_bytes(t.before, asked->block);
  return own_mapping_of(t.before, asked->block) || !is_shorter || handed_out(t)->addr == asked->block;
}

constexpr bool a_block_in_front_of_the_top_grows_into_it(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  if (!before || own_mapping_of(t.before, before->addr) || asked->bytes > largest_request(t)) return true;
  const std::uint32_t chunk = chunk_of(before->addr), size = size_of(t.before, chunk);
  const std::uint32_t needed = size_needed(asked->bytes);
  const std::uint64_t room = std::uint64_t{size} + size_of_top(t.before);
  const bool has_room = room >= std::uint64_t{needed} + smallest_chunk<std::uint32_t>;
  if (asked->bytes == 0 || needed <= size || chunk + size != t.before.top || !has_room) return true;
  return handed_out(t) && handed_out(t)->addr == before->addr && size_of(t.after, chunk) == needed &&
         t.after.top == chunk + needed && t.after.top_end == t.before.top_end && t.effects.empty();
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

/// A block with a mapping of its own that is to have another number of bytes.
struct Remapping {
  LawBlock block;
  LawRange mapping;
  std::uint64_t needed;  // bytes of the mapping that the block needs with what lies in front of it there
};
constexpr std::optional<Remapping> remapping(const Transition& t) {
  const auto* asked = call<Realloc>(t);
  const LawBlock* before = asked ? block_before(t, asked->block) : nullptr;
  if (!before || asked->bytes == 0 || asked->bytes > largest_request(t) || ended_everything(t))
    return std::nullopt;
  const auto mapping = own_mapping_of(t.before, before->addr);
  // Where it begins stands in a word that is in none of its program's blocks.
  if (!mapping || mapping->start > before->addr || !is_inside_areas(t.before, *mapping)) return std::nullopt;
  const std::uint32_t leader = chunk_of(before->addr) - mapping->start;
  return Remapping{*before, *mapping, pages_needed(t, leader, size_needed(asked->bytes))};
}
constexpr bool needs_as_many_pages(const Remapping& wanted) {
  return wanted.needed == wanted.mapping.end - wanted.mapping.start;
}

constexpr bool a_mapped_block_that_needs_as_many_pages_as_it_has_stays_as_it_is(const Transition& t) {
  const auto wanted = remapping(t);
  if (!wanted || !needs_as_many_pages(*wanted)) return true;
  const std::uint32_t addr = wanted->block.addr, chunk = chunk_of(addr);
  return handed_out(t) && handed_out(t)->addr == addr && same_space(t) &&
         t.after.mapped_blocks == t.before.mapped_blocks && word_at(t.after, chunk) == word_at(t.before, chunk) &&
         word_at(t.after, address_of_size(chunk)) == word_at(t.before, address_of_size(chunk));
}

/// What a mapped block that needs another number of pages asks the kernel for first.
constexpr const RemapPages<std::uint32_t>* asked_to_remap(const Transition& t) {
  return t.effects.empty() ? nullptr : std::get_if<RemapPages<std::uint32_t>>(&t.effects.front());
}

constexpr bool a_mapped_block_is_remapped(const Transition& t) {
  const auto wanted = remapping(t);
  if (!wanted || needs_as_many_pages(*wanted)) return true;
  const auto [start, end] = wanted->mapping;
  const auto* asked = asked_to_remap(t);
  if (!asked || asked->addr != start || asked->old_len != end - start || asked->new_len != wanted->needed)
    return false;
  if (asked->new_addr == 0) return true;
  if (!handed_out(t) || t.effects.size() != 1) return false;
  const auto mapping = own_mapping_of(t.after, handed_out(t)->addr);
  return mapping && mapping->start == asked->new_addr && mapping->end - mapping->start == asked->new_len &&
         handed_out(t)->addr - mapping->start == wanted->block.addr - start;
}

/// Into a new block, if there is memory for one; then the old one is given back.
constexpr bool a_block_that_the_kernel_does_not_remap_is_copied(const Transition& t) {
  const auto wanted = remapping(t);
  const auto* asked = wanted ? asked_to_remap(t) : nullptr;
  if (!asked || asked->new_addr != 0) return true;
  const auto [start, end] = wanted->mapping;
  const LawBlock* block = handed_out(t);
  if (!block) {
    const bool is_refused_pages = std::ranges::any_of(t.effects, [](const LawEffect& effect) {
      const auto* mmap = std::get_if<MapPages<std::uint32_t>>(&effect);
      return mmap && mmap->addr == 0;
    });
    return is_refused_pages && refusal(t) == Refusal::no_memory && t.after.blocks == t.before.blocks &&
           effects_of<UnmapPages>(t) == 0;
  }
  const auto* unmapped = std::get_if<UnmapPages<std::uint32_t>>(&t.effects.back());
  return unmapped && unmapped->addr == start && unmapped->len == end - start &&
         block->addr != wanted->block.addr && !block_at(t.after.blocks, wanted->block.addr) &&
         same_bytes(t.before, wanted->block.addr, t.after, block->addr,
                    std::min(wanted->block.bytes, block->bytes));
}

constexpr bool memalign_aligns(const Transition& t) {
  const auto* asked = call<Memalign>(t);
  const LawBlock* block = handed_out(t);
  if (!asked || !block) return true;
  std::uint64_t power = chunk_alignment<std::uint32_t>;
  while (power < asked->alignment) power *= 2;
  return block->addr % power == 0;
}

/// A block as malloc would give: its chunk is no larger than needed, and its mapping begins right in front of it.
constexpr bool an_alignment_of_two_words_or_less_is_that_of_every_block(const Transition& t) {
  const auto* asked = call<Memalign>(t);
  if (!asked || asked->alignment > chunk_alignment<std::uint32_t> || ended_everything(t)) return true;
  if ((refusal(t) == Refusal::too_large) != (asked->bytes > largest_request(t))) return false;
  const LawBlock* block = handed_out(t);
  if (!block) return refusal(t).has_value();
  const std::uint32_t needed = size_needed(asked->bytes);
  if (const auto mapping = own_mapping_of(t.after, block->addr))
    return block->addr == block_of(mapping->start) && mapping->end - mapping->start == pages_needed(t, 0, needed);
  const std::uint32_t size = size_of(t.after, chunk_of(block->addr));
  return block->addr % chunk_alignment<std::uint32_t> == 0 && size >= needed &&
         size < needed + smallest_chunk<std::uint32_t>;
}

constexpr bool what_memalign_does_not_need_is_free(const Transition& t) {
  const LawBlock* block = call<Memalign>(t) ? handed_out(t) : nullptr;
  if (!block || own_mapping_of(t.after, block->addr)) return true;
  const bool is_plain = call<Memalign>(t)->alignment <= chunk_alignment<std::uint32_t>;
  return is_plain || usable_bytes(t.after, block->addr) < block->bytes + 2 * smallest_chunk<std::uint32_t>;
}

}  // namespace refmm::malloc::holds

// Laws about free and malloc_trim: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

namespace refmm::malloc::holds {

// ---- free -----------------------------------------------------------------------------------------------------------

/// The block that a call gives back, and that the program has: free, and realloc to nothing.
constexpr const LawBlock* given_back(const Transition& t) {
  if (ended_everything(t)) return nullptr;
  if (const auto* freed = call<Free>(t)) return block_before(t, freed->block);
  const auto* resized = call<Realloc>(t);
  return resized && resized->bytes == 0 ? block_before(t, resized->block) : nullptr;
}
/// Likewise, of the heap.
constexpr const LawBlock* given_back_to_heap(const Transition& t) {
  const LawBlock* block = given_back(t);
  return block && !own_mapping_of(t.before, block->addr) ? block : nullptr;
}

constexpr bool freeing_null_does_nothing(const Transition& t) {
  const auto* freed = call<Free>(t);
  return !freed || freed->block != 0 || t.before == t.after;
}

constexpr bool a_mapped_block_is_returned_at_once(const Transition& t) {
  const LawBlock* freed = given_back(t);
  if (!freed) return true;
  const auto mapping = own_mapping_of(t.before, freed->addr);
  if (!mapping) return effects_of<UnmapPages>(t) == 0;
  const auto* unmapped = only_effect<UnmapPages>(t);
  // The kernel may refuse: then the pages stay.
  const bool is_gone = !is_inside_areas(t.after, {mapping->start, mapping->end});
  return unmapped && unmapped->addr == mapping->start && unmapped->len == mapping->end - mapping->start &&
         (is_gone || t.before.space.knobs.fail_vma != 0);
}

/// A block of the heap that is freed is free afterwards, as a part of what its neighbours let it be.
constexpr bool a_freed_chunk_is_free_or_top_or_gone(const Transition& t) {
  const LawBlock* freed = given_back_to_heap(t);
  if (!freed) return true;
  const std::uint32_t chunk = chunk_of(freed->addr);
  if (t.after.top <= chunk) return true;
  return std::ranges::any_of(chunks_of(t.after), [&](const LawChunk& now) {
    return !now.in_use && now.addr <= chunk && chunk < now.addr + now.size;
  });
}

/// What becomes free of the heap: the chunk of a block that is given back, or what a block that stays where it is does not need.
constexpr std::optional<LawRange> range_that_becomes_free(const Transition& t) {
  if (const LawBlock* freed = given_back_to_heap(t)) {
    const std::uint32_t chunk = chunk_of(freed->addr);
    return LawRange{chunk, chunk + size_of(t.before, chunk)};
  }
  const auto* resized = call<Realloc>(t);
  const LawBlock* before = resized ? block_before(t, resized->block) : nullptr;
  if (!before || !handed_out(t) || own_mapping_of(t.before, before->addr)) return std::nullopt;
  const std::uint32_t chunk = chunk_of(before->addr), needed = size_needed(resized->bytes);
  const std::uint32_t size = size_of(t.before, chunk);
  if (size < needed || size - needed < smallest_chunk<std::uint32_t>) return std::nullopt;
  return LawRange{chunk + needed, chunk + size};
}

constexpr bool what_becomes_free_takes_in_the_free_chunk_behind_it(const Transition& t) {
  const auto range = range_that_becomes_free(t);
  if (!range) return true;
  const auto chunks = chunks_of(t.before);
  const auto behind = std::ranges::find_if(
      chunks, [&](const LawChunk& chunk) { return chunk.addr == range->end && !chunk.in_use; });
  if (behind == chunks.end()) return true;
  return std::ranges::any_of(chunks_of(t.after), [&](const LawChunk& now) {
    return !now.in_use && now.addr <= range->start && now.addr + now.size == behind->addr + behind->size;
  });
}

// ---- What is given back to the kernel -------------------------------------------------------------------------------

/// The contrast that mappings of their own exist for: memory of the heap is given back from its end only.
constexpr bool what_lies_below_a_block_stays(const Transition& t) {
  if (call<Sbrk>(t)) return true;
  std::uint32_t end = 0;
  for (const LawBlock& block : t.after.blocks) {
    if (!own_mapping_of(t.after, block.addr)) end = std::max(end, block.addr + usable_bytes(t.after, block.addr));
  }
  if (t.before.regions.empty() || end == 0) return true;
  return t.after.space.mm.brk >= end && is_inside_areas(t.after, {t.after.regions.front(), end});
}

constexpr bool the_top_is_trimmed_when_it_is_long(const Transition& t) {
  if (!given_back_to_heap(t)) return true;
  const std::uint32_t page = t.allocator.kernel.machine.page_size, top = size_of_top(t.after);
  const auto& parameters = t.allocator.parameters;
  const bool can = t.before.space.mm.brk == t.before.top_end;
  const bool is_long = top >= parameters.trim_threshold;
  const std::uint32_t stays = parameters.top_pad + smallest_chunk<std::uint32_t> + page;
  return !is_long || !can || top <= stays || effects_of<Brk>(t) != 0;
}

constexpr bool malloc_trim_says_whether_it_gave_something_back(const Transition& t) {
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  if (!call<MallocTrim>(t) || !number) return true;
  return (number->value == 1) == (t.after.top_end < t.before.top_end) && number->value <= 1 &&
         t.after.top == t.before.top;
}

constexpr bool what_is_trimmed_is_whole_pages_but_the_pad(const Transition& t) {
  const auto* trim = call<MallocTrim>(t);
  if (!trim || t.after.top == 0) return true;
  const std::uint32_t page = t.allocator.kernel.machine.page_size;
  const std::uint64_t stays = std::uint64_t{trim->pad} + smallest_chunk<std::uint32_t>;
  const auto* brk = only_effect<Brk>(t);
  const bool could = t.before.space.mm.brk == t.before.top_end && (!brk || brk->moved);
  const bool pad_stays = t.after.top_end == t.before.top_end || size_of_top(t.after) > stays;
  return (t.before.top_end - t.after.top_end) % page == 0 && pad_stays &&
         (!could || size_of_top(t.after) <= stays + page);
}

/// What malloc_trim answers where it gives nothing back.
constexpr bool returned_0(const Transition& t) {
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  return number && number->value == 0;
}

constexpr bool without_a_heap_malloc_trim_returns_0(const Transition& t) {
  if (!call<MallocTrim>(t) || t.before.top != 0) return true;
  return returned_0(t) && t.effects.empty() && t.before == t.after;
}

constexpr bool nothing_is_trimmed_where_the_program_has_moved_the_break(const Transition& t) {
  if (t.before.top == 0 || can_go_on(t.before)) return true;
  if (call<MallocTrim>(t)) return returned_0(t) && t.effects.empty() && t.before == t.after;
  if (!given_back(t)) return true;
  return effects_of<Brk>(t) == 0 && t.after.top_end == t.before.top_end &&
         t.after.space.mm.brk == t.before.space.mm.brk;
}

constexpr bool a_top_that_the_kernel_does_not_take_back_keeps_its_pages(const Transition& t) {
  const auto* brk = call<MallocTrim>(t) || given_back_to_heap(t) ? first_move_of_break(t) : nullptr;
  if (!brk || brk->moved) return true;
  if (call<MallocTrim>(t) && !(returned_0(t) && heap_stays(t))) return false;
  return t.after.top_end == t.before.top_end && t.after.space.mm.brk == t.before.space.mm.brk &&
         t.after.top + size_of_top(t.after) == t.after.top_end &&
         is_inside_areas(t.after, {t.after.top, t.after.top_end});
}

}  // namespace refmm::malloc::holds

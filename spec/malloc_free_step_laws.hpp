// Laws about free and malloc_trim: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm::malloc::holds {

constexpr bool freeing_null_does_nothing(const Transition& t) {
  const auto* freed = call<Free>(t);
  return !freed || freed->block != 0 || t.before == t.after;
}

constexpr bool a_mapped_block_is_returned_at_once(const Transition& t) {
  const auto* freed = call<Free>(t);
  if (!freed || !block_before(t, freed->block)) return true;
  const auto mapping = own_mapping_of(t.before, freed->block);
  if (!mapping) return effects_of<UnmapPages>(t) == 0;
  const auto* unmapped = only_effect<UnmapPages>(t);
  // The kernel may refuse: then the pages stay.
  const bool is_gone = !is_inside_areas(t.after, {mapping->start, mapping->end});
  return unmapped && unmapped->addr == mapping->start && unmapped->len == mapping->end - mapping->start &&
         (is_gone || t.before.space.knobs.fail_vma != 0);
}

/// A block of the heap that is freed is free afterwards, as a part of what its neighbours let it be.
constexpr bool a_freed_chunk_is_free_or_top_or_gone(const Transition& t) {
  const auto* freed = call<Free>(t);
  if (!freed || !block_before(t, freed->block) || own_mapping_of(t.before, freed->block)) return true;
  const std::uint32_t chunk = chunk_of(freed->block);
  if (t.after.top <= chunk) return true;
  return std::ranges::any_of(chunks_of(t.after), [&](const LawChunk& now) {
    return !now.in_use && now.addr <= chunk && chunk < now.addr + now.size;
  });
}

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
  const auto* freed = call<Free>(t);
  if (!freed || own_mapping_of(t.before, freed->block) || !block_before(t, freed->block)) return true;
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

}  // namespace refmm::malloc::holds

// What each call does to the heap of a program that does nothing outside of its blocks: laws of one step.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/malloc_growth_step_laws.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_resize_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <variant>

namespace refmm::malloc {

namespace holds {

// ---- Every call -----------------------------------------------------------------------------------------------------

constexpr bool no_call_changes_a_block_of_the_program(const Transition& t) {
  if (const auto* resized = call<Realloc>(t)) return blocks_survive(t, resized->block);
  const bool writes = call<StoreByte>(t) || call<StoreWord>(t) || call<Memset>(t);
  return writes || blocks_survive(t);
}

constexpr bool a_refused_call_leaves_the_blocks(const Transition& t) {
  return !refusal(t) || t.before.blocks == t.after.blocks;
}

// ---- malloc ---------------------------------------------------------------------------------------------------------

constexpr std::uint32_t largest_request(const Transition& t) {
  return 0x7fffffff - 2 * t.allocator.kernel.machine.page_size;
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

constexpr bool the_heap_grows_only_where_nothing_fits(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  if (!asked || effects_of<Brk>(t) == 0) return true;
  const std::uint32_t needed = asked->bytes + word_bytes<std::uint32_t>;
  return !smallest_fit(t.before, asked->bytes) &&
         size_of_top(t.before) < needed + 2 * smallest_chunk<std::uint32_t>;
}

constexpr bool the_heap_ends_at_a_page(const Transition& t) {
  return t.after.top == 0 || t.after.top_end % t.allocator.kernel.machine.page_size == 0;
}

constexpr bool a_heap_that_cannot_go_on_begins_anew_behind_the_break(const Transition& t) {
  if (t.after.regions.size() == t.before.regions.size()) return true;
  const bool goes_on = t.before.top != 0 && t.before.space.mm.brk == t.before.top_end;
  return !goes_on && t.after.regions.size() == t.before.regions.size() + 1 &&
         t.after.regions.back() >= t.before.space.mm.brk;
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

// ---- free -----------------------------------------------------------------------------------------------------------

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

// ---- calloc --------------------------------------------------------------------------------------

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

// ---- Sizes ----------------------------------------------------------------------------------------------------------

constexpr bool malloc_usable_size_is_what_the_chunk_has(const Transition& t) {
  const auto* asked = call<MallocUsableSize>(t);
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  if (!asked || asked->block == 0 || !number) return true;
  return number->value == usable_bytes(t.before, asked->block) && t.before == t.after;
}

constexpr bool malloc_usable_size_of_null_is_nothing(const Transition& t) {
  const auto* asked = call<MallocUsableSize>(t);
  const auto* number = std::get_if<Number<std::uint32_t>>(&t.result);
  return !asked || asked->block != 0 || (number && number->value == 0 && t.before == t.after);
}

// ---- The program's end ----------------------------------------------------------------------------------------------

constexpr bool accesses_where_nothing_is_mapped_end_the_program(const Transition& t) {
  const auto ends = [&](std::uint32_t addr, std::uint32_t len) {
    const bool is_memory = len == 0 || (addr + (len - 1) >= addr && is_inside_areas(t.before, {addr, addr + len}));
    return is_memory == (refusal(t) != Refusal::not_mapped);
  };
  if (const auto* load = call<LoadByte>(t)) return ends(load->addr, 1);
  if (const auto* load = call<LoadWord>(t)) return ends(load->addr, word_bytes<std::uint32_t>);
  if (const auto* store = call<StoreByte>(t)) return ends(store->addr, 1);
  if (const auto* store = call<StoreWord>(t)) return ends(store->addr, word_bytes<std::uint32_t>);
  if (const auto* fill = call<Memset>(t)) return ends(fill->addr, fill->len);
  return true;
}

}  // namespace holds

#define REFMM_STEP_LAW(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("malloc.blocks.survive", no_call_changes_a_block_of_the_program),
    REFMM_STEP_LAW("malloc.malloc.no_memory", a_refused_call_leaves_the_blocks),
    REFMM_STEP_LAW("malloc.malloc.too_large", requests_are_too_large_exactly_above_the_largest),
    REFMM_STEP_LAW("malloc.malloc.threshold", requests_from_the_threshold_on_are_mapped),
    REFMM_STEP_LAW("malloc.mapped.own_mapping", a_mapped_block_takes_one_mapping),
    REFMM_STEP_LAW("malloc.mapped.refused", a_request_whose_mapping_is_refused_comes_from_the_heap),
    REFMM_STEP_LAW("malloc.malloc.best_fit", a_block_is_cut_from_the_smallest_free_chunk_that_fits),
    REFMM_STEP_LAW("malloc.malloc.best_fit", of_equal_chunks_the_first_on_the_list_is_taken),
    REFMM_STEP_LAW("malloc.split.whole", no_block_of_the_heap_is_longer_than_need_be_by_a_chunk),
    REFMM_STEP_LAW("malloc.top.front", where_no_free_chunk_fits_the_front_of_the_top_is_taken),
    REFMM_STEP_LAW("malloc.grow.goes_on", the_heap_grows_only_where_nothing_fits),
    REFMM_STEP_LAW("malloc.grow.to_page", the_heap_ends_at_a_page),
    REFMM_STEP_LAW("malloc.grow.to_page", the_break_is_moved_for_what_is_needed_and_the_pad),
    REFMM_STEP_LAW("malloc.grow.wraps", a_heap_does_not_grow_around_the_end_of_the_address_space),
    REFMM_STEP_LAW("malloc.grow.refused", a_heap_that_is_refused_memory_stays_as_it_is),
    REFMM_STEP_LAW("malloc.malloc.maps_instead", what_the_heap_cannot_grow_for_is_mapped),
    REFMM_STEP_LAW("malloc.grow.new_region", a_heap_that_cannot_go_on_begins_anew_behind_the_break),
    REFMM_STEP_LAW("malloc.perturb", new_memory_is_filled_where_that_is_asked_for),
    REFMM_STEP_LAW("malloc.free.null", freeing_null_does_nothing),
    REFMM_STEP_LAW("malloc.free.unmaps", a_mapped_block_is_returned_at_once),
    REFMM_STEP_LAW("malloc.free.joins_top", a_freed_chunk_is_free_or_top_or_gone),
    REFMM_STEP_LAW("malloc.free.merges_behind", what_was_free_behind_a_freed_block_is_one_with_it),
    REFMM_STEP_LAW("malloc.trim.pinned", what_lies_below_a_block_stays),
    REFMM_STEP_LAW("malloc.free.trims", the_top_is_trimmed_when_it_is_long),
    REFMM_STEP_LAW("malloc.trim.no_page", malloc_trim_says_whether_it_gave_something_back),
    REFMM_STEP_LAW("malloc.trim.whole_pages", what_is_trimmed_is_whole_pages_but_the_pad),
    REFMM_STEP_LAW("malloc.trim.no_heap", without_a_heap_nothing_is_trimmed),
    REFMM_STEP_LAW("malloc.trim.not_at_break", nothing_is_given_back_below_what_the_program_put_there),
    REFMM_STEP_LAW("malloc.trim.refused", a_top_that_cannot_be_given_back_keeps_its_pages),
    REFMM_STEP_LAW("malloc.calloc.wraps", calloc_refuses_products_that_wrap),
    REFMM_STEP_LAW("malloc.calloc.zero", calloc_gives_zeros),
    REFMM_STEP_LAW("malloc.realloc.prefix", realloc_keeps_the_prefix),
    REFMM_STEP_LAW("malloc.realloc.copies", realloc_that_is_refused_keeps_the_block),
    REFMM_STEP_LAW("malloc.realloc.null", realloc_of_nothing_is_malloc),
    REFMM_STEP_LAW("malloc.realloc.zero", realloc_to_nothing_is_free),
    REFMM_STEP_LAW("malloc.realloc.shrinks", a_block_that_becomes_shorter_stays_where_it_is),
    REFMM_STEP_LAW("malloc.realloc.into_next", a_block_grows_into_free_memory_behind_it),
    REFMM_STEP_LAW("malloc.realloc.into_top", a_block_in_front_of_the_top_grows_into_it),
    REFMM_STEP_LAW("malloc.realloc.remaps", a_mapped_block_is_remapped),
    REFMM_STEP_LAW("malloc.realloc.same_pages", a_mapped_block_that_needs_as_many_pages_stays_as_it_is),
    REFMM_STEP_LAW("malloc.realloc.remap_refused", a_block_that_cannot_be_remapped_is_copied_and_unmapped),
    REFMM_STEP_LAW("malloc.memalign.aligned", memalign_aligns),
    REFMM_STEP_LAW("malloc.memalign.every_block", for_the_alignment_of_every_block_nothing_is_cut_off),
    REFMM_STEP_LAW("malloc.memalign.leader", what_memalign_does_not_need_is_free),
    REFMM_STEP_LAW("malloc.usable_size", malloc_usable_size_is_what_the_chunk_has),
    REFMM_STEP_LAW("malloc.usable_size.null", malloc_usable_size_of_null_is_nothing),
    REFMM_STEP_LAW("malloc.access.not_mapped", accesses_where_nothing_is_mapped_end_the_program),
};

#undef REFMM_STEP_LAW

/// The first law that does not hold of `t`; nothing if it is lawful, or if the program ended and no law speaks of what is left.
constexpr std::optional<StepLaw<Transition>> broken_law(const Transition& t) {
  for (const auto& law : step_laws) {
    if (!law.holds(t)) return law;
  }
  return std::nullopt;
}

}  // namespace refmm::malloc

// What each call does to the heap of a program that does nothing outside of its blocks: laws of one step.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/malloc_block_step_laws.hpp>
#include <refmm/spec/malloc_free_step_laws.hpp>
#include <refmm/spec/malloc_grow_step_laws.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_resize_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <array>
#include <optional>

namespace refmm::malloc {

#define REFMM_STEP_LAW(clause, name) \
  StepLaw<Transition> { clause, #name, holds::name }

inline constexpr std::array step_laws{
    REFMM_STEP_LAW("malloc.blocks.survive", no_call_changes_a_block_of_the_program),
    REFMM_STEP_LAW("malloc.malloc.no_memory", a_refused_call_leaves_the_blocks),
    REFMM_STEP_LAW("malloc.malloc.too_large", requests_are_too_large_exactly_above_the_largest),
    REFMM_STEP_LAW("malloc.malloc.threshold", requests_from_the_threshold_on_are_mapped),
    REFMM_STEP_LAW("malloc.mapped.own_mapping", a_mapped_block_takes_one_mapping),
    REFMM_STEP_LAW("malloc.mapped.refused", where_a_mapping_is_refused_the_heap_serves),
    REFMM_STEP_LAW("malloc.malloc.best_fit", a_block_is_cut_from_the_smallest_free_chunk_that_fits),
    REFMM_STEP_LAW("malloc.malloc.best_fit", of_equal_chunks_the_first_on_the_list_is_taken),
    REFMM_STEP_LAW("malloc.split.whole", a_chunk_that_is_hardly_longer_than_needed_is_given_whole),
    REFMM_STEP_LAW("malloc.top.front", where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top),
    REFMM_STEP_LAW("malloc.grow.goes_on", the_heap_grows_only_where_nothing_fits),
    REFMM_STEP_LAW("malloc.grow.to_page", the_heap_ends_at_a_page),
    REFMM_STEP_LAW("malloc.grow.to_page", the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad),
    REFMM_STEP_LAW("malloc.grow.new_region", a_heap_that_cannot_go_on_begins_anew_behind_the_break),
    REFMM_STEP_LAW("malloc.grow.refused", where_the_break_is_not_moved_the_heap_stays_as_it_is),
    REFMM_STEP_LAW("malloc.grow.wraps", the_heap_does_not_grow_around_the_end_of_the_address_space),
    REFMM_STEP_LAW("malloc.malloc.maps_instead", what_the_heap_cannot_grow_for_is_mapped),
    REFMM_STEP_LAW("malloc.perturb", new_memory_is_filled_where_that_is_asked_for),
    REFMM_STEP_LAW("malloc.free.null", freeing_null_does_nothing),
    REFMM_STEP_LAW("malloc.free.unmaps", a_mapped_block_is_returned_at_once),
    REFMM_STEP_LAW("malloc.free.joins_top", a_freed_chunk_is_free_or_top_or_gone),
    REFMM_STEP_LAW("malloc.free.merges_behind", what_becomes_free_takes_in_the_free_chunk_behind_it),
    REFMM_STEP_LAW("malloc.trim.pinned", what_lies_below_a_block_stays),
    REFMM_STEP_LAW("malloc.free.trims", the_top_is_trimmed_when_it_is_long),
    REFMM_STEP_LAW("malloc.trim.no_page", malloc_trim_says_whether_it_gave_something_back),
    REFMM_STEP_LAW("malloc.trim.whole_pages", what_is_trimmed_is_whole_pages_but_the_pad),
    REFMM_STEP_LAW("malloc.trim.no_heap", without_a_heap_malloc_trim_returns_0),
    REFMM_STEP_LAW("malloc.trim.not_at_break", nothing_is_trimmed_where_the_program_has_moved_the_break),
    REFMM_STEP_LAW("malloc.trim.refused", a_top_that_the_kernel_does_not_take_back_keeps_its_pages),
    REFMM_STEP_LAW("malloc.calloc.wraps", calloc_refuses_products_that_wrap),
    REFMM_STEP_LAW("malloc.calloc.zero", calloc_gives_zeros),
    REFMM_STEP_LAW("malloc.realloc.prefix", realloc_keeps_the_prefix),
    REFMM_STEP_LAW("malloc.realloc.copies", realloc_that_is_refused_keeps_the_block),
    REFMM_STEP_LAW("malloc.realloc.null", realloc_of_null_is_malloc),
    REFMM_STEP_LAW("malloc.realloc.zero", realloc_to_nothing_is_free),
    REFMM_STEP_LAW("malloc.realloc.shrinks", a_block_that_becomes_shorter_stays_where_it_is),
    REFMM_STEP_LAW("malloc.realloc.into_top", a_block_in_front_of_the_top_grows_into_it),
    REFMM_STEP_LAW("malloc.realloc.into_next", a_block_grows_into_free_memory_behind_it),
    REFMM_STEP_LAW("malloc.realloc.same_pages", a_mapped_block_that_needs_as_many_pages_as_it_has_stays_as_it_is),
    REFMM_STEP_LAW("malloc.realloc.remaps", a_mapped_block_is_remapped),
    REFMM_STEP_LAW("malloc.realloc.remap_refused", a_block_that_the_kernel_does_not_remap_is_copied),
    REFMM_STEP_LAW("malloc.memalign.aligned", memalign_aligns),
    REFMM_STEP_LAW("malloc.memalign.every_block", an_alignment_of_two_words_or_less_is_that_of_every_block),
    REFMM_STEP_LAW("malloc.memalign.leader", what_memalign_does_not_need_is_free),
    REFMM_STEP_LAW("malloc.usable_size", malloc_usable_size_is_what_the_chunk_has),
    REFMM_STEP_LAW("malloc.usable_size.null", malloc_usable_size_of_null_is_0),
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

// Laws about mremap: what spec/vma_step_laws.hpp lists of it.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_protect_step_laws.hpp>
#include <refmm/spec/vma_remap_call.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::vma::holds {

// ---- Checks of arguments --------------------------------------------------------------------------------------------

constexpr bool mremap_refuses_unknown_flags(const Transition& t) {
  const auto* remap = call<Mremap>(t);
  return !remap || refuses_exactly_if(t, Refusal::unknown_flags, remap->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED));
}

constexpr bool mremap_refuses_addresses_within_a_page(const Transition& t) {
  const auto* remap = call<Mremap>(t);
  return !remap || is_aligned(remap->addr) || refusal(t);
}

constexpr bool mremap_makes_no_area_of_no_pages(const Transition& t) {
  return of_mremap(
      t, [&](const RemapCall& r) { return refuses_exactly_if(t, Refusal::length_zero, r.new_len == 0); });
}

constexpr bool mremap_refuses_destinations_within_a_page(const Transition& t) {
  return of_mremap(t, [&](const RemapCall& r) {
    return refuses_exactly_if(t, Refusal::address_unaligned, r.fixed && !is_aligned(r.new_addr));
  });
}

constexpr bool mremap_moves_to_a_destination_only_what_may_move(const Transition& t) {
  return of_mremap(t, [&](const RemapCall& r) {
    return refuses_exactly_if(t, Refusal::fixed_without_maymove, r.fixed && !r.may_move);
  });
}

constexpr bool mremap_refuses_destinations_outside_the_task(const Transition& t) {
  return of_mremap(t, [&](const RemapCall& r) {
    return refuses_exactly_if(t, Refusal::range_outside_task, r.fixed && lies_outside_task(r));
  });
}

constexpr bool mremap_refuses_destinations_that_overlap(const Transition& t) {
  return of_mremap(t, [&](const RemapCall& r) {
    return refuses_exactly_if(t, Refusal::ranges_overlap, r.fixed && has_overlap(r));
  });
}

// ---- The source -----------------------------------------------------------------------------------------------------

/// The source is refused for this exactly if it is like that, and then nothing has happened yet.
inline bool refuses_source_exactly_if(const Transition& t, Refusal reason, bool condition) {
  return refuses_exactly_if(t, reason, condition) && (!condition || nothing_changed(t));
}

inline bool mremap_of_what_is_not_mapped_does_nothing(const Transition& t) {
  return of_good_mremap(t, [&](const RemapCall& r) {
    return refuses_source_exactly_if(t, Refusal::not_mapped, !holder_of(mappings(t.before), r.addr));
  });
}

inline bool mremap_of_more_than_one_area_does_nothing(const Transition& t) {
  return of_good_mremap(t, [&](const RemapCall& r) {
    const Mappings areas = mappings(t.before);
    const Mapping* area = holder_of(areas, r.addr);
    return refuses_source_exactly_if(t, Refusal::beyond_area, area && r.old_len > area->end - r.addr);
  });
}

inline bool mremap_lengthens_no_area_that_must_not_expand(const Transition& t) {
  return of_good_mremap(t, [&](const RemapCall& r) {
    const Mappings areas = mappings(t.before);
    const Mapping* area = holder_of(areas, r.addr);
    return refuses_source_exactly_if(
        t, Refusal::not_expandable,
        area && r.old_len <= area->end - r.addr && r.new_len > r.old_len && (area->flags & VM_DONTEXPAND));
  });
}

inline bool mremap_lengthens_no_area_over_the_last_page_offset(const Transition& t) {
  return of_good_mremap(t, [&](const RemapCall& r) {
    const Mappings areas = mappings(t.before);
    const Mapping* area = holder_of(areas, r.addr);
    const std::uint32_t pgoff = area ? area->pgoff + pages_in(r.addr - area->start) : 0;
    return refuses_exactly_if(t, Refusal::offset_wraps,
                              area && r.new_len > r.old_len && pgoff + pages_in(r.new_len) < pgoff);
  });
}

// ---- Destination and tail -------------------------------------------------------------------------------------------

inline bool a_destination_that_stays_ends_the_call(const Transition& t) {
  return of_remapped_source(t, [&](const RemapCall&, const RemapStages& stages) {
    return !stages.keeps_destination || (refusal(t) && nothing_changed(t));
  });
}

inline bool nothing_of_the_old_destination_is_left(const Transition& t) {
  return of_remapped_source(t, [&](const RemapCall& r, const RemapStages& stages) {
    if (!r.fixed || stages.keeps_destination) return true;
    const Mappings left = inside(mappings(t.after), r.destination());
    if (refusal(t)) return left.empty();
    return left.size() == 1 && left.front() == moved_to(r, stages, r.new_addr);
  });
}

inline bool a_tail_that_stays_ends_the_call(const Transition& t) {
  return of_remapped_source(t, [&](const RemapCall&, const RemapStages& stages) {
    if (stages.keeps_destination || !stages.keeps_tail) return true;
    return refusal(t) && mappings(t.after) == stages.cleared;
  });
}

inline bool mremap_to_less_cuts_the_tail_off(const Transition& t) {
  return of_remapped_source(t, [&](const RemapCall& r, const RemapStages& stages) {
    if (!r.only_cuts() || stages.keeps_tail) return true;
    return address(t) == r.addr && mappings(t.after) == stages.cut && process_is_as_before(t);
  });
}

// ---- Limits ---------------------------------------------------------------------------------------------------------

inline bool mremap_stays_within_the_limit_of_locked_memory(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    const bool too_much = (stages.source.flags & VM_LOCKED) &&
                          passes(t.before.knobs.rlimit_memlock, pages_with(stages.cut, VM_LOCKED), r.difference());
    return refuses_exactly_if(t, Refusal::locked_limit, too_much);
  });
}

inline bool mremap_stays_within_the_limit_of_the_address_space(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    return refuses_exactly_if(t, Refusal::address_space_limit,
                              passes(t.before.knobs.rlimit_as, pages_of(stages.cut), r.difference()));
  });
}

inline bool mremap_of_charged_memory_takes_free_pages(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    const bool charged = is_charged(stages.source.flags) && !stages.source.mapped_noreserve;
    return refuses_exactly_if(t, Refusal::no_memory,
                              charged && !enough_memory(t.before.knobs, pages_in(r.difference())));
  });
}

// ---- In place -------------------------------------------------------------------------------------------------------

inline bool an_area_grows_in_place_where_it_can(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    if (refusal(t) || !can_grow_in_place(r, stages)) return true;
    Mappings expected = stages.cut;
    expected.at(first_above(expected, r.addr)).end = r.addr + r.new_len;
    return address(t) == r.addr && mappings(t.after) == expected && process_is_as_before(t) &&
           count_effects<VmaAlloc>(t) == 0;
  });
}

inline bool an_area_that_must_not_move_grows_in_place_or_not_at_all(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    return refuses_exactly_if(t, Refusal::no_room_to_grow, !r.may_move && !can_grow_in_place(r, stages));
  });
}

// ---- Elsewhere ------------------------------------------------------------------------------------------------------

/// The claim about an mremap that can only move.
inline bool of_move(const Transition& t, auto claim) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    return !r.may_move || can_grow_in_place(r, stages) || claim(r, stages);
  });
}

inline bool mremap_refuses_where_no_room_is(const Transition& t) {
  return of_move(t, [&](const RemapCall& r, const RemapStages& stages) {
    return refuses_exactly_if(t, Refusal::no_gap, !r.fixed && !lowest_free(stages.cut, 0, r.new_len));
  });
}

inline bool mremap_stays_within_the_number_of_areas(const Transition& t) {
  if (!call<Mremap>(t)) return true;
  return t.after.mm.map_count <= std::max(t.before.mm.map_count, t.before.knobs.max_map_count) &&
         of_move(t, [&](const RemapCall& r, const RemapStages& stages) {
           const std::size_t limit = t.before.knobs.max_map_count;
           const bool another = without(stages.cut, r.source()).size() >= limit;
           const bool hole =
               is_hole(stages.cut, r.source()) && r.moved_len() != 0 && stages.cut.size() + 1 >= limit;
           return refuses_exactly_if(t, Refusal::too_many_areas, another || hole);
         });
}

inline bool mremap_without_a_structure_moves_nothing(const Transition& t) {
  return of_move(t, [&](const RemapCall&, const RemapStages& stages) {
    if (lacked_a_structure(t) != (refusal(t) == Refusal::no_area_structure)) return false;
    return !lacked_a_structure(t) || mappings(t.after) == stages.cut;
  });
}

inline bool page_tables_that_cannot_move_stay(const Transition& t) {
  return of_move(t, [&](const RemapCall&, const RemapStages& stages) {
    const auto stayed = [](const MovePageTables<std::uint32_t>& move) { return !move.moved; };
    const bool failed = count_effects<MovePageTables<std::uint32_t>>(t, stayed) != 0;
    if (failed != (refusal(t) == Refusal::no_page_tables)) return false;
    return !failed || mappings(t.after) == stages.cut;
  });
}

/// Where what is moved goes to.
inline std::optional<std::uint32_t> new_place(const RemapCall& r, const RemapStages& stages) {
  return r.fixed ? r.new_addr : lowest_free(stages.cut, 0, r.new_len);
}

inline bool what_is_moved_means_what_it_meant(const Transition& t) {
  return of_move(t, [&](const RemapCall& r, const RemapStages& stages) {
    if (refusal(t) || r.old_len == 0) return true;
    const auto to = new_place(r, stages);
    return to && address(t) == to && process_is_as_before(t) &&
           mappings(t.after) == with(without(stages.cut, r.source()), moved_to(r, stages, *to));
  });
}

inline bool an_area_of_which_nothing_moves_is_mapped_again(const Transition& t) {
  return of_move(t, [&](const RemapCall& r, const RemapStages& stages) {
    if (refusal(t) || r.old_len != 0) return true;
    const auto to = new_place(r, stages);
    return to && address(t) == to && mappings(t.after) == with(stages.cut, moved_to(r, stages, *to));
  });
}

inline bool what_mremap_adds_to_a_locked_area_is_faulted_in(const Transition& t) {
  return of_remap_past_cutting(t, [&](const RemapCall& r, const RemapStages& stages) {
    const auto to = address(t);
    const std::vector<Addresses> parts = faulted_in(t);
    if (!to || !(stages.source.flags & VM_LOCKED)) return parts.empty();
    // What has moved is faulted in over the whole of its new length.
    const std::uint32_t start = can_grow_in_place(r, stages) ? r.addr + r.old_len : *to;
    return parts.size() == 1 && parts.front().start == start && parts.front().end == *to + r.new_len;
  });
}

}  // namespace refmm::vma::holds

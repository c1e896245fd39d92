// Laws about munmap and about page tables: what spec/vma_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_map_call.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm::vma::holds {

/// True if munmap cannot be asked for such a range.
constexpr bool is_bad_range(std::uint32_t addr, std::uint32_t len) {
  return !is_aligned(addr) || addr > machine.task_size || len > machine.task_size - addr || rounded_up(len) == 0;
}

/// The claim about a munmap of a range that can be asked for.
constexpr bool of_munmap(const Transition& t, auto claim) {
  const auto* munmap = call<Munmap>(t);
  if (!munmap || is_bad_range(munmap->addr, munmap->len)) return true;
  return claim(Addresses{munmap->addr, munmap->addr + rounded_up(munmap->len)});
}

/// True if the range lies in one area, with pages of it on both sides.
inline bool is_hole(const Mappings& areas, const Addresses& range) {
  const Mapping* area = holder_of(areas, range.start);
  return area && area->start < range.start && range.end < area->end;
}

inline bool is_hole_at_limit(const Transition& t, const Mappings& areas, const Addresses& range) {
  return is_hole(areas, range) && t.before.mm.map_count >= t.before.knobs.max_map_count;
}

// ---- Refusals -------------------------------------------------------------------------------------------------------

constexpr bool munmap_refuses_addresses_within_a_page(const Transition& t) {
  const auto* munmap = call<Munmap>(t);
  return !munmap || refuses_exactly_if(t, Refusal::address_unaligned, !is_aligned(munmap->addr));
}

constexpr bool munmap_refuses_ranges_outside_the_task(const Transition& t) {
  const auto* munmap = call<Munmap>(t);
  if (!munmap) return true;
  const bool outside = munmap->addr > machine.task_size || munmap->len > machine.task_size - munmap->addr;
  return refuses_exactly_if(t, Refusal::range_outside_task, outside);
}

constexpr bool munmap_refuses_no_length(const Transition& t) {
  const auto* munmap = call<Munmap>(t);
  return !munmap || refuses_exactly_if(t, Refusal::length_zero, rounded_up(munmap->len) == 0);
}

inline bool munmap_of_nothing_succeeds_and_does_nothing(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    if (!inside(mappings(t.before), range).empty()) return true;
    return succeeded(t) && nothing_changed(t) && t.effects.empty();
  });
}

inline bool munmap_makes_no_hole_at_the_limit(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    return refuses_exactly_if(t, Refusal::too_many_areas, is_hole_at_limit(t, mappings(t.before), range));
  });
}

inline bool munmap_wants_a_structure_whenever_it_unmaps(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    const Mappings areas = mappings(t.before);
    const bool wants = !inside(areas, range).empty() && !is_hole_at_limit(t, areas, range);
    return refuses_exactly_if(t, Refusal::no_area_structure, wants && t.before.knobs.fail_vma == 1) &&
           (!wants || (!t.effects.empty() && std::holds_alternative<VmaAlloc>(t.effects.front())));
  });
}

// ---- What goes ------------------------------------------------------------------------------------------------------

inline bool munmap_unmaps_exactly_the_range(const Transition& t) {
  const auto* munmap = call<Munmap>(t);
  if (!munmap) return true;
  if (refusal(t)) return nothing_changed(t);
  const Addresses range{munmap->addr, munmap->addr + rounded_up(munmap->len)};
  return succeeded(t) && mean_the_same(mappings(t.after), without(mappings(t.before), range)) &&
         process_is_as_before(t);
}

/// The claim about each area of before that a successful munmap met, and what of it is an area afterwards.
inline bool of_unmapped_areas(const Transition& t, auto claim) {
  return of_munmap(t, [&](const Addresses& range) {
    if (!succeeded(t)) return true;
    const Mappings after = mappings(t.after);
    return std::ranges::all_of(mappings(t.before), [&](const Mapping& area) {
      if (!meets(area, range)) return true;
      return claim(area, range, inside(after, {area.start, area.end}), after);
    });
  });
}

inline bool an_area_inside_the_range_goes(const Transition& t) {
  return of_unmapped_areas(t,
                           [](const Mapping& area, const Addresses& range, const Mappings& left, const Mappings&) {
                             return area.start < range.start || range.end < area.end || left.empty();
                           });
}

inline bool an_area_that_reaches_beyond_the_range_keeps_its_tail(const Transition& t) {
  return of_unmapped_areas(
      t, [](const Mapping& area, const Addresses& range, const Mappings&, const Mappings& after) {
        return range.end >= area.end || has_area(after, part_of(area, range.end, area.end));
      });
}

inline bool an_area_that_begins_in_front_of_the_range_keeps_its_head(const Transition& t) {
  return of_unmapped_areas(
      t, [](const Mapping& area, const Addresses& range, const Mappings&, const Mappings& after) {
        return range.start <= area.start || has_area(after, part_of(area, area.start, range.start));
      });
}

inline bool a_hole_makes_an_area_more(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    if (!succeeded(t) || !is_hole(mappings(t.before), range)) return true;
    return t.after.mm.areas.size() == t.before.mm.areas.size() + 1 && count_effects<VmaFree>(t) == 0;
  });
}

inline bool pages_are_released_from_the_highest_area_down(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    if (!succeeded(t)) return true;
    Mappings expected = inside(mappings(t.before), range);
    const bool in_order = all_effects(t, [&](const Effect<std::uint32_t>& effect) {
      const auto* zap = std::get_if<ZapPageRange<std::uint32_t>>(&effect);
      if (!zap) return true;
      if (expected.empty() || expected.back().start != zap->addr ||
          expected.back().end - expected.back().start != zap->size)
        return false;
      expected.pop_back();
      return true;
    });
    return in_order && expected.empty();
  });
}

inline bool writing_stays_denied_while_an_area_denies_it(const Transition& t) {
  return of_munmap(t, [&](const Addresses&) {
    return all_effects(t, [&](const Effect<std::uint32_t>& effect) {
      const auto* told = std::get_if<WriteCount>(&effect);
      if (!told || told->i_writecount < 0) return true;
      return std::ranges::none_of(mappings(t.after), [&](const Mapping& area) {
        return area.file == told->name && (area.flags & VM_DENYWRITE);
      });
    });
  });
}

// ---- Page tables ----------------------------------------------------------------------------------------------------

inline bool page_tables_of_nothing_but_the_range_are_cleared(const Transition& t) {
  return of_munmap(t, [&](const Addresses& range) {
    if (!succeeded(t) || inside(mappings(t.before), range).empty()) return true;
    const std::uint32_t slot_size = 1u << shift_of_slot;
    const std::uint32_t first = (range.start + slot_size - 1) >> shift_of_slot, end = range.end >> shift_of_slot;
    return first >= end || count_effects<ClearPageTables<std::uint32_t>>(t, [&](const auto& cleared) {
                             return cleared.first <= first && end <= cleared.first + cleared.nr;
                           }) == 1;
  });
}

/// True if a page table that is cleared maps a byte of one of the areas.
inline bool are_needed(const ClearPageTables<std::uint32_t>& cleared, const Mappings& areas) {
  const std::uint32_t start = cleared.first << shift_of_slot;
  const std::uint32_t end = (cleared.first + cleared.nr) << shift_of_slot;
  return !inside(areas, {start, end}).empty();
}

/// What mmap or do_brk mapped, if it did.
constexpr Addresses freshly_mapped(const Transition& t) {
  const auto start = address(t);
  if (!start) return {0, 0};
  if (const auto mmap = map_call(t)) return {*start, *start + mmap->len};
  const auto* brk = call<DoBrk>(t);
  return brk ? Addresses{*start, *start + rounded_up(brk->len)} : Addresses{0, 0};
}

inline bool page_tables_that_an_area_needs_are_not_cleared(const Transition& t) {
  // A new mapping comes when the page tables of the old one are gone; what mremap moves is there before the source goes.
  Mappings needed = without(mappings(t.after), freshly_mapped(t));
  if (const auto* remap = call<Mremap>(t)) {
    needed = without(mappings(t.before), {remap->addr + rounded_up(remap->new_len),  // the tail, if there is one
                                          remap->addr + rounded_up(remap->old_len)});
    if (remap->flags & MREMAP_FIXED)
      needed = without(needed, {remap->new_addr, remap->new_addr + rounded_up(remap->new_len)});
  }
  return all_effects(t, [&](const Effect<std::uint32_t>& effect) {
    if (std::holds_alternative<MovePageTables<std::uint32_t>>(effect)) needed = mappings(t.after);
    const auto* cleared = std::get_if<ClearPageTables<std::uint32_t>>(&effect);
    return !cleared || !are_needed(*cleared, needed);
  });
}

}  // namespace refmm::vma::holds

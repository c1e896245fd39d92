// Laws about brk and do_brk: what spec/vma_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_munmap_step_laws.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::vma::holds {

// ---- brk ------------------------------------------------------------------------------------------------------------

/// A break that is asked for; rounded where the heap ends.
struct BreakCall {
  std::uint32_t brk, newbrk, oldbrk;
  bool grows, shrinks;  // by pages
};

/// The claim about a brk that is not below the code of the program.
constexpr bool of_brk(const Transition& t, auto claim) {
  const auto* brk = call<Brk>(t);
  if (!brk || brk->brk < t.before.mm.end_code) return true;
  BreakCall moved{brk->brk, rounded_up(brk->brk), rounded_up(t.before.mm.brk), false, false};
  const bool other_page = moved.newbrk != moved.oldbrk;
  moved.grows = other_page && brk->brk > t.before.mm.brk;
  moved.shrinks = other_page && !moved.grows;
  return claim(moved);
}

/// The break stays, and nothing else happened either.
inline bool break_stays(const Transition& t) { return t.after.mm.brk == t.before.mm.brk && nothing_changed(t); }

/// Everything but the break is as it was.
inline bool only_the_break_moved(const Transition& t) {
  return mappings(t.after) == mappings(t.before) && t.effects.empty() &&
         t.before.mm.def_flags == t.after.mm.def_flags && t.before.mm.end_code == t.after.mm.end_code &&
         t.before.mm.start_data == t.after.mm.start_data;
}

constexpr bool brk_returns_the_break_as_it_is_afterwards(const Transition& t) {
  return !call<Brk>(t) || address(t) == t.after.mm.brk;
}

inline bool the_break_does_not_go_below_the_code(const Transition& t) {
  const auto* brk = call<Brk>(t);
  return !brk || brk->brk >= t.before.mm.end_code || (break_stays(t) && t.effects.empty());
}

inline bool within_its_page_the_break_just_moves(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    if (moved.grows || moved.shrinks) return true;
    return t.after.mm.brk == moved.brk && only_the_break_moved(t);
  });
}

inline bool a_break_that_goes_down_unmaps_what_is_above_it(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    if (!moved.shrinks || t.after.mm.brk != moved.brk) return true;
    return mappings(t.after) == without(mappings(t.before), {moved.newbrk, moved.oldbrk});
  });
}

inline bool a_break_that_cannot_go_down_stays(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    if (!moved.shrinks) return true;
    const Mappings areas = mappings(t.before);
    const Addresses range{moved.newbrk, moved.oldbrk};
    const bool fails = is_bad_range(range.start, range.end - range.start) || is_hole_at_limit(t, areas, range) ||
                       (!inside(areas, range).empty() && t.before.knobs.fail_vma == 1);
    return fails ? break_stays(t) : t.after.mm.brk == moved.brk;
  });
}

inline bool the_break_stays_within_the_limit_of_data(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    const std::uint32_t limit = t.before.knobs.rlimit_data;
    const bool too_much = limit != 0xffffffff && moved.brk - t.before.mm.start_data > limit;
    return !moved.grows || !too_much || (break_stays(t) && t.effects.empty());
  });
}

inline bool the_break_keeps_a_page_away_from_what_is_mapped(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    if (!moved.grows) return true;
    const Mappings areas = mappings(t.before);
    const std::size_t next = first_above(areas, moved.oldbrk);
    // The sum wraps as the kernel's does: [vma.brk.refused] is for what passes.
    const bool collides = next < areas.size() && areas[next].start < moved.newbrk + machine.page_size;
    return !collides || (break_stays(t) && t.effects.empty());
  });
}

inline bool the_break_grows_only_into_free_memory(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    const bool enough = enough_memory(t.before.knobs, pages_in(moved.newbrk - moved.oldbrk));
    return !moved.grows || enough || (break_stays(t) && t.effects.empty());
  });
}

inline bool a_heap_that_cannot_grow_leaves_break_and_areas(const Transition& t) {
  return of_brk(
      t, [&](const BreakCall& moved) { return !moved.grows || t.after.mm.brk == moved.brk || break_stays(t); });
}

// ---- Memory for the heap --------------------------------------------------------------------------------------------

/// Memory that do_brk is to map, or mapped for brk.
struct HeapCall {
  std::uint32_t addr, len;  // rounded
  bool directly;            // by do_brk itself, whose refusals show
};

/// The claim about a do_brk of at least one page, and about a brk whose break went up by pages.
constexpr bool of_heap(const Transition& t, auto claim) {
  if (const auto* brk = call<DoBrk>(t)) {
    const HeapCall heap{brk->addr, rounded_up(brk->len), true};
    return heap.len == 0 || claim(heap);
  }
  return of_brk(t, [&](const BreakCall& moved) {
    if (!moved.grows || t.after.mm.brk != moved.brk) return true;
    return claim(HeapCall{moved.oldbrk, moved.newbrk - moved.oldbrk, false});
  });
}

constexpr bool of_do_brk(const Transition& t, auto claim) {
  return of_heap(t, [&](const HeapCall& heap) { return !heap.directly || claim(heap); });
}

/// The same where memory was mapped.
constexpr bool of_grown_heap(const Transition& t, auto claim) {
  return of_heap(t, [&](const HeapCall& heap) { return refusal(t) || claim(heap); });
}

constexpr std::uint32_t heap_flags(const Transition& t) {
  return VM_ACCESS | VM_MAYACCESS | t.before.mm.def_flags;
}

constexpr Addresses range_of(const HeapCall& heap) { return {heap.addr, heap.addr + heap.len}; }

/// The area that memory at the address is joined to: it ends there, has no file and exactly the flags of the heap.
inline std::optional<Mapping> area_to_lengthen(const Transition& t, const HeapCall& heap) {
  for (const Mapping& area : without(mappings(t.before), range_of(heap))) {
    if (area.end == heap.addr && area.file.empty() && area.flags == heap_flags(t)) return area;
  }
  return std::nullopt;
}

inline bool heap_that_grows_is_mapped_up_to_the_break(const Transition& t) {
  return of_brk(t, [&](const BreakCall& moved) {
    if (!moved.grows || t.after.mm.brk != moved.brk) return true;
    const Addresses grown{moved.oldbrk, moved.newbrk};
    const Mappings areas = mappings(t.after);
    return covers(areas, grown) && inside(mappings(t.before), grown).empty() && outside_is_as_before(t, grown) &&
           std::ranges::all_of(inside(areas, grown), [&](const Mapping& part) {
             return part.file.empty() && part.flags == heap_flags(t);
           });
  });
}

inline bool do_brk_of_nothing_succeeds_wherever(const Transition& t) {
  const auto* brk = call<DoBrk>(t);
  if (!brk || rounded_up(brk->len) != 0) return true;
  return address(t) == brk->addr && nothing_changed(t) && t.effects.empty();
}

constexpr bool do_brk_stays_within_the_limit_of_locked_memory(const Transition& t) {
  return of_do_brk(t, [&](const HeapCall& heap) {
    const bool too_much = (t.before.mm.def_flags & VM_LOCKED) &&
                          passes(t.before.knobs.rlimit_memlock, t.before.mm.locked_vm, heap.len);
    return refuses_exactly_if(t, Refusal::locked_limit, too_much);
  });
}

/// True if what is mapped where the heap is to be cannot be unmapped.
inline bool old_mapping_stays(const Transition& t, const HeapCall& heap) {
  const Mappings areas = mappings(t.before);
  return is_bad_range(heap.addr, heap.len) || is_hole_at_limit(t, areas, range_of(heap)) ||
         (!inside(areas, range_of(heap)).empty() && t.before.knobs.fail_vma == 1);
}

inline bool do_brk_does_nothing_where_the_old_mapping_stays(const Transition& t) {
  return of_do_brk(
      t, [&](const HeapCall& heap) { return !old_mapping_stays(t, heap) || (refusal(t) && nothing_changed(t)); });
}

inline bool do_brk_stays_within_the_limit_of_the_address_space(const Transition& t) {
  return of_do_brk(t, [&](const HeapCall& heap) {
    const std::uint32_t pages = pages_of(without(mappings(t.before), range_of(heap)));
    return refuses_exactly_if(t, Refusal::address_space_limit, passes(t.before.knobs.rlimit_as, pages, heap.len));
  });
}

inline bool do_brk_stays_within_the_number_of_areas(const Transition& t) {
  return of_do_brk(t, [&](const HeapCall& heap) {
    const Mappings areas = mappings(t.before);
    const bool another =
        without(areas, range_of(heap)).size() >= t.before.knobs.max_map_count && !area_to_lengthen(t, heap);
    return refuses_exactly_if(t, Refusal::too_many_areas, another || is_hole_at_limit(t, areas, range_of(heap)));
  });
}

constexpr bool do_brk_takes_free_pages(const Transition& t) {
  return of_do_brk(t, [&](const HeapCall& heap) {
    return refuses_exactly_if(t, Refusal::no_memory, !enough_memory(t.before.knobs, pages_in(heap.len)));
  });
}

inline bool do_brk_that_fails_late_leaves_exactly_the_old_mapping_unmapped(const Transition& t) {
  return of_do_brk(t, [&](const HeapCall& heap) {
    const auto why = refusal(t);
    if (!why) return true;
    if (*why == Refusal::locked_limit || old_mapping_stays(t, heap)) return nothing_changed(t);
    return only_unmapped(t, range_of(heap)) && (*why != Refusal::no_area_structure || lacked_a_structure(t));
  });
}

inline bool memory_behind_a_heap_joins_it(const Transition& t) {
  return of_grown_heap(t, [&](const HeapCall& heap) {
    const auto before = area_to_lengthen(t, heap);
    if (!before) return true;
    Mapping longer = *before;
    longer.end = heap.addr + heap.len;
    Mappings expected = without(mappings(t.before), range_of(heap));
    std::ranges::replace(expected, *before, longer);
    return mappings(t.after) == expected;
  });
}

inline bool other_memory_is_an_area_of_its_own(const Transition& t) {
  return of_grown_heap(t, [&](const HeapCall& heap) {
    if (area_to_lengthen(t, heap)) return true;
    const Mapping fresh{heap.addr, heap.addr + heap.len, 0, heap_flags(t), Name(), false, false};
    return mappings(t.after) == with(without(mappings(t.before), range_of(heap)), fresh);
  });
}

constexpr bool heap_is_faulted_in_where_new_areas_are_locked(const Transition& t) {
  return of_grown_heap(t, [&](const HeapCall& heap) {
    if (!(t.before.mm.def_flags & VM_LOCKED)) return count_effects<MakePagesPresent<std::uint32_t>>(t) == 0;
    const Effect<std::uint32_t> faulted_in = MakePagesPresent<std::uint32_t>{heap.addr, heap.addr + heap.len};
    return !t.effects.empty() && t.effects.back() == faulted_in;
  });
}

}  // namespace refmm::vma::holds

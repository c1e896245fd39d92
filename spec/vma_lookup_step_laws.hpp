// Laws about lookups, the search for room, and stacks: what spec/vma_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>
#include <refmm/spec/vma_tree_shape.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::vma::holds {

// ---- Lookups --------------------------------------------------------------------------------------------------------

/// The start of the mapping at a place of the list, if there is one.
inline std::optional<std::uint32_t> start_at(const Mappings& list, std::size_t place) {
  return place < list.size() ? std::optional(list[place].start) : std::nullopt;
}

inline bool find_vma_finds_the_first_area_that_ends_above(const Transition& t) {
  const auto* find = call<FindVma>(t);
  if (!find) return true;
  const auto* found = std::get_if<Found<std::uint32_t>>(&t.result);
  const Mappings areas = mappings(t.before);
  return found && found->start == start_at(areas, first_above(areas, find->addr));
}

inline bool find_vma_finds_nothing_above_all_areas(const Transition& t) {
  const auto* find = call<FindVma>(t);
  if (!find) return true;
  const auto* found = std::get_if<Found<std::uint32_t>>(&t.result);
  const auto above = [&](const Area<std::uint32_t>& area) { return area.vm_end > find->addr; };
  return found && found->start.has_value() == std::ranges::any_of(t.before.mm.areas, above);
}

inline bool find_vma_prev_finds_the_area_in_front_too(const Transition& t) {
  const auto* find = call<FindVmaPrev>(t);
  if (!find) return true;
  const auto* found = std::get_if<FoundPrev<std::uint32_t>>(&t.result);
  const Mappings areas = mappings(t.before);
  const std::size_t place = first_above(areas, find->addr);
  const auto in_front = place == 0 ? std::nullopt : start_at(areas, place - 1);
  return found && found->start == start_at(areas, place) && found->prev == in_front;
}

inline bool find_vma_intersection_finds_the_first_area_of_the_range(const Transition& t) {
  const auto* find = call<FindVmaIntersection>(t);
  if (!find) return true;
  const auto* found = std::get_if<Found<std::uint32_t>>(&t.result);
  const Mappings areas = mappings(t.before);
  auto start = start_at(areas, first_above(areas, find->start));
  if (start && *start >= find->end) start = std::nullopt;
  return found && found->start == start;
}

inline bool lookups_change_nothing_that_can_be_seen(const Transition& t) {
  if (!call<FindVma>(t) && !call<FindVmaPrev>(t) && !call<FindVmaIntersection>(t) && !call<GetUnmappedArea>(t))
    return true;
  return nothing_changed(t) && t.effects.empty() && t.before.lookup.nodes == t.after.lookup.nodes &&
         t.before.lookup.mmap_avl == t.after.lookup.mmap_avl;
}

inline bool the_tree_stays_while_an_area_does(const Transition& t) {
  if (!t.before.lookup.mmap_avl || t.after.lookup.mmap_avl) return true;
  return std::ranges::none_of(t.before.mm.areas, [&](const Area<std::uint32_t>& area) {
    const auto later = std::ranges::find(t.after.mm.areas, area.id, &Area<std::uint32_t>::id);
    return later != t.after.mm.areas.end() && later->vm_start == area.vm_start && later->vm_end == area.vm_end;
  });
}

// ---- get_unmapped_area ----------------------------------------------------------------------------------------------

/// What the search for room found; nothing if the call is none or found none.
inline std::optional<std::uint32_t> room_found(const Transition& t) {
  const auto* found = std::get_if<Found<std::uint32_t>>(&t.result);
  return found ? found->start : std::nullopt;
}

inline bool nothing_longer_than_the_task_finds_room(const Transition& t) {
  const auto* search = call<GetUnmappedArea>(t);
  return !search || search->len <= machine.task_size || !room_found(t);
}

inline bool without_a_hint_room_is_above_the_base(const Transition& t) {
  const auto* search = call<GetUnmappedArea>(t);
  const auto found = room_found(t);
  return !search || search->addr != 0 || !found || *found >= machine.task_unmapped_base;
}

inline bool room_is_not_below_the_hint(const Transition& t) {
  const auto* search = call<GetUnmappedArea>(t);
  const auto found = room_found(t);
  // A hint within the last page rounds to 0.
  return !search || !found || (is_aligned(*found) && *found >= rounded_up(search->addr));
}

inline bool the_lowest_room_is_found(const Transition& t) {
  const auto* search = call<GetUnmappedArea>(t);
  const auto found = room_found(t);
  if (!search || !found) return true;
  const Mappings areas = mappings(t.before);
  return is_free(areas, *found, search->len) && found == lowest_free(areas, search->addr, search->len);
}

inline bool no_room_is_found_only_where_there_is_none(const Transition& t) {
  const auto* search = call<GetUnmappedArea>(t);
  return !search || room_found(t) || !lowest_free(mappings(t.before), search->addr, search->len);
}

// ---- Stacks ---------------------------------------------------------------------------------------------------------

/// What a lookup with growth was asked, and what it met.
struct StackCall {
  std::uint32_t addr;    // of the page that was touched
  Mappings areas;        // before
  const Mapping* above;  // the first area that ends above it, or nullptr
  bool grows;            // that area begins above it, and may grow down
  std::uint32_t pages;   // by which it would
};

/// The claim about such a lookup.
inline bool of_stacks(const Transition& t, auto claim) {
  const auto* find = call<FindExtendVma>(t);
  if (!find) return true;
  StackCall stack{find->addr & ~(machine.page_size - 1), mappings(t.before), nullptr, false, 0};
  const std::size_t place = first_above(stack.areas, stack.addr);
  if (place < stack.areas.size()) {
    stack.above = &stack.areas[place];
    stack.grows = stack.above->start > stack.addr && (stack.above->flags & VM_GROWSDOWN);
    stack.pages = pages_in(stack.above->start - stack.addr);
  }
  return claim(stack);
}

inline bool an_area_that_holds_the_address_is_found_as_it_is(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    if (!stack.above || stack.above->start > stack.addr) return true;
    return t.result == Result<std::uint32_t>{Found<std::uint32_t>{stack.above->start}} && nothing_changed(t) &&
           t.effects.empty();
  });
}

inline bool above_all_areas_nothing_grows(const Transition& t) {
  return of_stacks(
      t, [&](const StackCall& stack) { return refuses_exactly_if(t, Refusal::no_area_above, !stack.above); });
}

inline bool only_areas_that_grow_down_do(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    const bool in_hole = stack.above && stack.above->start > stack.addr;
    return refuses_exactly_if(t, Refusal::does_not_grow, in_hole && !stack.grows);
  });
}

inline bool a_stack_stays_within_its_limit(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    const bool too_long = stack.grows && stack.above->end - stack.addr > t.before.knobs.rlimit_stack;
    return refuses_exactly_if(t, Refusal::stack_limit, too_long);
  });
}

inline bool a_stack_stays_within_the_limit_of_the_address_space(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    const bool too_much = stack.grows && passes(t.before.knobs.rlimit_as, t.before.mm.total_vm + stack.pages, 0);
    return refuses_exactly_if(t, Refusal::stack_address_space, too_much);
  });
}

inline bool no_stack_grows_below_the_beginning_of_its_file(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    const bool below = stack.grows && !stack.above->file.empty() && stack.above->pgoff < stack.pages;
    return refuses_exactly_if(t, Refusal::stack_below_offset_zero, below);
  });
}

inline bool a_stack_grows_down_to_the_page_and_shows_what_it_showed(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    if (refusal(t)) return nothing_changed(t) && t.effects.empty();
    if (!stack.grows) return true;
    Mappings expected = stack.areas;
    Mapping& grown = expected[first_above(expected, stack.addr)];
    grown.pgoff -= stack.pages;
    grown.start = stack.addr;
    return t.result == Result<std::uint32_t>{Found<std::uint32_t>{stack.addr}} && mappings(t.after) == expected &&
           process_is_as_before(t);
  });
}

inline bool what_a_locked_stack_grows_by_is_faulted_in(const Transition& t) {
  return of_stacks(t, [&](const StackCall& stack) {
    if (refusal(t) || !stack.grows) return true;
    if (!(stack.above->flags & VM_LOCKED)) return t.effects.empty();
    const Effect<std::uint32_t> faulted_in = MakePagesPresent<std::uint32_t>{stack.addr, stack.above->start};
    return t.effects.size() == 1 && t.effects.front() == faulted_in;
  });
}

}  // namespace refmm::vma::holds

// Laws about the list of areas, for lists of any length: what the calls do to the list keeps it in order and disjoint.
//
// Each call changes the list by putting areas in their place, taking areas out, and replacing an area by its parts. That the list
// is lawful after any number of calls is an induction: the_list_begins_lawful is its base; the other laws of the list are its
// step, each claiming of any two positions of the list afterwards what is assumed of all positions before. Likewise the search
// for room: the_search_passes_what_ends_before_it is the base of an induction along the list,
// a_turn_of_the_search_passes_one_area its step, the_search_ends_at_a_free_range its conclusion.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_call_inputs.hpp>
#include <refmm/spec/vma_law_inputs.hpp>
#include <refmm/spec/vma_state.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace refmm::vma {

// ---- Lists ----------------------------------------------------------------------------------------------------------

/// [vma.areas.sorted], [vma.areas.disjoint], [vma.areas.aligned] and [vma.areas.inside_task] as a hypothesis about a sequence.
template <Word W>
struct LawfulAreas {
  constexpr auto holds(const Extent<W>& area) const { return is_lawful(area); }
  constexpr auto holds(const Extent<W>& earlier, const Extent<W>& later) const {
    return earlier.vm_end <= later.vm_start;
  }
  /// The boundaries of the areas are the given words, as pages inside the task, in their order.
  constexpr std::vector<Extent<W>> lawful(const std::vector<Extent<W>>& list) const {
    std::vector<W> pages;
    for (const Extent<W>& area : list) {
      pages.push_back(area.vm_start % (pages_of_task + 1));
      pages.push_back(area.vm_end % (pages_of_task + 1));
    }
    std::ranges::sort(pages);
    std::vector<Extent<W>> areas;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const W start = pages[2 * i] << shift_of_page, end = pages[2 * i + 1] << shift_of_page;
      if (start < end) areas.push_back({.vm_start = start, .vm_end = end, .vm_pgoff = list[i].vm_pgoff});
    }
    return areas;
  }
};

template <class World>
constexpr auto any_areas(World& world) {
  return world.template sequence<Extent>("areas", LawfulAreas<WordOf<World>>{});
}

/// True if two areas have no address in common.
template <Word W>
constexpr auto disjoint(const Extent<W>& one, const Extent<W>& other) {
  return either(one.vm_end <= other.vm_start, other.vm_end <= one.vm_start);
}

template <Word W>
constexpr auto same(const Extent<W>& one, const Extent<W>& other) {
  return all(one.vm_start == other.vm_start, one.vm_end == other.vm_end, one.vm_pgoff == other.vm_pgoff);
}

/// That a list is lawful, said of any two positions of it.
template <class World>
constexpr auto is_lawful_list(World& world, const auto& areas) {
  const auto earlier = world.position("earlier", areas), later = world.position("later", areas);
  const auto area = at(areas, earlier), other = at(areas, later);
  return both(is_lawful(area), implies(earlier < later, area.vm_end <= other.vm_start));
}

/// Any area that has no address in common with those of a list.
template <class World>
constexpr auto any_area_beside(World& world, const auto& areas) {
  const auto area = any_area(world);
  world.assume_everywhere(areas, [area](const auto&, const auto& other) { return disjoint(area, other); });
  return area;
}

inline constexpr Law the_list_begins_lawful{
    "vma.boot", "an_address_space_begins_with_no_area_or_a_lawful_stack_and_counts_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      Boot<W> boot{.kernel = corrected,
                   .end_code = world.word("end_code"),
                   .start_data = world.word("start_data"),
                   .brk = world.word("brk"),
                   .stack_start = 0u,
                   .stack_end = 0u,
                   .knobs = plenty<W>()};
      if (world.choose("has_stack", {0, 1}) != 0) {
        const auto stack = any_range(world, "stack.start_page", "stack.end_page");
        boot.stack_start = stack.start;
        boot.stack_end = stack.end;
      }
      const State<W> state = subject.boot(boot);
      if (state.mm.areas.size() > 1) return never<W>();
      auto lawful = both(state.mm.map_count == W(length(state.mm.areas)), state.mm.locked_vm == W(0u));
      if (state.mm.areas.empty()) return both(lawful, state.mm.total_vm == W(0u));
      const Area<W>& stack = state.mm.areas.front();
      const Extent<W> extent{.vm_start = stack.vm_start, .vm_end = stack.vm_end, .vm_pgoff = stack.vm_pgoff};
      return all(lawful, is_lawful(extent),
                 (state.mm.total_vm << W(shift_of_page)) == stack.vm_end - stack.vm_start);
    }};

inline constexpr Law putting_an_area_in_keeps_the_list{
    "vma.areas.sorted", "an_area_that_meets_no_other_is_put_where_the_list_stays_in_order_and_disjoint",
    [](auto& world, auto subject) {
      const auto before = any_areas(world);
      const auto area = any_area_beside(world, before);
      return is_lawful_list(world, subject.put_in_place(before, area));
    }};

inline constexpr Law putting_an_area_in_loses_none{
    "vma.areas.sorted", "the_list_with_an_area_put_in_has_one_more_and_all_that_it_had",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_areas(world);
      const auto area = any_area_beside(world, before);
      const W position = world.position("position", before);
      const auto after = subject.put_in_place(before, area);
      if (length(after) != length(before) + 1u) return never<W>();
      const auto other = at(before, position);
      return either(same(at(after, position), other), same(at(after, position + 1u), other));
    }};

inline constexpr Law an_area_put_in_is_there{"vma.areas.sorted",
                                             "an_area_that_was_put_in_stands_behind_all_that_begin_below_it",
                                             [](auto& world, auto subject) {
                                               const auto before = any_areas(world);
                                               const auto area = any_area_beside(world, before);
                                               const auto place = subject.place_of(before, area);
                                               return same(at(subject.put_in_place(before, area), place), area);
                                             }};

inline constexpr Law taking_an_area_out_keeps_the_list{
    "vma.areas.disjoint", "the_list_stays_in_order_and_disjoint_when_an_area_is_taken_out",
    [](auto& world, auto subject) {
      const auto before = any_areas(world);
      const auto position = world.position("position", before);
      const auto area = at(before, position);
      const auto after = subject.taken_out(before, position);
      const auto lawful = is_lawful_list(world, after);
      const auto left = at(after, world.position("left", after));
      return both(lawful, disjoint(area, left));
    }};

inline constexpr Law taking_an_area_out_takes_no_other{
    "vma.areas.disjoint", "when_an_area_is_taken_out_all_others_stay_in_the_list", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_areas(world);
      const W position = world.position("position", before), other = world.position("other", before);
      world.assume(position != other);
      const auto after = subject.taken_out(before, position);
      const W moved = select(other < position, other, other - 1u);
      return both(length(after) + 1u == length(before), same(at(after, moved), at(before, other)));
    }};

inline constexpr Law unmapping_keeps_the_list{
    "vma.munmap.exactly", "what_unmapping_leaves_of_an_area_that_was_taken_out_goes_back_into_a_lawful_list",
    [](auto& world, auto subject) {
      const auto before = any_areas(world);
      const auto area = any_area_beside(world, before);
      const auto range = any_range(world, "start_page", "end_page");
      auto pieces = subject.pieces_outside(machine, area, range.start, range.end);
      auto after = before;
      for (; !pieces.empty(); pieces.pop_back()) after = subject.put_in_place(after, pieces.back());
      return is_lawful_list(world, after);
    }};

inline constexpr Law splitting_keeps_the_list{
    "vma.split.middle", "the_parts_of_an_area_that_is_split_stand_in_a_lawful_list",
    [](auto& world, auto subject) {
      const auto before = any_areas(world);
      const auto position = world.position("position", before);
      const auto area = at(before, position);
      const auto range = any_range_within(world, area);
      const auto parts = subject.parts_at(machine, area, range.start, range.end);
      // The old structure becomes the middle part, or the outer one if there is only one of these.
      const auto& kept = parts.before && !parts.behind   ? *parts.before
                         : parts.behind && !parts.before ? *parts.behind
                                                         : parts.inside;
      auto after = replaced(before, position, kept);
      if (!parts.before != !parts.behind) after = subject.put_in_place(after, parts.inside);
      if (parts.before && parts.behind) after = subject.put_in_place(after, *parts.before);
      if (parts.before && parts.behind) after = subject.put_in_place(after, *parts.behind);
      return is_lawful_list(world, after);
    }};

// ---- The search for room --------------------------------------------------------------------------------------------

/// Any list, of whose areas in front of `position` all end at or below `candidate`: what is known in the middle of the search.
template <class World, Word W>
constexpr auto any_areas_passed(World& world, const W& position, const W& candidate) {
  const auto areas = any_areas(world);
  world.assume_everywhere(areas, [position, candidate](const auto& here, const auto& area) {
    return implies(here < position, area.vm_end <= candidate);
  });
  return areas;
}

inline constexpr Law the_search_passes_what_ends_before_it{
    "vma.find.first_above", "the_first_area_above_an_address_ends_above_it_and_all_in_front_of_it_do_not",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto areas = any_areas(world);
      const W addr = world.word("addr"), here = world.position("here", areas);
      const W found = subject.first_above(areas, addr);
      return equivalent(here < found, at(areas, here).vm_end <= addr);
    }};

inline constexpr Law a_turn_of_the_search_passes_one_area{
    "vma.unmapped.first_fit",
    "a_candidate_that_does_not_fit_is_followed_by_the_end_of_the_area_that_is_in_its_way",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W position = world.word("position"), candidate = any_page_address(world, "candidate_page");
      const auto areas = any_areas_passed(world, position, candidate);
      const W len = world.word("len", 1, machine.task_size), here = world.position("here", areas);
      world.assume(position < length(areas));
      const auto area = at(areas, position);
      world.assume(candidate < area.vm_end);
      world.assume(negation(subject.leaves_task(machine, candidate, len)));
      world.assume(negation(subject.fits_in_front_of(candidate, len, area)));
      const W next = subject.next_candidate(area);
      return all(candidate < next, (next & W(machine.page_size - 1)) == W(0u),
                 implies(here < position + 1u, at(areas, here).vm_end <= next),
                 implies(here > position, next < at(areas, here).vm_end));
    }};

inline constexpr Law the_search_ends_at_a_free_range{
    "vma.mmap.anywhere", "a_candidate_that_fits_is_free_of_all_areas_and_inside_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W position = world.word("position"), candidate = any_page_address(world, "candidate_page");
      const auto areas = any_areas_passed(world, position, candidate);
      const W len = world.word("len", 1, machine.task_size), here = world.position("here", areas);
      world.assume(position <= length(areas));
      world.assume(negation(subject.leaves_task(machine, candidate, len)));
      if (position < length(areas)) world.assume(subject.fits_in_front_of(candidate, len, at(areas, position)));
      const auto area = at(areas, here);
      const Range<W> found{candidate, candidate + len};
      return all(candidate < found.end, found.end <= W(machine.task_size),
                 negation(overlap<W>(found, {area.vm_start, area.vm_end})));
    }};

/// The laws of this file.
inline constexpr std::tuple list_laws{the_list_begins_lawful,
                                      putting_an_area_in_keeps_the_list,
                                      putting_an_area_in_loses_none,
                                      an_area_put_in_is_there,
                                      taking_an_area_out_keeps_the_list,
                                      taking_an_area_out_takes_no_other,
                                      unmapping_keeps_the_list,
                                      splitting_keeps_the_list,
                                      the_search_passes_what_ends_before_it,
                                      a_turn_of_the_search_passes_one_area,
                                      the_search_ends_at_a_free_range};

}  // namespace refmm::vma

// Laws about where the kernel's areas go: for lists of any length.
//
// get_vm_area walks along the list with a candidate. What is known on the way: the candidate is the end of the area that was passed
// last, and what is wanted still fits there. At the start of the list nothing was passed;
// a_turn_of_the_search_passes_one_area is the step of the induction along the list, and the laws about places that are found its
// conclusion. What they claim of one arbitrary position they claim of every area of the list.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/kernel_sharing_inputs.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/sequence.hpp>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace refmm::kernel_map {

/// A claim that holds of nothing.
template <Word W>
constexpr auto never() {
  return W(1u) == W(0u);
}

// ---- Lists ----------------------------------------------------------------------------------------------------------

/// Where an area is, in pages; nothing else of it matters here.
template <Word W>
struct AreaPages {
  REFMM_RECORD(AreaPages, (W, first), (W, count));  // with the guard page
};

/// The same in bytes, as the search sees it.
template <Word W>
struct AreaExtent {
  REFMM_RECORD(AreaExtent, (W, addr), (W, size));  // bytes, with the guard page
};

inline constexpr unsigned shift_of_page = 12;

template <Word W>
constexpr AreaExtent<W> in_bytes(const AreaPages<W>& area) {
  return {area.first << W(shift_of_page), area.count << W(shift_of_page)};
}

/// The range that areas lie in, in pages.
template <Word W>
struct AreaRange {
  W first, end;
};

/// Any range in the kernel's half that leaves pages at the top free: for fixed addresses.
template <class World>
constexpr auto any_range(World& world) {
  using W = WordOf<World>;
  const AreaRange<W> range{world.word("first_page", 0xc0000, 0xffffd), world.word("end_page", 0xc0001, 0xffffe)};
  world.assume(range.first < range.end);
  return range;
}

/// True if so many pages from a place on lie inside the range.
template <Word W>
constexpr auto fits(const AreaRange<W>& range, const W& place, const W& pages) {
  return refmm::all(range.first <= place, place <= range.end, pages <= range.end - place);
}

/// [kernel.areas.sorted], [kernel.areas.disjoint], [kernel.areas.guard_page] and [kernel.areas.inside] as a hypothesis about a
/// sequence.
template <Word W>
struct LawfulAreas {
  AreaRange<W> range;

  constexpr auto holds(const AreaPages<W>& area) const {
    return both(area.count > W(0u), fits(range, area.first, area.count));
  }
  constexpr auto holds(const AreaPages<W>& earlier, const AreaPages<W>& later) const {
    return earlier.first + earlier.count <= later.first;
  }
  /// The boundaries of the areas are the given words, as pages of the range, in their order.
  constexpr std::vector<AreaPages<W>> lawful(const std::vector<AreaPages<W>>& list) const {
    const W pages = range.end - range.first;
    std::vector<W> bounds;
    for (const AreaPages<W>& area : list) {
      bounds.push_back(area.first % (pages + 1));
      bounds.push_back(area.count % (pages + 1));
    }
    std::ranges::sort(bounds);
    std::vector<AreaPages<W>> areas;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const W from = bounds[2 * i], to = bounds[2 * i + 1];
      if (from < to) areas.push_back({range.first + from, to - from});
    }
    return areas;
  }
};

// ---- The search -------------------------------------------------------------------------------------------------------

/// A search that has come to a position of a list; all in pages.
template <Word W, class List>
struct Searching {
  AreaRange<W> range;
  List areas;
  W position, candidate, pages;
};

/// Any search, anywhere on its way: all that is known there. Behind an area the candidate is its end, and what is wanted still fits.
template <class World>
constexpr auto any_search(World& world) {
  using W = WordOf<World>;
  const auto range = any_range(world);
  const auto areas = world.template sequence<AreaPages>("areas", LawfulAreas<W>{range});
  const W position = world.word("position"), pages = world.word("pages", 1, 0xfffff);
  world.assume(position <= length(areas));
  W candidate = range.first;
  if (position != W(0u)) {
    const auto passed = at(areas, position - W(1u));
    candidate = passed.first + passed.count;
    world.assume(pages <= range.end - candidate);
  }
  // It follows from the order of the list, and saves Z3 the way there.
  world.assume_everywhere(areas, [=](const auto& here, const auto& area) {
    return implies(here < position, area.first + area.count <= candidate);
  });
  return Searching<W, std::remove_const_t<decltype(areas)>>{range, areas, position, candidate, pages};
}

/// One turn of it, past the area at its position.
template <class World, Word W, class List>
constexpr auto turn_of(World& world, auto subject, const Searching<W, List>& search) {
  const auto bytes = [](const W& pages) { return pages << W(shift_of_page); };
  const auto area = in_bytes(at(search.areas, search.position));
  auto turn = subject.past_area(bytes(search.range.end), bytes(search.candidate), bytes(search.pages), area);
  world.reached(turn.because);
  return turn;
}

/// Its end, behind all areas.
template <class World, Word W, class List>
constexpr auto end_of(World& world, auto subject, const Searching<W, List>& search) {
  const auto bytes = [](const W& pages) { return pages << W(shift_of_page); };
  const bool none = static_cast<bool>(length(search.areas) == W(0u));
  auto end = subject.behind_all(bytes(search.range.end), bytes(search.candidate), bytes(search.pages), none);
  world.reached(end.because);
  return end;
}

/// What a search has come to: the place is inside the range, and the list with it in its position is lawful. That is, said of
/// any two positions of it, that the place is free of every area.
template <class World, Word W, class List>
constexpr auto found_lawfully(World& world, const Searching<W, List>& search) {
  const AreaPages<W> found{search.candidate, search.pages};
  const auto after = inserted(search.areas, search.position, found);
  const W earlier = world.position("earlier", after), later = world.position("later", after);
  const LawfulAreas<W> lawful{search.range};
  return refmm::all(fits(search.range, found.first, found.count), lawful.holds(at(after, earlier)),
                    implies(earlier < later, lawful.holds(at(after, earlier), at(after, later))));
}

inline constexpr Law a_turn_of_the_search_passes_one_area{
    "kernel.get_vm_area.first_fit",
    "a_place_that_does_not_fit_is_followed_by_the_end_of_the_area_that_is_in_its_way",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto search = any_search(world);
      const W here = world.position("here", search.areas);
      world.assume(search.position < length(search.areas));
      const auto turn = turn_of(world, subject, search);
      if (!subject.goes_on(turn)) return W(0u) == W(0u);
      const auto area = at(search.areas, search.position), other = at(search.areas, here);
      const W next = area.first + area.count;
      return refmm::all(turn.addr == (next << W(shift_of_page)), fits(search.range, next, search.pages),
                        implies(here <= search.position, other.first + other.count <= next));
    }};

inline constexpr Law a_place_between_areas_is_free{
    "kernel.areas.disjoint", "a_place_in_front_of_an_area_is_free_and_inside_the_range_and_the_list_stays_lawful",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto search = any_search(world);
      world.assume(search.position < length(search.areas));
      if (!subject.is_here(turn_of(world, subject, search))) return W(0u) == W(0u);
      return found_lawfully(world, search);
    }};

inline constexpr Law a_place_behind_all_areas_is_free{
    "kernel.areas.inside", "a_place_behind_all_areas_is_free_and_inside_the_range_and_the_list_stays_lawful",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto search = any_search(world);
      world.assume(search.position == length(search.areas));
      if (!subject.is_here(end_of(world, subject, search))) return W(0u) == W(0u);
      return found_lawfully(world, search);
    }};

inline constexpr Law no_room_means_no_room{
    "kernel.get_vm_area.no_room", "the_search_gives_up_only_where_what_is_wanted_fits_nowhere_behind",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto search = any_search(world);
      const W place = world.word("place", 0, 0xfffff);
      if (search.position == length(search.areas)) {
        if (subject.is_here(end_of(world, subject, search))) return W(0u) == W(0u);
        return negation(both(place >= search.candidate, fits(search.range, place, search.pages)));
      }
      const auto turn = turn_of(world, subject, search);
      if (subject.is_here(turn) || subject.goes_on(turn)) return W(0u) == W(0u);
      const auto area = at(search.areas, search.position);
      return negation(both(place >= area.first + area.count, fits(search.range, place, search.pages)));
    }};

inline constexpr Law no_place_is_below_the_range{
    "kernel.areas.sorted", "whatever_areas_there_are_the_search_never_goes_back_to_the_bottom_of_memory",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto range = any_range(world);
      const AreaExtent<W> area{world.word("area.page", 0xc0000, 0xfffff) << W(shift_of_page),
                               world.word("area.pages", 1, 0x40000) << W(shift_of_page)};
      // Up to the top of memory: as an area without an area before it could.
      world.assume(area.size - W(1u) <= ~area.addr);
      const W candidate = world.word("candidate_page", 0xc0000, 0xfffff) << W(shift_of_page);
      const W size = world.word("size_pages", 1, 0xfffff) << W(shift_of_page);
      const auto turn = subject.past_area(range.end << W(shift_of_page), candidate, size, area);
      world.reached(turn.because);
      if (!subject.goes_on(turn)) return W(0u) == W(0u);
      return turn.addr > area.addr;
    }};

inline constexpr Law the_range_for_areas_is_nobody_elses{
    "kernel.boot.limits",
    "areas_begin_behind_a_hole_above_the_direct_mapping_and_end_below_fixed_addresses_and_the_window",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W ram_pages = world.word("ram_pages", 1024, 0x38000);
      const auto config = static_cast<Config>(world.choose("config", {0, 1, 2}));
      const auto range = subject.area_range(law_machine, ram_pages, config);
      const W high_memory = W(law_machine.page_offset) + ram_pages * W(law_machine.page_size);
      const W offset = law_machine.vmalloc_offset;
      const W top = config == Config::highmem ? W(law_machine.pkmap_base) : W(0u) - W(2 * law_machine.page_size);
      return refmm::all(range.first - high_memory >= offset, range.first - high_memory < W(2u) * offset,
                        range.first % offset == W(0u), range.second <= top, range.first < range.second);
    }};

/// The laws of this file.
inline constexpr std::tuple area_laws{a_turn_of_the_search_passes_one_area, a_place_between_areas_is_free,
                                      a_place_behind_all_areas_is_free,     no_room_means_no_room,
                                      no_place_is_below_the_range,          the_range_for_areas_is_nobody_elses};

}  // namespace refmm::kernel_map

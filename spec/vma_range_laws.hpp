// Laws about ranges that hold for every input: rounding and the checks of arguments, right at the wrap-around; the search for
// room, one area at a time; which page tables go with a range. See spec/vma_laws.hpp.
//
// The search is a walk along the list with a candidate. That its result is free, inside the task and the lowest that is, for
// lists of any length, is an induction over the areas: of a candidate it is known that no lower address fits and that the
// areas behind the walk end at or below it; a_candidate_that_fits_is_free and a_candidate_that_does_not_fit_is_passed are its
// step, the_search_begins_at_the_hint its base.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_law_inputs.hpp>

#include <optional>
#include <tuple>
#include <vector>

namespace refmm::vma {

inline constexpr std::uint32_t within_page = machine.page_size - 1;

// ---- Rounding -------------------------------------------------------------------------------------------------------

inline constexpr Law lengths_are_rounded_up{
    "vma.mmap.length_zero", "a_length_is_rounded_up_to_whole_pages_and_to_nothing_only_at_the_top",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W bytes = world.word("len");
      const W rounded = subject.page_align(machine, bytes);
      const auto wraps = bytes > W(~within_page);
      return all((rounded & W(within_page)) == W(0u), implies(wraps, rounded == W(0u)),
                 implies(negation(wraps), both(rounded >= bytes, rounded - bytes < W(machine.page_size))));
    }};

inline constexpr Law locking_covers_what_was_asked_for{
    "vma.mlock.wraps", "the_pages_to_lock_hold_every_byte_that_was_asked_for", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W addr = world.word("addr"), len = world.word("len"), byte = world.word("byte");
      // Longer ones wrap: see [vma.mlock.wraps].
      world.assume(both(byte < len, len <= ~W(0u) - W(2 * within_page)));
      const W start = subject.page_of(machine, addr), bytes = subject.whole_pages(machine, addr, len);
      const auto accepted = start + bytes > start;
      return implies(accepted, all((start & W(within_page)) == W(0u), start <= addr, addr + byte - start < bytes,
                                   bytes - len < W(2 * machine.page_size)));
    }};

// ---- Checks of arguments --------------------------------------------------------------------------------------------

inline constexpr Law munmap_accepts_ranges_inside_the_task{
    "vma.munmap.range", "munmap_accepts_exactly_the_ranges_of_whole_pages_inside_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W addr = world.word("addr"), len = world.word("len");
      const bool accepted = subject.may_unmap(machine, addr, len);
      const W task_size = machine.task_size;
      // Said without a sum that could wrap.
      const auto lawful =
          all((addr & W(within_page)) == W(0u), len != W(0u), addr <= task_size, len <= task_size - addr);
      return accepted ? lawful : negation(lawful);
    }};

inline constexpr Law what_munmap_accepts_is_a_range{
    "vma.munmap.length_zero", "the_range_that_munmap_accepts_has_a_page_does_not_wrap_and_ends_inside_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W addr = world.word("addr"), len = world.word("len");
      world.assume(subject.may_unmap(machine, addr, len));
      const W end = addr + subject.page_align(machine, len);
      return all(addr < end, end <= W(machine.task_size), (end & W(within_page)) == W(0u));
    }};

inline constexpr Law mmap_accepts_ranges_inside_the_task{
    "vma.mmap.range", "a_range_lies_in_the_task_exactly_if_all_of_its_bytes_do", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W addr = world.word("addr"), len = world.word("len", 1, ~0u), byte = world.word("byte");
      world.assume(byte < len);
      const bool accepted = subject.lies_in_task(machine, addr, len);
      const W last = addr + (len - 1u);
      const auto inside = both(addr <= last, last < W(machine.task_size));
      if (!accepted) return negation(inside);
      return all(inside, addr + byte >= addr, addr + byte < W(machine.task_size));
    }};

inline constexpr Law page_offsets_do_not_wrap{
    "vma.mmap.page_offset", "pages_wrap_exactly_if_the_offset_behind_the_last_one_is_no_offset",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W pgoff = world.word("pgoff"), pages = world.word("pages", 1, ~0u), page = world.word("page");
      world.assume(page < pages);
      const auto wraps = subject.offset_wraps(pgoff, pages);
      return both(equivalent(wraps, pages > ~W(0u) - pgoff), implies(negation(wraps), pgoff + page >= pgoff));
    }};

inline constexpr Law destinations_lie_in_the_task{
    "vma.mremap.fixed.range", "a_destination_that_is_accepted_is_whole_pages_inside_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W addr = any_page_address(world, "addr_page"), new_addr = world.word("new_addr");
      const W old_len = any_page_address(world, "old_pages"), new_len = any_page_address(world, "new_pages");
      world.assume(new_len != W(0u));
      world.assume(subject.may_be_destination(machine, addr, old_len, new_len, new_addr));
      return is_lawful(Extent<W>{.vm_start = new_addr, .vm_end = new_addr + new_len, .vm_pgoff = 0u});
    }};

inline constexpr Law destinations_do_not_overlap{
    "vma.mremap.fixed.overlap",
    "a_destination_is_accepted_exactly_if_it_has_no_address_of_the_old_and_the_new_range",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      // The source lies in an area, so it does not wrap; the destination lies in the task.
      const auto source = any_range(world, "start_page", "end_page");
      const auto destination = any_range(world, "new_start_page", "new_end_page");
      const W old_len = source.end - source.start, new_len = destination.end - destination.start;
      const bool accepted = subject.may_be_destination(machine, source.start, old_len, new_len, destination.start);
      const auto overlaps = overlap<W>(source, destination);
      return accepted ? negation(overlaps) : overlaps;
    }};

// ---- The search for room --------------------------------------------------------------------------------------------

inline constexpr Law the_search_begins_at_the_hint{
    "vma.unmapped.hint_rounded_up", "the_search_for_room_begins_at_the_hint_rounded_up",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W hint = world.word("addr");
      const W start = subject.search_start(machine, hint);
      return all((start & W(within_page)) == W(0u),
                 implies(both(hint != W(0u), hint <= W(~within_page)),
                         both(start >= hint, start - hint < W(machine.page_size))));
    }};

inline constexpr Law the_search_has_a_base{
    "vma.unmapped.base", "without_a_hint_the_search_for_room_begins_at_a_third_of_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W hint = world.choose("addr", {0});
      return subject.search_start(machine, hint) == W(machine.task_unmapped_base);
    }};

inline constexpr Law a_candidate_that_fits_is_free{
    "vma.mmap.anywhere", "a_candidate_that_fits_in_front_of_an_area_has_no_address_of_it_or_of_an_area_behind_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const W behind = any_page_address(world, "behind_page");  // where one behind it begins
      const W candidate = any_page_address(world, "candidate_page"), len = world.word("len", 1, machine.task_size);
      world.assume(area.vm_end <= behind);
      world.assume(negation(subject.leaves_task(machine, candidate, len)));
      world.assume(subject.fits_in_front_of(candidate, len, area));
      const Range<W> found{candidate, candidate + len};
      return all(candidate < found.end, negation(overlap<W>(found, {area.vm_start, area.vm_end})),
                 found.end <= behind);
    }};

inline constexpr Law a_candidate_that_does_not_fit_is_passed{
    "vma.unmapped.first_fit", "where_a_candidate_does_not_fit_no_address_before_the_end_of_the_area_does",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const W candidate = any_page_address(world, "candidate_page"), len = world.word("len", 1, machine.task_size);
      const W other = world.word("other");
      world.assume(negation(subject.leaves_task(machine, candidate, len)));
      world.assume(negation(subject.fits_in_front_of(candidate, len, area)));
      // The areas in front of this one end at or below the candidate.
      world.assume(both(candidate <= other, other < area.vm_end));
      return either(other > W(machine.task_size) - len,
                    overlap<W>({other, other + len}, {area.vm_start, area.vm_end}));
    }};

inline constexpr Law the_task_ends_the_search{
    "vma.unmapped.no_gap", "a_candidate_leaves_the_task_exactly_if_its_last_byte_does",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W candidate = world.word("candidate"), len = world.word("len", 1, machine.task_size);
      const auto leaves = subject.leaves_task(machine, candidate, len);
      const W last = candidate + (len - 1u);
      return equivalent(negation(leaves), both(candidate <= last, last < W(machine.task_size)));
    }};

inline constexpr Law the_first_fit_is_the_lowest{
    "vma.unmapped.first_fit", "of_two_areas_the_first_fit_is_free_and_no_lower_address_is",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto next = any_area_behind(world, area);
      const W start = any_page_address(world, "hint_page"), len = world.word("len", 1, machine.task_size);
      const W other = world.word("other");
      world.assume(start < area.vm_end);  // the areas are those that end above the start of the search
      const std::vector<Extent<W>> areas{area, next};
      const std::optional<W> found = subject.first_fit(machine, areas, 0, start, len);
      const auto fits = [&](W addr) {
        const Range<W> range{addr, addr + len};
        return all(addr <= W(machine.task_size) - len, negation(overlap<W>(range, {area.vm_start, area.vm_end})),
                   negation(overlap<W>(range, {next.vm_start, next.vm_end})));
      };
      if (!found) return implies(start <= other, negation(fits(other)));
      return all(start <= *found, fits(*found),
                 implies(both(start <= other, other < *found), negation(fits(other))));
    }};

// ---- Page tables ----------------------------------------------------------------------------------------------------

/// A range that was unmapped, and what is left beside it: an area that ends at or below its start, one that begins at or above
/// its end, each or neither.
template <Word W>
struct Surroundings {
  Range<W> range;
  std::optional<W> below, above;
};

template <class World>
constexpr auto any_surroundings(World& world) {
  using W = WordOf<World>;
  Surroundings<W> around{any_range(world, "start_page", "end_page"), std::nullopt, std::nullopt};
  if (world.choose("has_below", {0, 1}) != 0) {
    around.below = any_page_address(world, "below_page");
    world.assume(*around.below <= around.range.start);
  }
  if (world.choose("has_above", {0, 1}) != 0) {
    around.above = any_page_address(world, "above_page");
    world.assume(both(around.range.end <= *around.above, *around.above < W(machine.task_size)));
  }
  return around;
}

/// Any slot of the page directory that is the user's.
template <class World>
constexpr auto any_slot(World& world) {
  return world.word("slot", 0, (machine.task_size >> shift_of_slot) - 1);
}

inline constexpr Law page_tables_that_are_needed_stay{
    "vma.munmap.page_tables_in_use", "no_page_table_that_is_cleared_maps_a_byte_of_an_area_that_is_left",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto around = any_surroundings(world);
      const W slot = any_slot(world);
      const auto slots =
          subject.slots_to_clear(machine, around.range.start, around.range.end, around.below, around.above);
      const auto cleared = both(slots.first <= slot, slot < slots.end);
      const W begin = slot << W(shift_of_slot), end = (slot + 1u) << W(shift_of_slot);
      return all(implies(cleared, around.below.value_or(W(0u)) <= begin),
                 implies(cleared, end <= around.above.value_or(W(machine.task_size))));
    }};

inline constexpr Law page_tables_of_the_range_go{
    "vma.munmap.page_tables", "every_page_table_that_maps_nothing_but_the_range_is_cleared",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto around = any_surroundings(world);
      const W slot = any_slot(world);
      const auto slots =
          subject.slots_to_clear(machine, around.range.start, around.range.end, around.below, around.above);
      const W begin = slot << W(shift_of_slot), end = (slot + 1u) << W(shift_of_slot);
      return implies(both(around.range.start <= begin, end <= around.range.end),
                     both(slots.first <= slot, slot < slots.end));
    }};

/// The laws of this file.
inline constexpr std::tuple range_laws{
    lengths_are_rounded_up,         locking_covers_what_was_asked_for,   munmap_accepts_ranges_inside_the_task,
    what_munmap_accepts_is_a_range, mmap_accepts_ranges_inside_the_task, page_offsets_do_not_wrap,
    destinations_lie_in_the_task,   destinations_do_not_overlap};
inline constexpr std::tuple search_laws{the_search_begins_at_the_hint, the_search_has_a_base,
                                        a_candidate_that_fits_is_free, a_candidate_that_does_not_fit_is_passed,
                                        the_task_ends_the_search,      the_first_fit_is_the_lowest};
inline constexpr std::tuple page_table_laws{page_tables_that_are_needed_stay, page_tables_of_the_range_go};

}  // namespace refmm::vma

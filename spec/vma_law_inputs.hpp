// What the laws of memory areas start from and what they claim of an area, said once.
//
// The machine is that of 2.4.0. Addresses are drawn as numbers of pages, so that every world finds the few that matter: a law
// about all lawful areas is a law about all pairs of page numbers inside the task.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_flags.hpp>

#include <bit>
#include <cstdint>
#include <type_traits>

namespace refmm::vma {

template <class World>
using WordOf = typename std::remove_cvref_t<World>::word_type;

/// The machine that the laws speak of.
inline constexpr Machine machine = i386_2_4_0;

inline constexpr std::uint32_t pages_of_task = machine.task_size / machine.page_size;
inline constexpr unsigned shift_of_page = std::countr_zero(machine.page_size);
/// A page table maps this many bytes as a power of two: a slot of the page directory.
inline constexpr unsigned shift_of_slot = 22;

// ---- Inputs -----------------------------------------------------------------------------------------------------

/// Any address inside the task, its end included, at which a page begins.
template <class World>
constexpr auto any_page_address(World& world, std::string_view name) {
  using W = WordOf<World>;
  return world.word(name, 0, pages_of_task) << W(shift_of_page);
}

/// Any range of whole pages inside the task; at least one.
template <Word W>
struct Range {
  W start, end;
};

/// `start` and `end` are the names of the pages at which it begins and ends.
template <class World>
constexpr auto any_range(World& world, std::string_view start, std::string_view end) {
  using W = WordOf<World>;
  const Range<W> range{any_page_address(world, start), any_page_address(world, end)};
  world.assume(range.start < range.end);
  return range;
}

/// Any lawful area, at any place of its file.
template <class World>
constexpr auto any_area(World& world) {
  using W = WordOf<World>;
  const auto range = any_range(world, "area.start_page", "area.end_page");
  return Extent<W>{.vm_start = range.start, .vm_end = range.end, .vm_pgoff = world.word("area.vm_pgoff")};
}

/// Any lawful area that may stand behind `area` in a list.
template <class World, Word W>
constexpr auto any_area_behind(World& world, const Extent<W>& area) {
  const auto range = any_range(world, "next.start_page", "next.end_page");
  world.assume(area.vm_end <= range.start);
  return Extent<W>{.vm_start = range.start, .vm_end = range.end, .vm_pgoff = world.word("next.vm_pgoff")};
}

/// Any range inside an area.
template <class World, Word W>
constexpr auto any_range_within(World& world, const Extent<W>& area) {
  const auto range = any_range(world, "start_page", "end_page");
  world.assume(both(area.vm_start <= range.start, range.end <= area.vm_end));
  return range;
}

// ---- Where an address is ------------------------------------------------------------------------------------------

/// True if the address lies in the area, or in the range.
template <Word W>
constexpr auto has_address(const Extent<W>& area, W addr) {
  return both(area.vm_start <= addr, addr < area.vm_end);
}
template <Word W>
constexpr auto has_address(const Range<W>& range, W addr) {
  return both(range.start <= addr, addr < range.end);
}

/// The page of the file that an address of the area shows. Areas begin with a page, so the difference of the pages is the
/// page of the difference; it is the one that can be added up.
template <Word W>
constexpr W page_shown(const Extent<W>& area, W addr) {
  return area.vm_pgoff + ((addr >> W(shift_of_page)) - (area.vm_start >> W(shift_of_page)));
}

/// What the pieces of an area make of an address: by how many of them it is held, and the page of the file that it shows.
template <Word W>
struct Held {
  W times, page;
};

template <Word W>
constexpr Held<W> held(const auto& pieces, W addr) {
  Held<W> held{0u, 0u};
  for (const Extent<W>& piece : pieces) {
    const auto here = has_address(piece, addr);
    held.times = held.times + select(here, W(1u), W(0u));
    held.page = select(here, page_shown(piece, addr), held.page);
  }
  return held;
}

/// A claim that holds of nothing.
template <Word W>
constexpr auto never() {
  return W(1u) == W(0u);
}

/// Whole pages, at least one, inside the task.
template <Word W>
constexpr auto is_lawful(const Extent<W>& area) {
  const W within_page = W(machine.page_size - 1);
  return all((area.vm_start & within_page) == W(0u), (area.vm_end & within_page) == W(0u),
             area.vm_start < area.vm_end, area.vm_end <= W(machine.task_size));
}

/// True if the two have an address in common.
template <Word W>
constexpr auto overlap(const Range<W>& one, const Range<W>& other) {
  return both(one.start < other.end, other.start < one.end);
}

}  // namespace refmm::vma

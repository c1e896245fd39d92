// Where the areas of vmalloc and ioremap go, and what is a range that ioremap maps: decisions over words.
//
// Follows get_vm_area in mm/vmalloc.c and the arithmetic of __ioremap in arch/i386/mm/ioremap.c.
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/sequence.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- get_vm_area ----------------------------------------------------------------------------------------------------

enum class Search { goes_on, here, no_room };

/// Where the search for a place stands after one step.
template <Word W>
struct Candidate {
  Search search;
  W addr;  // the place, or the next candidate
  Because because;
};

/// One step of the search: the area is in front of the candidate's end, or the candidate is in front of the area. `size` counts
/// the guard page; `end` is the end of the range for areas.
template <Word W, class Area>
constexpr Candidate<W> past_area(const kernel_map::Corrections& corrected, W end, W addr, W size,
                                 const Area& area) {
  // refuse
  if (addr + size < addr) return {Search::no_room, addr, {"kernel.get_vm_area.no_room"}};

  // find
  const bool fits = is_true(mutant("kernel.get_vm_area.overlaps_by_a_page") ? addr + size <= area.addr + W(0x1000u)
                                                                            : addr + size < area.addr);
  if (fits) return {Search::here, addr, {"kernel.get_vm_area.first_fit"}};
  const W next = area.addr + area.size;

  // report
  Because because;
  if (next == W(0u)) {
    if (corrected.area_at_zero) return {Search::no_room, next, {"kernel.get_vm_area.no_room"}};
    because.push_back("defect.kernel.area_at_zero");
  }
  if (mutant("kernel.get_vm_area.ignores_the_end")) return {Search::goes_on, next, std::move(because)};
  const bool strict = mutant("kernel.get_vm_area.wants_a_page_more") && is_true(next == end - size);
  if (strict || next > end - size) {
    because.push_back("kernel.get_vm_area.no_room");
    return {Search::no_room, next, std::move(because)};
  }
  if (size > end) {  // the difference has wrapped
    if (corrected.area_wraps) return {Search::no_room, next, {"kernel.get_vm_area.no_room"}};
    because.push_back("defect.kernel.area_wraps");
  }
  return {Search::goes_on, next, std::move(because)};
}

/// The end of the search: no area is behind the candidate. Behind an area the limit has been tested; without one 2.4.0 tests
/// none.
template <Word W>
constexpr Candidate<W> behind_all(const kernel_map::Corrections& corrected, W end, W addr, W size, bool no_areas) {
  const bool wraps = is_true(addr + size < addr) && is_true(addr + size != W(0u));
  if (no_areas && wraps) {
    if (corrected.area_wraps) return {Search::no_room, addr, {"kernel.get_vm_area.no_room"}};
    return {Search::here, addr, {"defect.kernel.area_wraps"}};
  }
  if (no_areas && is_true(size > end - addr)) {
    if (corrected.first_area_limit) return {Search::no_room, addr, {"kernel.get_vm_area.no_room"}};
    return {Search::here, addr, {"defect.kernel.first_area_limit"}};
  }
  return {Search::here, addr, {"kernel.get_vm_area.behind_last"}};
}

/// A place in the list and in the address space.
template <Word W>
struct Place {
  std::uint32_t position;
  W addr;
};

/// The first place from `start` on where `size` bytes lie, or nothing. The list is searched in its order.
template <Word W, class List>
constexpr Decision<std::optional<Place<W>>> find_room(const kernel_map::Corrections& corrected, W start, W end,
                                                      const List& vmlist, W size) {
  W addr = start;
  Because because;
  for (std::uint32_t position = 0; position != length(vmlist); ++position) {
    Candidate<W> candidate = past_area<W>(corrected, end, addr, size, at(vmlist, position));
    because.insert(because.end(), candidate.because.begin(), candidate.because.end());
    if (candidate.search == Search::no_room) return {std::nullopt, std::move(because)};
    if (candidate.search == Search::here) return {Place<W>{position, addr}, std::move(because)};
    addr = candidate.addr;
  }
  const Candidate<W> last = behind_all<W>(corrected, end, addr, size, length(vmlist) == 0);
  because.insert(because.end(), last.because.begin(), last.because.end());
  if (last.search == Search::no_room) return {std::nullopt, std::move(because)};
  return {Place<W>{length(vmlist), addr}, std::move(because)};
}

// ---- ioremap --------------------------------------------------------------------------------------------------------

/// Physical memory to be mapped: whole pages, and where in the first one the request begins.
template <Word W>
struct IoRange {
  W page;  // physical, a multiple of the page size
  W size;  // bytes, a multiple of the page size
  W offset;
};

/// The last byte of a range; below its first if the range wraps.
template <Word W>
constexpr W last_of(W phys, W size) {
  return phys + size - W(1u);
}

template <Word W>
constexpr bool range_wraps(W phys, W size) {
  return !mutant("kernel.ioremap.accepts_ranges_that_wrap") && is_true(last_of<W>(phys, size) < phys);
}

/// Whether the direct mapping has the whole range as the window of old devices.
template <Word W>
constexpr bool in_isa_window(const MachineOf<W>& machine, W phys, W last) {
  const W end = W(machine.isa_end) + W(mutant("kernel.ioremap.window_has_a_byte_more") ? 1u : 0u);
  return is_true(phys >= W(machine.isa_start)) && is_true(last < end);
}

/// Bytes from a page on that hold every byte up to `last`. As built, the last byte is rounded up instead of the one behind it.
template <Word W>
constexpr Decision<W> bytes_to_map(const MachineOf<W>& machine, const kernel_map::Corrections& corrected, W page,
                                   W last) {
  const W end_as_built = page_align<W>(machine, last);
  const W behind = last + W(mutant("kernel.ioremap.maps_a_page_more") ? 2u : 1u);
  W end = page_align<W>(machine, behind);  // 0 at the top of physical memory, and the difference is right
  Because because;
  const bool one_byte = is_true(last == page);
  if (one_byte && !corrected.ioremap_one_byte) {
    because.push_back("defect.kernel.ioremap_one_byte");
    end = end_as_built;
  }
  if (!one_byte && !corrected.ioremap_last_page && end != end_as_built) {
    because.push_back("defect.kernel.ioremap_last_page");
    end = end_as_built;
  }
  // The plausible repair: a loop over pages while they are below the end, which is 0 for a range up to the top.
  if (mutant("kernel.ioremap.rounds_end_without_wrap") && end < page) return {W(0u), std::move(because)};
  return {end - page, std::move(because)};
}

/// What ioremap maps for a range that neither is empty nor wraps. [kernel.ioremap.covers] [kernel.ioremap.offset]
template <Word W>
constexpr Decision<IoRange<W>> io_range(const MachineOf<W>& machine, const kernel_map::Corrections& corrected,
                                        W phys, W size) {
  const W mask = machine.page_size - 1;
  const W offset = mutant("kernel.ioremap.forgets_offset") ? W(0u) : phys & mask;
  const W page = phys & ~mask;
  auto bytes = bytes_to_map<W>(machine, corrected, page, last_of<W>(phys, size));
  bytes.because.push_back("kernel.ioremap.covers");
  bytes.because.push_back("kernel.ioremap.offset");
  return {{page, bytes.value, offset}, std::move(bytes.because)};
}

/// Whether a physical byte lies in the pages that are mapped.
template <Word W>
constexpr auto maps(const IoRange<W>& range, W byte) {
  return byte - range.page < range.size;
}

/// The physical address behind byte `at` of an area that begins at `area`.
template <Word W>
constexpr W phys_behind(const IoRange<W>& range, W area, W at) {
  return range.page + (at - area);
}

}  // namespace refmm::model::inline REFMM_BUILD

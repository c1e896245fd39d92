// The model as the subject of the laws of spec/kernel_map_laws.hpp and spec/kernel_map_range_laws.hpp.
#pragma once

#include <refmm/model/kernel_map.hpp>
#include <refmm/model/kernel_map_areas.hpp>
#include <refmm/model/kernel_map_ioremap.hpp>
#include <refmm/model/kernel_map_pages.hpp>
#include <refmm/model/paging_tables.hpp>

#include <string>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct KernelMapSubject {
  /// All is mended; each switch is a mutant, called as the defect that it mends.
  static constexpr kernel_map::Corrections corrected() {
    kernel_map::Corrections corrected = kernel_map::all_corrected;
    for_each_field(corrected, [](const char* name, bool& mended) {
      if (mutant(std::string("defect.kernel.") + name)) mended = false;
    });
    return corrected;
  }

  // The search for room.
  template <Word W>
  static constexpr Candidate<W> past_area(W end, W addr, W size, const auto& area) {
    return model::past_area<W>(corrected(), end, addr, size, area);
  }
  template <Word W>
  static constexpr Candidate<W> behind_all(W end, W addr, W size, bool no_areas) {
    return model::behind_all<W>(corrected(), end, addr, size, no_areas);
  }
  static constexpr bool goes_on(const auto& candidate) { return candidate.search == Search::goes_on; }
  static constexpr bool is_here(const auto& candidate) { return candidate.search == Search::here; }
  /// Start and end of the range for areas.
  template <Word W>
  static constexpr std::pair<W, W> area_range(const Machine& machine, W ram_pages, kernel_map::Config config) {
    const W none = 0u;
    const kernel_map::Boot<W> boot{.kernel = {machine, corrected(), Sharing::lazy},
                                   .ram_pages = ram_pages,
                                   .highmem_pages = none,
                                   .first_free = none,
                                   .pse = true,
                                   .pge = true,
                                   .config = config};
    return {kernel_map::vmalloc_start<W>(boot), kernel_map::vmalloc_end<W>(boot)};
  }

  // ioremap.
  template <Word W>
  static constexpr auto io_range(const MachineOf<W>& machine, W phys, W size) {
    return model::io_range<W>(machine, corrected(), phys, size);
  }
  template <Word W>
  static constexpr auto maps(const IoRange<W>& range, W byte) {
    return model::maps<W>(range, byte);
  }
  template <Word W>
  static constexpr W phys_behind(const IoRange<W>& range, W area, W at) {
    return model::phys_behind<W>(range, area, at);
  }
  template <Word W>
  static constexpr bool range_wraps(W phys, W size) {
    return model::range_wraps<W>(phys, size);
  }
  template <Word W>
  static constexpr bool in_isa_window(const MachineOf<W>& machine, W phys, W last) {
    return model::in_isa_window<W>(machine, phys, last);
  }
  template <Word W>
  static constexpr auto ram_in_use(W ram_pages, W num_physpages, W first, W pfn, bool reserved) {
    return model::ram_in_use<W>(corrected(), Ram<W>{ram_pages, num_physpages}, first, pfn, reserved);
  }
  template <Word W>
  static constexpr auto ram_behind_end(W ram_pages, W num_physpages, W first, W last) {
    return model::ram_behind_end<W>(corrected(), Ram<W>{ram_pages, num_physpages}, first, last);
  }
  template <Word W>
  static constexpr W io_entry(const MachineOf<W>& machine, W area, W phys, bool nocache, W page) {
    return model::io_entry<W>(machine, Remap<W>{area, phys, W(io_page_flags(nocache))}, page);
  }

  // Pages of areas.
  template <Word W>
  static constexpr auto pages_in_slot(const MachineOf<W>& machine, W addr, W size) {
    return model::pages_in_slot<W>(machine, addr, size);
  }
  template <Word W>
  static constexpr auto unmapping_goes_on(W next, W end) {
    return model::unmapping_goes_on<W>(corrected(), next, end);
  }
  template <Word W>
  static constexpr auto page_gone(const MachineOf<W>& machine, W page, W entry, kernel_map::AreaKind kind,
                                  W num_physpages, bool reserved) {
    return model::page_gone<W>(machine, corrected(), {}, page, entry, kind, num_physpages, reserved);
  }
  static constexpr auto slot_without_frame(bool has_slot, bool maps) {
    return model::slot_without_frame(corrected(), has_slot, maps);
  }
  static constexpr auto stand_in_for(bool has_slot, bool maps) {
    return model::stand_in_for(corrected(), has_slot, maps);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD

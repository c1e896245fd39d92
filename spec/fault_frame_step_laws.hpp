// Laws about frames and page tables: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::process::holds {

// ---- Frames ---------------------------------------------------------------------------------------------------------

/// The frames of the pool that somebody has, ascending.
constexpr std::vector<std::uint32_t> frames_in_use(const LawState& state) {
  std::vector<std::uint32_t> used;
  for (const auto& [pfn, frame] : state.memory.mem_map.written) {
    if (pfn <= state.memory.ram_pages && frame.count != 0) used.push_back(pfn);
  }
  return used;
}

/// The lowest frame of the pool that nobody has.
constexpr std::optional<std::uint32_t> lowest_free(const Transition& t, const std::vector<std::uint32_t>& used) {
  std::uint32_t pfn = 1;
  for (const std::uint32_t taken : used) pfn += taken == pfn ? 1 : 0;
  return pfn <= t.before.memory.ram_pages ? std::optional(pfn) : std::nullopt;
}

/// Goes through the requests and releases of a call in their order. `asked(request, used)` claims something of a request, `freed(pfn,
/// used)` of a release, given the frames that are in use by then. Returns the frames that are in use in the end, if all claims hold.
constexpr std::optional<std::vector<std::uint32_t>> used_in_the_end(const Transition& t, auto asked, auto freed) {
  std::vector<std::uint32_t> used = frames_in_use(t.before);
  for (const auto& effect : t.effects) {
    if (const auto* request = std::get_if<AllocPage>(&effect)) {
      if (!asked(*request, used)) return std::nullopt;
      if (request->pfn) used.insert(std::ranges::lower_bound(used, *request->pfn), *request->pfn);
    }
    if (const auto* release = std::get_if<FreePage>(&effect)) {
      if (!freed(release->pfn, used)) return std::nullopt;
      std::erase(used, release->pfn);
    }
  }
  return used;
}

constexpr bool the_lowest_free_frame_is_taken(const Transition& t) {
  const auto is_lowest = [&](const AllocPage& request, const std::vector<std::uint32_t>& used) {
    return !request.pfn || request.pfn == lowest_free(t, used);
  };
  return used_in_the_end(t, is_lowest, [](auto...) { return true; }).has_value();
}

constexpr bool a_frame_is_refused_only_where_none_is_free_or_failure_was_ordered(const Transition& t) {
  const auto& faults = t.before.memory.faults;
  std::uint32_t requests = 0;
  const auto is_refused_rightly = [&](const AllocPage& request, const std::vector<std::uint32_t>& used) {
    const bool ordered = faults.fail_alloc_all || ++requests == faults.fail_alloc;
    return request.pfn.has_value() == (!ordered && lowest_free(t, used));
  };
  return used_in_the_end(t, is_refused_rightly, [](auto...) { return true; }).has_value();
}

constexpr bool a_frame_is_freed_when_the_last_reference_goes(const Transition& t) {
  const auto was_used = [](std::uint32_t pfn, const std::vector<std::uint32_t>& used) {
    return std::ranges::binary_search(used, pfn);
  };
  return used_in_the_end(
             t, [](auto...) { return true; }, was_used) == frames_in_use(t.after);
}

constexpr bool reserved_frames_are_neither_taken_nor_freed(const Transition& t) {
  const auto stays = [&](const auto& counted) {
    return !is_reserved(t.before, counted.first) || frame(t.after, counted.first) == counted.second;
  };
  return std::ranges::all_of(t.before.memory.mem_map.written, stays) &&
         !had_effect<AllocPage>(
             t, [&](const AllocPage& request) { return request.pfn && is_reserved(t.before, *request.pfn); }) &&
         !had_effect<FreePage>(t, [&](const FreePage& freed) { return is_reserved(t.before, freed.pfn); });
}

// ---- Page tables ----------------------------------------------------------------------------------------------------

/// The claim about each page table of the processes there are afterwards that was not there before.
constexpr bool of_new_tables(const Transition& t, auto claim) {
  return std::ranges::all_of(t.after.memory.pgds.written, [&](const auto& directory) {
    return std::ranges::all_of(directory.second.written, [&](const auto& pde) {
      const bool is_old = lookup(t.before.memory.pgds, directory.first, pde.first) == pde.second;
      return is_old || claim(directory.first, pde.first << table_bits, frame_of(pde.second));
    });
  });
}

constexpr bool a_page_table_is_a_frame_of_zeros_of_its_own(const Transition& t) {
  return of_new_tables(t, [&](std::uint32_t, std::uint32_t, std::uint32_t table) {
    return was_given(t, table, fault::Gfp::GFP_KERNEL) && was_cleared(t, table);
  });
}

/// Whoever touches a page fails where there is no frame for its page table, and nothing stands in for it.
constexpr bool without_a_frame_for_it_there_is_no_page_table(const Transition& t) {
  return of_touch_by_access(t, [&](const Touch& touch) {
    const bool had_none = table_at(t.before, touch.pid, touch.addr) == fault::none;
    const bool lacked = lacked_the_last_frame(t, fault::Gfp::GFP_KERNEL);
    if (had_none && lacked && table_at(t.after, touch.pid, touch.addr) != fault::none) return false;
    return !lacked || !had_none || was_refused(t);
  });
}

/// The claim about a munmap of a range that had something to unmap.
constexpr bool of_munmap(const Transition& t, auto claim) {
  const auto* munmap = call<vma::Munmap>(t);
  if (!munmap || !succeeded(t)) return true;
  const PageRange range{munmap->addr, munmap->addr + rounded_up(munmap->len)};
  const bool hits = std::ranges::any_of(process_of(t.before, caller(t)).mm.areas, [&](const LawArea& area) {
    return area.vm_start < range.end && range.start < area.vm_end;
  });
  return !hits || claim(range);
}

/// Which entries a table has is not asked: a table that is left without an area goes, one in whose window an area lies stays.
constexpr bool munmap_frees_the_tables_of_the_windows_that_it_empties(const Transition& t) {
  return of_munmap(t, [&](PageRange range) {
    const auto& areas = process_of(t.after, caller(t)).mm.areas;
    const auto before = lookup(t.before.memory.pgds, caller(t));
    return std::ranges::all_of(before.written, [&](const auto& pde) {
      const std::uint32_t slot = pde.first;
      const bool needed =
          std::ranges::any_of(areas, [&](const LawArea& area) { return lies_in_window(area, slot); });
      const bool touched = range.start >> table_bits <= slot && slot <= (range.end - 1) >> table_bits;
      const bool is_left = lookup(t.after.memory.pgds, caller(t), slot) == pde.second;
      return needed ? is_left : !touched || (!is_left && was_freed(t, frame_of(pde.second)));
    });
  });
}

constexpr bool a_page_table_that_is_gone_has_no_entries(const Transition& t) {
  return std::ranges::all_of(t.after.memory.tables.written, [&](const auto& table) {
    return is_reserved(t.after, table.first) ||
           std::ranges::any_of(t.after.memory.pgds.written, [&](const auto& directory) {
             return std::ranges::any_of(directory.second.written,
                                        [&](const auto& pde) { return frame_of(pde.second) == table.first; });
           });
  });
}

}  // namespace refmm::process::holds

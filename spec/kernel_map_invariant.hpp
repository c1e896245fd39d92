// The invariant of paging and of the kernel's own mappings: what holds of every state between two calls, one conjunct a line.
//
// It is that of the corrected kernel, whose callers give back what they have taken and nothing else.
#pragma once

#include <refmm/spec/kernel_map_frames.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/law.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>

namespace refmm::kernel_map {

/// A state, and the machine that it is one of.
struct Observed {
  const LawBoot& boot;
  const LawState& state;
};

constexpr bool for_all_areas(const Observed& seen, auto predicate) {
  return std::ranges::all_of(seen.state.vmlist, predicate);
}
constexpr bool for_all_neighbours(const Observed& seen, auto predicate) {
  const auto& areas = seen.state.vmlist;
  return std::ranges::adjacent_find(
             areas, [&](const LawArea& one, const LawArea& next) { return !predicate(one, next); }) == areas.end();
}

namespace holds {

// ---- Areas ----------------------------------------------------------------------------------------------------------

constexpr bool kernel_areas_stand_in_the_order_of_their_addresses(const Observed& seen) {
  return for_all_neighbours(seen, [](const LawArea& one, const LawArea& next) { return one.addr < next.addr; });
}

constexpr bool no_address_is_in_two_kernel_areas(const Observed& seen) {
  return for_all_neighbours(seen,
                            [](const LawArea& one, const LawArea& next) { return end_of(one) <= next.addr; });
}

constexpr bool areas_are_whole_pages_and_a_guard_page(const Observed& seen) {
  return for_all_areas(seen, [](const LawArea& area) {
    return is_page_aligned(area.addr) && is_page_aligned(area.size) && area.size >= 2 * page_bytes;
  });
}

constexpr bool areas_lie_inside_the_range(const Observed& seen) {
  return for_all_areas(seen, [&](const LawArea& area) {
    return area.addr >= vmalloc_start(seen.boot) && end_of(area) <= end_of_range(seen.boot);
  });
}

constexpr bool every_page_of_an_area_is_mapped(const Observed& seen) {
  return for_all_areas(seen, [&](const LawArea& area) {
    return every_page(seen.state, seen.state.swapper_pg_dir, area.addr, end_of(area) - page_bytes,
                      [](Word32, Word32 entry) { return is_present(entry); });
  });
}

constexpr bool no_guard_page_is_mapped(const Observed& seen) {
  return for_all_areas(seen, [&](const LawArea& area) {
    return mapped_pages(seen.state, seen.state.swapper_pg_dir, end_of(area) - page_bytes, end_of(area)) == 0;
  });
}

constexpr bool nothing_is_mapped_outside_areas(const Observed& seen) {
  std::uint64_t of_areas = 0;
  for (const LawArea& area : seen.state.vmlist) of_areas += area.size / page_bytes - 1;
  return mapped_pages(seen.state, seen.state.swapper_pg_dir, vmalloc_start(seen.boot), end_of_range(seen.boot)) <=
         of_areas;
}

constexpr bool list_elements_have_one_area_each(const Observed& seen) {
  return for_all_areas(seen, [&](const LawArea& area) {
    return area.obj < seen.state.objs_made && std::ranges::count(seen.state.vmlist, area.obj, &LawArea::obj) == 1;
  });
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

inline bool no_frame_in_use_is_free(const Observed& seen) {
  return std::ranges::none_of(uses_of_frames(seen.boot, seen.state),
                              [&](const Uses& uses) { return frame_at(seen.boot, seen.state, uses.pfn).free; });
}

inline bool no_frame_has_more_uses_than_references(const Observed& seen) {
  return std::ranges::all_of(uses_of_frames(seen.boot, seen.state), [&](const Uses& uses) {
    return frame_at(seen.boot, seen.state, uses.pfn).count >= uses.times;
  });
}

inline bool tables_and_directories_have_a_frame_each(const Observed& seen) {
  const auto frames = frames_of_tables(seen.state);
  return std::ranges::adjacent_find(frames) == frames.end();
}

// ---- Directories and tables -----------------------------------------------------------------------------------------

/// True of every entry of swapper_pg_dir and of every process.
constexpr bool for_all_directories(const Observed& seen, auto predicate) {
  return predicate(seen.state.swapper_pg_dir) &&
         std::ranges::all_of(seen.state.pgds, [&](const auto& pgd) { return predicate(pgd.entries); });
}

constexpr bool entries_of_directories_lead_to_tables(const Observed& seen) {
  return for_all_directories(seen, [&](const LawEntries& directory) {
    return std::ranges::all_of(directory.written, [&](const auto& entry) {
      return is_present(entry.second) && (is_large(entry.second) || table_of(seen.state, entry.second));
    });
  });
}

constexpr bool the_direct_mapping_is_whole(const Observed& seen) {
  const Word32 slots =
      static_cast<Word32>((std::uint64_t{seen.boot.ram_pages} * page_bytes + slot_bytes - 1) / slot_bytes);
  for (Word32 slot = 0; slot < slots; ++slot) {
    const Word32 addr = (first_slot + slot) * slot_bytes;
    const auto means = translation(law_machine, seen.state, addr);
    if (!means || means->phys != slot * slot_bytes) return false;
  }
  return true;
}

constexpr bool slots_of_fixed_addresses_have_tables(const Observed& seen) {
  const auto has_table = [&](Word32 slot) {
    return table_of(seen.state, lookup(seen.state.swapper_pg_dir, slot)) != nullptr;
  };
  return has_table(last_slot) &&
         (seen.boot.config != Config::highmem || has_table(law_machine.pkmap_base / slot_bytes));
}

constexpr bool processes_are_numbered_in_their_order(const Observed& seen) {
  const auto& pgds = seen.state.pgds;
  const auto number = [](const auto& pgd) { return pgd.number; };
  return std::ranges::adjacent_find(pgds, std::greater_equal{}, number) == pgds.end() &&
         (pgds.empty() || (pgds.front().number > 0 && pgds.back().number <= seen.state.pgds_made));
}

constexpr bool the_counter_is_the_length_of_both_quick_lists(const Observed& seen) {
  return seen.state.pgtable_cache_size == seen.state.pgd_quicklist.size() + seen.state.pte_quicklist.size();
}

// ---- Sharing --------------------------------------------------------------------------------------------------------

/// True of every entry that is set of the kernel's half of a directory.
constexpr bool for_all_kernel_entries(const LawEntries& directory, auto predicate) {
  return std::all_of(place_of(directory.written, first_slot), directory.written.end(),
                     [&](const auto& written) { return predicate(written.first, written.second); });
}

/// Lazy: absent or equal. Preallocated: equal.
constexpr bool is_shared(const Observed& seen, const LawEntries& directory) {
  const LawEntries& swapper = seen.state.swapper_pg_dir;
  if (seen.boot.kernel.sharing == Sharing::preallocated)
    return values_from(directory, first_slot, 0u) == values_from(swapper, first_slot, 0u);
  return for_all_kernel_entries(directory,
                                [&](Word32 slot, Word32 entry) { return entry == lookup(swapper, slot); });
}

constexpr bool kernel_entries_of_processes_are_shared(const Observed& seen) {
  return std::ranges::all_of(seen.state.pgds, [&](const auto& pgd) { return is_shared(seen, pgd.entries); });
}

constexpr bool kernel_entries_of_waiting_directories_are_shared(const Observed& seen) {
  return std::ranges::all_of(seen.state.pgd_quicklist,
                             [&](const auto& pgd) { return is_shared(seen, pgd.entries); });
}

/// Where boot had a frame for each.
constexpr bool preallocated_tables_are_all_there(const Observed& seen) {
  const Word32 most = last_slot - first_slot + 1;
  if (seen.boot.kernel.sharing == Sharing::lazy) return true;
  if (seen.boot.ram_pages < seen.boot.first_free + most) return true;
  const auto& written = seen.state.swapper_pg_dir.written;
  return written.end() - place_of(written, first_slot) == most;
}

// ---- The user's half ------------------------------------------------------------------------------------------------

constexpr bool swapper_pg_dir_has_no_users_half(const Observed& seen) {
  const auto& written = seen.state.swapper_pg_dir.written;
  return written.empty() || written.front().first >= first_slot;
}

constexpr bool kernel_entries_are_not_the_users(const Observed& seen) {
  return for_all_kernel_entries(seen.state.swapper_pg_dir, [](Word32, Word32 entry) { return !is_users(entry); });
}

inline bool users_tables_are_their_own(const Observed& seen) {
  auto frames = frames_of_users_tables(seen.state);
  for (const auto& [slot, entry] : seen.state.swapper_pg_dir.written) {
    if (table_of(seen.state, entry)) frames.push_back(pfn_in(entry));
  }
  std::ranges::sort(frames);
  return std::ranges::adjacent_find(frames) == frames.end();
}

inline bool users_pages_are_nobody_elses(const Observed& seen) {
  std::vector<Word32> frames = frames_of_users_pages(seen.state);
  for (const Word32 pfn : frames_of_tables(seen.state)) frames.push_back(pfn);
  std::ranges::sort(frames);
  return std::ranges::adjacent_find(frames) == frames.end();
}

// ---- The TLB and the window -----------------------------------------------------------------------------------------

constexpr bool the_processor_uses_no_stale_translation(const Observed& seen) { return seen.state.stale.empty(); }

constexpr bool mapped_entries_of_the_window_have_their_frames(const Observed& seen) {
  const auto& pkmap = seen.state.pkmap;
  if (seen.boot.config != Config::highmem) return pkmap.count.written.empty() && pkmap.address.written.empty();
  const std::uint64_t window = law_machine.pkmap_base;
  return mapped_pages(seen.state, seen.state.swapper_pg_dir, window, window + slot_bytes) ==
             pkmap.count.written.size() &&
         pkmap.address.written.size() == pkmap.count.written.size() &&
         std::ranges::all_of(pkmap.address.written, [&](const auto& mapped) {
           const auto& [pfn, addr] = mapped;
           const Word32 entry = entry_at(law_machine, seen.state, seen.state.swapper_pg_dir, addr);
           return is_present(entry) && pfn_in(entry) == pfn && pfn >= seen.boot.ram_pages &&
                  lookup(pkmap.count, (addr - law_machine.pkmap_base) / page_bytes) != 0;
         });
}

}  // namespace holds

#define REFMM_CONJUNCT(clause, name) \
  Conjunct<Observed> { clause, #name, holds::name }

inline constexpr std::array invariant{
    REFMM_CONJUNCT("kernel.areas.sorted", kernel_areas_stand_in_the_order_of_their_addresses),
    REFMM_CONJUNCT("kernel.areas.disjoint", no_address_is_in_two_kernel_areas),
    REFMM_CONJUNCT("kernel.areas.guard_page", areas_are_whole_pages_and_a_guard_page),
    REFMM_CONJUNCT("kernel.areas.inside", areas_lie_inside_the_range),
    REFMM_CONJUNCT("kernel.areas.mapped", every_page_of_an_area_is_mapped),
    REFMM_CONJUNCT("kernel.areas.guard_page", no_guard_page_is_mapped),
    REFMM_CONJUNCT("kernel.areas.mapped", nothing_is_mapped_outside_areas),
    REFMM_CONJUNCT("kernel.areas.disjoint", list_elements_have_one_area_each),
    REFMM_CONJUNCT("kernel.frames.free_or_mapped", no_frame_in_use_is_free),
    REFMM_CONJUNCT("kernel.frames.free_or_mapped", no_frame_has_more_uses_than_references),
    REFMM_CONJUNCT("kernel.frames.taken", tables_and_directories_have_a_frame_each),
    REFMM_CONJUNCT("paging.entry.table", entries_of_directories_lead_to_tables),
    REFMM_CONJUNCT("kernel.boot.direct_mapping", the_direct_mapping_is_whole),
    REFMM_CONJUNCT("kernel.boot.tables", slots_of_fixed_addresses_have_tables),
    REFMM_CONJUNCT("paging.pgd_alloc.fresh", processes_are_numbered_in_their_order),
    REFMM_CONJUNCT("paging.quick_lists.kept", the_counter_is_the_length_of_both_quick_lists),
    REFMM_CONJUNCT("paging.kernel.absent_or_equal", kernel_entries_of_processes_are_shared),
    REFMM_CONJUNCT("paging.kernel.recycled", kernel_entries_of_waiting_directories_are_shared),
    REFMM_CONJUNCT("paging.kernel.preallocated", preallocated_tables_are_all_there),
    REFMM_CONJUNCT("paging.user.isolated", swapper_pg_dir_has_no_users_half),
    REFMM_CONJUNCT("paging.user.isolated", kernel_entries_are_not_the_users),
    REFMM_CONJUNCT("paging.user.isolated", users_tables_are_their_own),
    REFMM_CONJUNCT("paging.user.isolated", users_pages_are_nobody_elses),
    REFMM_CONJUNCT("paging.tlb.flushed_before_reuse", the_processor_uses_no_stale_translation),
    REFMM_CONJUNCT("kernel.kmap.new", mapped_entries_of_the_window_have_their_frames),
};

#undef REFMM_CONJUNCT

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
inline std::optional<Conjunct<Observed>> broken_conjunct(const LawBoot& boot, const LawState& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds({boot, state})) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::kernel_map

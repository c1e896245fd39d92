// Laws about what msync writes: what spec/process_step_laws.hpp lists of it.
#pragma once

#include <refmm/spec/fault_file_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

/// The claim about an msync whose arguments are in order, and the range that it is about.
constexpr bool of_msync(const Transition& t, auto claim) {
  const auto* msync = call<Msync>(t);
  if (!msync || !exists(t.before, caller(t)) || msync->addr % page_bytes != 0) return true;
  constexpr std::uint32_t known = fault::MS_ASYNC | fault::MS_INVALIDATE | fault::MS_SYNC;
  const PageRange range{msync->addr, msync->addr + rounded_up(msync->len)};
  return range.end <= range.start || (msync->flags & ~known) != 0 || claim(*msync, range);
}

/// True if an area shows what all share who map its object, and lies in the range.
constexpr bool is_synced(const LawArea& area, PageRange range) {
  return is_shared(area) && area.vm_file != 0 && area.vm_start < range.end && range.start < area.vm_end;
}
constexpr bool is_synced(const LawState& state, const EntryOf& entry, PageRange range) {
  const LawArea* area = area_at(state, entry.pid, entry.addr);
  return area && is_synced(*area, range) && range.start <= entry.addr && entry.addr < range.end;
}

/// The claim about each file or object that is mapped so in the range, and what it was and is.
constexpr bool of_synced_objects(const Transition& t, PageRange range, auto claim) {
  return std::ranges::all_of(process_of(t.before, caller(t)).mm.areas, [&](const LawArea& area) {
    if (!is_synced(area, range)) return true;
    const std::uint32_t number = object_of(t.before, area);
    const auto *before = object_at(t.before, number), *after = object_at(t.after, number);
    return !before || (after && claim(number, *before, *after));
  });
}

constexpr bool msync_leaves_what_is_private_as_it_is(const Transition& t) {
  return of_msync(t, [&](const auto&, PageRange range) {
    bool syncs = false;
    for (const LawArea& area : process_of(t.before, caller(t)).mm.areas) syncs = syncs || is_synced(area, range);
    if (!syncs) return t.before.memory == t.after.memory && t.effects.empty();
    return std::ranges::all_of(all_entries(t.before), [&](const EntryOf& entry) {
      const bool is_own = entry.pid == caller(t) && is_synced(t.before, entry, range);
      return is_own || entry_at(t.after, entry.pid, entry.addr) == entry.entry;
    });
  });
}

/// The caller's entries, and nobody else's.
constexpr bool msync_moves_dirty_bits_to_the_pages(const Transition& t) {
  return of_msync(t, [&](const auto&, PageRange range) {
    return std::ranges::all_of(entries_of(t.before, caller(t)), [&](const EntryOf& entry) {
      if (!is_synced(t.before, entry, range) || !is_page(entry.entry)) return true;
      const std::uint32_t now = entry_at(t.after, entry.pid, entry.addr), pfn = frame_of(entry.entry);
      if (!has_flag(entry.entry, fault::PAGE_DIRTY)) return now == entry.entry;
      const bool was_flushed =
          had_effect<FlushTlbPage>(t, [&](const FlushTlbPage& flush) { return flush.addr == entry.addr; });
      return now == (entry.entry & ~fault::PAGE_DIRTY) && was_flushed &&
             (has_flag(frame(t.after, pfn).flags, fault::PG_dirty) || was_written(t, pfn));
    });
  });
}

constexpr bool msync_without_ms_sync_writes_nothing(const Transition& t) {
  return of_msync(t, [&](const Msync<std::uint32_t>& msync, PageRange) {
    return (msync.flags & fault::MS_SYNC) != 0 || !had_effect<FileTransfer>(t);
  });
}

/// Every dirty page once for each time that it was dirty, and no other.
constexpr bool msync_with_ms_sync_writes_the_dirty_pages_of_the_files(const Transition& t) {
  return of_msync(t, [&](const Msync<std::uint32_t>& msync, PageRange range) {
    if ((msync.flags & fault::MS_SYNC) == 0) return true;
    return of_synced_objects(t, range, [&](std::uint32_t number, const auto& object, const auto& after) {
      if (object.shared_memory) return true;
      const auto pages = lookup(t.after.memory.page_cache, number);
      return after.dirty_pages.empty() && std::ranges::all_of(pages.written, [&](const auto& page) {
               const bool was_dirty = has_flag(frame(t.before, page.second).flags, fault::PG_dirty);
               return !has_flag(frame(t.after, page.second).flags, fault::PG_dirty) &&
                      (!was_dirty || was_written(t, page.second));
             });
    });
  });
}

constexpr bool msync_leaves_shared_memory_where_it_is(const Transition& t) {
  return of_msync(t, [&](const auto&, PageRange range) {
    return !had_effect<SwapTransfer>(t) &&
           of_synced_objects(t, range, [&](std::uint32_t number, const auto& object, const auto& after) {
             return !object.shared_memory ||
                    (lookup(t.before.memory.page_cache, number) == lookup(t.after.memory.page_cache, number) &&
                     object.slots == after.slots);
           });
  });
}

}  // namespace refmm::process::holds

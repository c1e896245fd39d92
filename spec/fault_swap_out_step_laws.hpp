// Laws about pages that leave memory, and about the end of the swap area: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_swap_in_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

// ---- The entry ------------------------------------------------------------------------------------------------------

/// What swap_out finds: an entry of an area that is not locked, and its page.
struct Leaving {
  std::uint32_t before, after;  // the entry
  fault::Frame<std::uint32_t> page;
  std::uint32_t pfn;
  bool is_dirty() const { return has_flag(before, fault::PAGE_DIRTY); }
  bool is_in_swap_cache() const { return page.mapping == fault::swapper_space; }
  bool has_name() const { return page.mapping != fault::none; }
};

/// The claim about an entry that swap_out looks at.
constexpr bool of_swap_out(const Transition& t, auto claim) {
  const auto* out = call<SwapOut>(t);
  const LawArea* area = out ? area_at(t.before, out->pid, out->addr) : nullptr;
  if (!area || is_locked(*area)) return true;
  const std::uint32_t entry = entry_at(t.before, out->pid, out->addr);
  return claim(
      Leaving{entry, entry_at(t.after, out->pid, out->addr), frame(t.before, frame_of(entry)), frame_of(entry)});
}

/// The same, if the entry is for a page that can be had back.
constexpr bool of_page_swapped_out(const Transition& t, auto claim) {
  return of_swap_out(
      t, [&](const Leaving& it) { return !is_page(it.before) || is_reserved(t.before, it.pfn) || claim(it); });
}

constexpr bool without_a_page_nothing_is_swapped_out(const Transition& t) {
  return of_swap_out(
      t, [&](const Leaving& it) { return is_page(it.before) || (pages(t) == 0u && nothing_changed(t)); });
}

constexpr bool a_reserved_page_is_not_swapped_out(const Transition& t) {
  return of_swap_out(t, [&](const Leaving& it) {
    return !is_page(it.before) || !is_reserved(t.before, it.pfn) || (pages(t) == 0u && nothing_changed(t));
  });
}

/// True if the page is dirty afterwards, as far as it is still in memory.
constexpr bool is_dirty(const LawState& state, std::uint32_t pfn) {
  return has_flag(frame(state, pfn).flags, fault::PG_dirty);
}

constexpr bool a_page_of_the_swap_cache_goes_back_to_its_slot(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (!it.is_in_swap_cache()) return true;
    return pages(t) == 1u && is_slot(it.after) && slot_of(it.after) == it.page.index &&
           is_dirty(t.after, it.pfn) == (it.is_dirty() || is_dirty(t.before, it.pfn));
  });
}

constexpr bool a_clean_page_is_forgotten(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (it.is_in_swap_cache() || it.is_dirty()) return true;
    return pages(t) == 1u && it.after == 0 && is_dirty(t.after, it.pfn) == is_dirty(t.before, it.pfn);
  });
}

constexpr bool a_dirty_page_of_an_object_takes_the_dirt_with_it(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (it.is_in_swap_cache() || !it.is_dirty() || !it.has_name()) return true;
    return pages(t) == 1u && it.after == 0 && is_dirty(t.after, it.pfn) &&
           frame(t.after, it.pfn).mapping == it.page.mapping;
  });
}

/// Nothing is written yet.
constexpr bool a_dirty_page_without_a_name_goes_to_a_slot_of_its_own(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (!it.is_dirty() || it.has_name() || !lowest_free_slot(t.before.memory.swap, 1)) return true;
    const auto page = frame(t.after, it.pfn);
    return pages(t) == 1u && is_slot(it.after) && slot_of(it.after) == page.index &&
           page.mapping == fault::swapper_space && is_dirty(t.after, it.pfn) &&
           lookup(t.before.memory.swap.swap_map, page.index) == 0 &&
           lookup(t.after.memory.swap.swap_map, page.index) == 2 && !had_effect<SwapTransfer>(t);
  });
}

constexpr bool a_slot_is_missing_only_where_none_is_free(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (!it.is_dirty() || it.has_name()) return true;
    return pages(t) == (lowest_free_slot(t.before.memory.swap, 1) ? 1u : 0u);
  });
}

constexpr bool without_a_free_slot_only_the_accessed_bit_goes(const Transition& t) {
  return of_page_swapped_out(t, [&](const Leaving& it) {
    if (!it.is_dirty() || it.has_name() || lowest_free_slot(t.before.memory.swap, 1)) return true;
    return pages(t) == 0u && it.after == (it.before & ~fault::PAGE_ACCESSED) &&
           t.before.memory.mem_map == t.after.memory.mem_map && t.before.memory.swap == t.after.memory.swap;
  });
}

// ---- The page -------------------------------------------------------------------------------------------------------

/// True if only its cache has the page, and its buffer.
constexpr bool is_only_cached(const fault::Frame<std::uint32_t>& page) {
  return page.mapping != fault::none && page.count == page.buffers + 1;
}

/// The claim about each page that only its cache has when the kernel looks for frames, and about its frame before and after.
constexpr bool of_pages_to_reclaim(const Transition& t, auto claim) {
  if (!call<Reclaim>(t)) return true;
  return std::ranges::all_of(t.before.memory.mem_map.written, [&](const auto& numbered) {
    return !is_only_cached(numbered.second) ||
           claim(numbered.first, numbered.second, frame(t.after, numbered.first));
  });
}

constexpr bool only_pages_that_nobody_but_their_cache_has_are_reclaimed(const Transition& t) {
  if (!call<Reclaim>(t)) return true;
  return std::ranges::all_of(t.before.memory.mem_map.written, [&](const auto& numbered) {
    return is_only_cached(numbered.second) || frame(t.after, numbered.first) == numbered.second;
  });
}

constexpr bool a_clean_page_is_freed_and_not_written(const Transition& t) {
  return of_pages_to_reclaim(t, [&](std::uint32_t pfn, const auto& before, const auto&) {
    return has_flag(before.flags, fault::PG_dirty) || (was_freed(t, pfn) && !was_written(t, pfn));
  });
}

enum class Kind { file, shared_memory, swap };

constexpr Kind kind_of(const LawState& state, const fault::Frame<std::uint32_t>& page) {
  if (page.mapping == fault::swapper_space) return Kind::swap;
  const auto* object = object_at(state, page.mapping);
  return object && object->shared_memory ? Kind::shared_memory : Kind::file;
}

/// The claim about each dirty one of a kind.
constexpr bool of_dirty_pages_to_reclaim(const Transition& t, Kind kind, auto claim) {
  return of_pages_to_reclaim(t, [&](std::uint32_t pfn, const auto& before, const auto& after) {
    return !has_flag(before.flags, fault::PG_dirty) || kind_of(t.before, before) != kind ||
           claim(pfn, before, after);
  });
}

constexpr bool a_dirty_page_of_a_file_is_written_to_it_and_freed(const Transition& t) {
  return of_dirty_pages_to_reclaim(t, Kind::file, [&](std::uint32_t pfn, const auto& page, const auto&) {
    return was_freed(t, pfn) && count_effects<FileTransfer>(t, [&](const FileTransfer& transfer) {
                                  return transfer.way == fault::Transfer::write && transfer.pfn == pfn &&
                                         transfer.file == page.mapping && transfer.page == page.index;
                                }) == 1;
  });
}

/// The last write of a frame to a slot.
constexpr std::optional<SwapTransfer> written_to_slot(const Transition& t, std::uint32_t pfn) {
  std::optional<SwapTransfer> last;
  for (const SwapTransfer& transfer : effects_of<SwapTransfer>(t)) {
    if (transfer.way == fault::Transfer::write && transfer.pfn == pfn) last = transfer;
  }
  return last;
}

constexpr bool a_dirty_page_of_shared_memory_is_written_to_a_slot_of_its_own(const Transition& t) {
  return of_dirty_pages_to_reclaim(t, Kind::shared_memory, [&](std::uint32_t pfn, const auto& page, const auto&) {
    const auto write = written_to_slot(t, pfn);
    if (!write) return !was_freed(t, pfn);
    return slot_holding(t.after, {page.mapping, page.index}) == write->slot && was_freed(t, pfn) == write->done;
  });
}

constexpr bool every_free_slot_was_taken(const Transition& t) {
  const auto& swap = t.before.memory.swap;
  for (std::uint32_t slot = 1; swap.in_use && slot <= swap.pages; ++slot) {
    const auto is_to_it = [&](const SwapTransfer& transfer) { return transfer.slot == slot; };
    if (lookup(swap.swap_map, slot) == 0 && !had_effect<SwapTransfer>(t, is_to_it)) return false;
  }
  return true;
}

constexpr bool without_a_slot_a_page_of_shared_memory_stays_dirty(const Transition& t) {
  return of_dirty_pages_to_reclaim(
      t, Kind::shared_memory, [&](std::uint32_t pfn, const auto& before, const auto& after) {
        return written_to_slot(t, pfn) || (before == after && every_free_slot_was_taken(t));
      });
}

constexpr bool a_dirty_page_of_the_swap_cache_is_written_to_its_slot(const Transition& t) {
  return of_dirty_pages_to_reclaim(t, Kind::swap, [&](std::uint32_t pfn, const auto& page, const auto&) {
    const auto write = written_to_slot(t, pfn);
    return write && write->slot == page.index && was_freed(t, pfn) == write->done;
  });
}

constexpr bool a_page_that_could_not_be_written_stays_dirty_in_the_swap_cache(const Transition& t) {
  return of_pages_to_reclaim(t, [&](std::uint32_t pfn, const auto&, const auto& after) {
    const auto write = written_to_slot(t, pfn);
    if (!write || write->done) return true;
    return after.mapping == fault::swapper_space && after.index == write->slot &&
           has_flag(after.flags, fault::PG_dirty) && cached_slot(t.after, write->slot) == pfn;
  });
}

// ---- The end of the swap area ---------------------------------------------------------------------------------------

/// The claim about each entry that a swapoff found, and what it is afterwards.
constexpr bool of_entries_at_swapoff(const Transition& t, auto claim) {
  if (!call<Swapoff>(t) || !succeeded(t)) return true;
  return std::ranges::all_of(all_entries(t.before), [&](const EntryOf& entry) {
    return claim(entry.entry, entry_at(t.after, entry.pid, entry.addr));
  });
}

constexpr bool swapoff_gives_every_entry_of_a_slot_its_page_read_only_and_dirty(const Transition& t) {
  return of_entries_at_swapoff(t, [&](std::uint32_t before, std::uint32_t after) {
    if (!is_slot(before)) return true;
    return is_page(after) && !is_writable(after) && has_flag(after, fault::PAGE_DIRTY) &&
           frame(t.after, frame_of(after)).mapping == fault::none;
  });
}

constexpr bool swapoff_makes_entries_of_the_swap_cache_dirty(const Transition& t) {
  return of_entries_at_swapoff(t, [&](std::uint32_t before, std::uint32_t after) {
    if (is_slot(before)) return true;
    const bool in_swap_cache = frame(t.before, frame_of(before)).mapping == fault::swapper_space;
    return after == (in_swap_cache ? before | fault::PAGE_DIRTY : before);
  });
}

constexpr bool swapoff_gives_objects_their_pages_back_dirty(const Transition& t) {
  if (!call<Swapoff>(t) || !succeeded(t)) return true;
  return std::ranges::all_of(t.before.memory.objects.written, [&](const auto& numbered) {
    return std::ranges::all_of(numbered.second.slots.written, [&](const auto& held) {
      const std::uint32_t pfn = cached(t.after, numbered.first, held.first);
      return pfn != fault::none && is_dirty(t.after, pfn) &&
             slot_holding(t.after, {numbered.first, held.first}) == fault::none;
    });
  });
}

}  // namespace refmm::process::holds

// Laws about entries that go, and about pages that truncation drops: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_shmem_step_laws.hpp>
#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::process::holds {

// ---- Entries --------------------------------------------------------------------------------------------------------

/// True of calls that take entries away and put none elsewhere.
constexpr bool takes_entries_away(const Transition& t) {
  const bool is_mapping = call<vma::Munmap>(t) || call<vma::Mmap>(t) || call<vma::Brk>(t);
  const bool lets_go = call<Exit>(t) || call<Truncate>(t) || call<Madvise>(t);
  return is_mapping || lets_go || (exists(t.before, caller(t)) && !exists(t.after, caller(t)));
}

/// The entries of before that such a call has taken away.
constexpr std::vector<EntryOf> taken_away(const Transition& t) {
  std::vector<EntryOf> gone;
  if (!takes_entries_away(t)) return gone;
  for (const LawProcess& process : t.before.processes) {
    for (const EntryOf& entry : entries_of(t.before, process.pid)) {
      if (entry_at(t.after, entry.pid, entry.addr) == 0) gone.push_back(entry);
    }
  }
  return gone;
}

constexpr Counts counted(const std::vector<EntryOf>& entries, auto key) {
  Counts counts;
  for (const EntryOf& entry : entries) {
    if (const auto of_entry = key(entry.entry)) count(counts, *of_entry);
  }
  return counts;
}

/// How many entries for each frame, or for each slot, such a call has taken away.
constexpr Counts pages_taken_away(const Transition& t) {
  return counted(taken_away(t), [&](std::uint32_t entry) {
    const bool counts = is_page(entry) && !is_reserved(t.before, frame_of(entry));
    return counts ? std::optional(frame_of(entry)) : std::nullopt;
  });
}
constexpr Counts slots_taken_away(const Transition& t) {
  return counted(taken_away(t), [](std::uint32_t entry) {
    return is_slot(entry) ? std::optional(slot_of(entry)) : std::nullopt;
  });
}

constexpr bool an_entry_that_goes_gives_its_reference_to_the_page_back(const Transition& t) {
  const Counts pages = pages_taken_away(t);
  const bool faults_in = !faulted_in_as_locked(t).empty();  // perhaps the same page
  return std::ranges::all_of(pages.written, [&](const auto& taken) {
    const auto before = frame(t.before, taken.first), after = frame(t.after, taken.first);
    if (before.count == taken.second) return was_freed(t, taken.first);
    const bool keeps_its_name = before.mapping == after.mapping && before.index == after.index;
    return !keeps_its_name || faults_in || before.count == after.count + taken.second;
  });
}

constexpr bool an_entry_that_goes_leaves_its_dirt_to_the_page(const Transition& t) {
  return std::ranges::all_of(taken_away(t), [&](const EntryOf& entry) {
    if (!is_page(entry.entry) || !has_flag(entry.entry, fault::PAGE_DIRTY)) return true;
    const auto before = frame(t.before, frame_of(entry.entry)), after = frame(t.after, frame_of(entry.entry));
    if (before.mapping == fault::none || before.mapping != after.mapping || before.index != after.index)
      return true;
    return has_flag(after.flags, fault::PG_dirty);
  });
}

constexpr bool a_page_that_nobody_else_has_leaves_the_swap_cache_with_its_entry(const Transition& t) {
  const Counts pages = pages_taken_away(t);
  return std::ranges::all_of(pages.written, [&](const auto& taken) {
    const auto page = frame(t.before, taken.first);
    if (page.mapping != fault::swapper_space || page.count != page.buffers + 2) return true;
    if (lookup(t.before.memory.swap.swap_map, page.index) != 1) return true;
    return was_freed(t, taken.first) && lookup(t.after.memory.swap.swap_map, page.index) == 0;
  });
}

/// References to a slot but that of the swap cache.
constexpr std::uint32_t holders_of(const LawState& state, std::uint32_t slot) {
  return lookup(state.memory.swap.swap_map, slot) - (cached_slot(state, slot) != fault::none ? 1 : 0);
}

/// What the swap cache has of the slot stays there.
constexpr bool an_entry_that_goes_gives_its_reference_to_the_slot_back(const Transition& t) {
  const Counts slots = slots_taken_away(t);
  return std::ranges::all_of(slots.written, [&](const auto& taken) {
    const std::uint32_t pfn = cached_slot(t.before, taken.first);
    const bool stays = pfn == fault::none || cached_slot(t.after, taken.first) == pfn;
    return holders_of(t.before, taken.first) == holders_of(t.after, taken.first) + taken.second &&
           (stays || lookup(pages_taken_away(t), pfn) != 0);
  });
}

constexpr bool entries_for_reserved_pages_go_without_a_trace(const Transition& t) {
  return std::ranges::all_of(taken_away(t), [&](const EntryOf& entry) {
    const std::uint32_t pfn = frame_of(entry.entry);
    if (!is_page(entry.entry) || !is_reserved(t.before, pfn)) return true;
    return frame(t.before, pfn) == frame(t.after, pfn) &&
           lookup(t.before.memory.contents, pfn) == lookup(t.after.memory.contents, pfn);
  });
}

/// But for what a call faults in anew.
constexpr bool a_process_has_as_many_pages_less_as_entries_went(const Transition& t) {
  if (!takes_entries_away(t) || !faulted_in_as_locked(t).empty()) return true;
  const auto gone = taken_away(t);
  return std::ranges::all_of(t.after.processes, [&](const LawProcess& process) {
    const auto pages = std::ranges::count_if(gone, [&](const EntryOf& entry) {
      return entry.pid == process.pid && is_page(entry.entry) && !is_reserved(t.before, frame_of(entry.entry));
    });
    return lookup(t.before.memory.rss, process.pid) ==
           lookup(t.after.memory.rss, process.pid) + static_cast<std::uint32_t>(pages);
  });
}

// ---- Truncation -----------------------------------------------------------------------------------------------------

/// The claim about a truncate that makes a file shorter or leaves it as long as it is, and about how many pages it has then.
constexpr bool of_shrinking(const Transition& t, auto claim) {
  const auto* truncate = call<Truncate>(t);
  const auto* file = truncate ? object_at(t.before, truncate->file) : nullptr;
  if (!file || !succeeded(t) || file->i_size < truncate->size) return true;
  return claim(*truncate, *file, (truncate->size + page_bytes - 1) >> page_bits);
}

/// Those that nobody maps are freed in the order of the lists: the clean ones, then the dirty ones, each from the front.
constexpr bool pages_behind_the_new_end_leave_the_cache(const Transition& t) {
  return of_shrinking(t, [&](const Truncate<std::uint32_t>& truncate, const auto& file, std::uint32_t pages) {
    std::vector<std::uint32_t> expected, freed;
    for (const auto& list : {file.clean_pages, file.dirty_pages}) {
      for (const std::uint32_t pfn : list) {
        const auto page = frame(t.before, pfn);
        if ((cached(t.after, truncate.file, page.index) == pfn) != (page.index < pages)) return false;
        if (page.index >= pages && page.count == 1) expected.push_back(pfn);
      }
    }
    for (const FreePage& one : effects_of<FreePage>(t)) {
      if (std::ranges::find(expected, one.pfn) != expected.end()) freed.push_back(one.pfn);
    }
    return freed == expected;
  });
}

constexpr bool the_page_that_is_cut_holds_zeros_behind_the_cut(const Transition& t) {
  return of_shrinking(t, [&](const Truncate<std::uint32_t>& truncate, const auto&, std::uint32_t) {
    const std::uint32_t odd = truncate.size & (page_bytes - 1);
    const std::uint32_t pfn = cached(t.before, truncate.file, truncate.size >> page_bits);
    if (odd == 0 || pfn == fault::none) return true;
    return same_bytes(lookup(t.after.memory.contents, pfn), cut(lookup(t.before.memory.contents, pfn), odd));
  });
}

}  // namespace refmm::process::holds

// Laws about slots of the swap area, and about pages that come back from them: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_file_step_laws.hpp>
#include <refmm/spec/fault_shmem_step_laws.hpp>
#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::process::holds {

// ---- Slots ----------------------------------------------------------------------------------------------------------

/// The slots from `first` on that are free, up to the end of the area; the lowest of them.
constexpr std::optional<std::uint32_t> lowest_free_slot(const fault::SwapArea<std::uint32_t>& area,
                                                        std::uint32_t first) {
  if (!area.in_use) return std::nullopt;
  std::uint32_t slot = first;
  while (slot <= area.pages && lookup(area.swap_map, slot) != 0) ++slot;
  return slot <= area.pages ? std::optional(slot) : std::nullopt;
}

/// The free slot behind the one that was taken last, as long as the search goes on from there.
constexpr std::optional<std::uint32_t> next_free_slot(const fault::SwapArea<std::uint32_t>& area) {
  return area.cluster_nr != 0 ? lowest_free_slot(area, area.cluster_next) : std::nullopt;
}

/// The claim about each slot that a call takes, in order, and about the swap area just before. `swap_out` takes one at most, reclaim
/// one for each page of shared memory that it writes; a frame that reclaim frees gives up its slot for the next.
constexpr bool of_slots_taken(const Transition& t, auto claim) {
  auto area = t.before.memory.swap;
  if (call<SwapOut>(t)) {
    for (const auto& [slot, count] : t.after.memory.swap.swap_map.written) {
      if (lookup(area.swap_map, slot) == 0 && !claim(area, slot)) return false;
    }
    return true;
  }
  if (!call<Reclaim>(t)) return true;
  Counts slots;  // by frame
  for (const auto& effect : t.effects) {
    const auto* write = std::get_if<SwapTransfer>(&effect);
    if (write && frame(t.before, write->pfn).mapping != fault::swapper_space) {
      if (!claim(area, write->slot)) return false;
      const bool goes_on = area.cluster_nr != 0 && write->slot >= area.cluster_next;
      area.cluster_nr = goes_on ? area.cluster_nr - 1 : 256;
      area.cluster_next = write->slot + 1;
      area.swap_map = updated(std::move(area.swap_map), write->slot, 1);
    }
    const auto* freed = std::get_if<FreePage>(&effect);
    if (freed && frame(t.before, freed->pfn).mapping == fault::swapper_space) {
      area.swap_map = changed_at(std::move(area.swap_map), frame(t.before, freed->pfn).index,
                                 [](std::uint32_t count) { return count - 1; });
    }
  }
  return true;
}

constexpr bool slots_are_taken_upwards_from_the_last_one(const Transition& t) {
  return of_slots_taken(t, [](const auto& area, std::uint32_t slot) {
    const auto next = next_free_slot(area);
    return !next || slot == *next;
  });
}

constexpr bool the_lowest_slot_is_taken_where_the_search_begins_anew(const Transition& t) {
  return of_slots_taken(t, [](const auto& area, std::uint32_t slot) {
    return next_free_slot(area) || slot == lowest_free_slot(area, 1);
  });
}

/// What a slot holds changes only when it is written, also when it is free.
constexpr bool a_slot_keeps_what_was_written_to_it(const Transition& t) {
  const auto& before = t.before.memory.swap.contents;
  const auto& after = t.after.memory.swap.contents;
  if (before == after) return true;
  const auto is_kept = [&](const auto& slot) {
    return lookup(before, slot.first) == lookup(after, slot.first) ||
           had_effect<SwapTransfer>(t, [&](const SwapTransfer& transfer) {
             return transfer.way == fault::Transfer::write && transfer.slot == slot.first && transfer.done;
           });
  };
  return std::ranges::all_of(before.written, is_kept) && std::ranges::all_of(after.written, is_kept);
}

constexpr bool a_page_that_was_transferred_has_a_buffer_while_the_swap_cache_has_it(const Transition& t) {
  return std::ranges::all_of(t.after.memory.mem_map.written, [&](const auto& numbered) {
    const auto& [pfn, page] = numbered;
    if (page.mapping != fault::swapper_space) return true;
    const bool transferred = had_effect<SwapTransfer>(
        t, [&](const SwapTransfer& transfer) { return transfer.pfn == pfn && transfer.slot == page.index; });
    const auto was = frame(t.before, pfn);
    const bool had_one = was.mapping == page.mapping && was.index == page.index && was.buffers != 0;
    return (page.buffers != 0) == (transferred || had_one);
  });
}

// ---- Back from a slot -----------------------------------------------------------------------------------------------

constexpr std::vector<SwapTransfer> slots_read(const Transition& t) {
  auto reads = effects_of<SwapTransfer>(t);
  std::erase_if(reads, [](const SwapTransfer& transfer) { return transfer.way != fault::Transfer::read; });
  return reads;
}

/// The last read of a slot, if it was read.
constexpr std::optional<SwapTransfer> read_of(const Transition& t, std::uint32_t slot) {
  std::optional<SwapTransfer> last;
  for (const SwapTransfer& read : slots_read(t)) {
    if (read.slot == slot) last = read;
  }
  return last;
}

/// The slot that a page comes from: that of its entry, or of its object.
constexpr std::uint32_t slot_behind(const LawState& state, const Touch& touch) {
  if (is_slot(touch.before)) return slot_of(touch.before);
  return is_of_shared_memory(state, touch) ? slot_holding(state, touch.page) : fault::none;
}

/// The claim about a page that an access finds in a slot.
constexpr bool of_swapped_page(const Transition& t, auto claim) {
  return of_touch_by_access(t, [&](const Touch& touch) {
    const std::uint32_t slot = slot_behind(t.before, touch);
    return slot == fault::none || lacked_a_frame(t, GFP_KERNEL) || claim(touch, slot);
  });
}

constexpr bool a_page_in_the_swap_cache_is_not_read_again(const Transition& t) {
  return of_swapped_page(t, [&](const Touch& touch, std::uint32_t slot) {
    const std::uint32_t pfn = cached_slot(t.before, slot);
    if (pfn == fault::none) return true;
    return slots_read(t).empty() && (!is_page(touch.after) || comes_from(t, touch, pfn));
  });
}

/// The slots that are read with one that the swap cache does not have: those of its aligned group as far as they are in use, slot 0
/// never, less those that are cached; and itself in the end, if it is not among them.
constexpr std::vector<std::uint32_t> slots_to_read(const LawState& state, std::uint32_t slot) {
  const std::uint32_t size = 1u << state.memory.page_cluster, first = slot & ~(size - 1);
  std::vector<std::uint32_t> wanted;
  for (std::uint32_t next = first; next != first + size; ++next) {
    if (lookup(state.memory.swap.swap_map, next) == 0) break;
    if (cached_slot(state, next) == fault::none) wanted.push_back(next);
  }
  if (std::ranges::find(wanted, slot) == wanted.end()) wanted.push_back(slot);
  return wanted;
}

/// Requests that were refused leave out slots; the slot itself is asked for once more.
constexpr bool a_slot_is_read_with_its_group(const Transition& t) {
  return of_swapped_page(t, [&](const Touch&, std::uint32_t slot) {
    if (cached_slot(t.before, slot) != fault::none) return true;
    const auto wanted = slots_to_read(t.before, slot);
    std::vector<std::uint32_t> read;
    for (const SwapTransfer& transfer : slots_read(t)) read.push_back(transfer.slot);
    if (!lacked_a_frame(t, GFP_USER)) return read == wanted;
    auto others = read;
    std::erase(others, slot);
    return std::ranges::is_sorted(others) && std::ranges::count(read, slot) <= 1 &&
           std::ranges::all_of(read,
                               [&](std::uint32_t one) { return std::ranges::find(wanted, one) != wanted.end(); });
  });
}

constexpr bool a_page_that_is_not_in_memory_is_read_from_its_slot(const Transition& t) {
  return of_swapped_page(t, [&](const Touch& touch, std::uint32_t slot) {
    if (cached_slot(t.before, slot) != fault::none || !is_page(touch.after)) return true;
    const auto read = read_of(t, slot);
    return read && read->done && was_given(t, read->pfn, GFP_USER) && comes_from(t, touch, read->pfn);
  });
}

/// One refused request does not stop it: it is asked for twice, with its group and alone.
constexpr bool a_swapped_page_lacks_a_frame_only_for_itself_or_its_copy(const Transition& t) {
  if (const auto access = byte_access(t); !access || access->by == By::debugger) return true;
  return of_swapped_page(t, [&](const Touch& touch, std::uint32_t slot) {
    const bool in_memory = cached_slot(t.before, slot) != fault::none || read_of(t, slot);
    if (!in_memory) return refusal(t) == Refusal::no_page && lacked_the_last_frame(t, GFP_USER);
    return refusal(t) != Refusal::no_page || (touch.write && lacked_the_last_frame(t, GFP_USER));
  });
}

constexpr bool a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten(const Transition& t) {
  return of_swapped_page(t, [&](const Touch& touch, std::uint32_t slot) {
    const std::uint32_t pfn = cached_slot(t.before, slot);
    const auto read = read_of(t, slot);
    const bool unreadable =
        pfn != fault::none ? !has_flag(frame(t.before, pfn).flags, fault::PG_uptodate) : read && !read->done;
    if (!refuses_access_exactly_if(t, Refusal::not_readable, unreadable)) return false;
    return !unreadable || (touch.after == touch.before && cached_slot(t.after, slot) == fault::none);
  });
}

/// True if only an entry holds a slot, or only the swap cache beside it, whose page nobody has.
constexpr bool is_slot_of_one(const LawState& state, std::uint32_t slot) {
  const std::uint32_t pfn = cached_slot(state, slot);
  const std::uint32_t holders = lookup(state.memory.swap.swap_map, slot);
  if (pfn == fault::none) return holders == 1;
  const auto page = frame(state, pfn);
  return holders == 2 && page.count == page.buffers + 1;
}

constexpr bool a_swapped_page_that_nobody_else_can_get_at_is_written_at_once(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_slot(touch.before) || !touch.write || !is_page(touch.after)) return true;
    if (!is_slot_of_one(t.before, slot_of(touch.before))) return true;
    return is_written(touch.after) &&
           !had_effect<CopyPage>(t, [&](const CopyPage& copy) { return copy.to == frame_of(touch.after); });
  });
}

/// Read, or while others have it, a page comes back as one that cannot be written; a write gets its copy in a second fault.
constexpr bool a_swapped_page_comes_back_for_reading_unless_it_is_written_by_its_only_owner(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_slot(touch.before) || !is_page(touch.after)) return true;
    const std::uint32_t slot = slot_of(touch.before);
    if (touch.write && is_slot_of_one(t.before, slot)) return true;
    const bool is_copy =
        had_effect<CopyPage>(t, [&](const CopyPage& copy) { return copy.to == frame_of(touch.after); });
    return is_writable(touch.after) == is_copy && is_copy == (touch.write && byte_access(t) && !was_refused(t));
  });
}

}  // namespace refmm::process::holds

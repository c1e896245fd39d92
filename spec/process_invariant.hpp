// The invariant of a machine with processes: what holds of every state between two calls, one conjunct a line.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/vma_invariant.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace refmm::process {

namespace holds {

constexpr bool for_all_frames(const LawState& state, auto predicate) {
  return std::ranges::all_of(state.memory.mem_map.written,
                             [&](const auto& entry) { return predicate(entry.first, entry.second); });
}
constexpr bool for_all_entries(const LawState& state, auto predicate) {
  return std::ranges::all_of(all_entries(state), predicate);
}
constexpr bool for_all_objects(const LawState& state, auto predicate) {
  return std::ranges::all_of(state.memory.objects.written,
                             [&](const auto& entry) { return predicate(entry.first, entry.second); });
}

// ---- Accounts -----------------------------------------------------------------------------------------------------

constexpr bool the_count_of_a_frame_is_its_references(const LawState& state) {
  const Counts references = references_to_frames(state);
  return std::ranges::all_of(references.written,
                             [&](const auto& counted) {
                               return lookup(state.memory.mem_map, counted.first).count == counted.second;
                             }) &&
         for_all_frames(
             state, [&](std::uint32_t pfn, const auto& frame) { return frame.count == lookup(references, pfn); });
}

constexpr bool free_frames_are_nobodys(const LawState& state) {
  return for_all_frames(state, [](std::uint32_t, const auto& frame) {
    return frame.count != 0 || (frame.flags & fault::PG_reserved) != 0;
  });
}

constexpr bool frames_come_from_the_pool(const LawState& state) {
  return for_all_frames(state, [&](std::uint32_t pfn, const auto& frame) {
    return (1 <= pfn && pfn <= state.memory.ram_pages) || (frame.flags & fault::PG_reserved) != 0;
  });
}

constexpr bool the_count_of_a_slot_is_its_references(const LawState& state) {
  return references_to_slots(state) == state.memory.swap.swap_map;
}

constexpr bool slots_are_taken_only_of_an_area_in_use(const LawState& state) {
  const auto& swap = state.memory.swap;
  return std::ranges::all_of(swap.swap_map.written, [&](const auto& slot) {
    return swap.in_use && 1 <= slot.first && slot.first <= swap.pages;
  });
}

constexpr bool rss_is_the_pages_that_are_there(const LawState& state) {
  return std::ranges::all_of(state.processes, [&](const LawProcess& process) {
    const auto pages = std::ranges::count_if(entries_of(state, process.pid), [&](const EntryOf& entry) {
      return is_page(entry.entry) && !is_reserved(state, frame_of(entry.entry));
    });
    return lookup(state.memory.rss, process.pid) == static_cast<std::uint32_t>(pages);
  });
}

// ---- Who owns what ------------------------------------------------------------------------------------------------

/// True if an entry is one of an area that shares what it maps.
constexpr bool is_of_shared_area(const LawState& state, const EntryOf& entry) {
  const LawArea* area = area_at(state, entry.pid, entry.addr);
  return area && (area->vm_flags & vma::VM_SHARED) != 0;
}

/// True if nobody but the entry, the swap cache and direct input or output has a page: no other entry, and nobody else its slot.
constexpr bool has_one_owner(const LawState& state, const Counts& entries, std::uint32_t pfn) {
  const auto frame = lookup(state.memory.mem_map, pfn);
  if (lookup(entries, pfn) != 1) return false;
  if (frame.mapping == fault::none) return true;
  return frame.mapping == fault::swapper_space && lookup(state.memory.swap.swap_map, frame.index) == 1;
}

constexpr bool a_writable_private_page_has_one_owner(const LawState& state) {
  const Counts entries = entries_for_frames(state, false);
  return for_all_entries(state, [&](const EntryOf& entry) {
    return !is_writable(entry.entry) || is_of_shared_area(state, entry) ||
           has_one_owner(state, entries, frame_of(entry.entry));
  });
}

constexpr bool a_page_that_two_can_write_is_of_a_shared_mapping(const LawState& state) {
  const Counts writers = entries_for_frames(state, true);
  return for_all_entries(state, [&](const EntryOf& entry) {
    if (!is_writable(entry.entry) || lookup(writers, frame_of(entry.entry)) < 2) return true;
    return is_of_shared_area(state, entry);
  });
}

constexpr bool shared_areas_show_the_pages_of_their_object(const LawState& state) {
  return for_all_entries(state, [&](const EntryOf& entry) {
    if (!is_of_shared_area(state, entry)) return true;
    const LawArea& area = *area_at(state, entry.pid, entry.addr);
    const auto frame = lookup(state.memory.mem_map, frame_of(entry.entry));
    return is_page(entry.entry) && frame.mapping == object_of(state, area) &&
           frame.index == index_at(area, entry.addr);
  });
}

/// What the zero page and its like are filled with, who can write to them, and what refers to them is never changed.
constexpr bool reserved_frames_stay_as_they_are(const LawState& state) {
  const bool untouched = for_all_frames(state, [&](std::uint32_t pfn, const auto& frame) {
    if ((frame.flags & fault::PG_reserved) == 0) return true;
    return frame.count == 0 && frame.mapping == fault::none &&
           lookup(state.memory.contents, pfn) == fault::Bytes<std::uint32_t>{};
  });
  return untouched && for_all_entries(state, [&](const EntryOf& entry) {
           return !is_writable(entry.entry) || !is_reserved(state, frame_of(entry.entry));
         });
}

// ---- Entries and areas --------------------------------------------------------------------------------------------

constexpr bool entries_lie_in_areas(const LawState& state) {
  return for_all_entries(state, [&](const EntryOf& entry) { return area_at(state, entry.pid, entry.addr); });
}

/// What the processor may do through an entry the area permits. What may be written may be read: the processor knows no other pages.
constexpr bool entries_permit_no_more_than_their_areas(const LawState& state) {
  return for_all_entries(state, [&](const EntryOf& entry) {
    const LawArea* area = area_at(state, entry.pid, entry.addr);
    if (!area) return true;
    const bool reads = (entry.entry & fault::PAGE_PRESENT) != 0;
    return (!reads || (area->vm_flags & vma::VM_ACCESS) != 0) &&
           (!(reads && is_writable(entry.entry)) || (area->vm_flags & vma::VM_WRITE) != 0);
  });
}

/// A page of a shared area that may be written is never met by a write fault: the fault would make a copy of it.
constexpr bool shared_pages_can_be_written_where_their_area_can(const LawState& state) {
  return for_all_entries(state, [&](const EntryOf& entry) {
    const LawArea* area = area_at(state, entry.pid, entry.addr);
    constexpr std::uint32_t shared_and_writable = vma::VM_SHARED | vma::VM_WRITE;
    if (!area || !is_page(entry.entry) || (area->vm_flags & shared_and_writable) != shared_and_writable)
      return true;
    return is_writable(entry.entry);
  });
}

constexpr bool a_page_table_serves_one_process(const LawState& state) {
  Counts uses;
  for (const LawProcess& process : state.processes) {
    const auto pgd = lookup(state.memory.pgds, process.pid);
    for (const auto& [slot, pde] : pgd.written) count(uses, frame_of(pde));
  }
  return std::ranges::all_of(uses.written, [](const auto& table) { return table.second == 1; });
}

// ---- Caches -------------------------------------------------------------------------------------------------------

constexpr bool pages_are_found_by_their_names(const LawState& state) {
  const bool found = for_all_frames(state, [&](std::uint32_t pfn, const auto& frame) {
    return frame.mapping == fault::none || lookup(state.memory.page_cache, frame.mapping, frame.index) == pfn;
  });
  return found && std::ranges::all_of(state.memory.page_cache.written, [&](const auto& cache) {
           return std::ranges::all_of(cache.second.written, [&](const auto& page) {
             const auto frame = lookup(state.memory.mem_map, page.second);
             return frame.mapping == cache.first && frame.index == page.first;
           });
         });
}

constexpr bool the_lists_of_an_object_have_its_pages_once_each(const LawState& state) {
  return for_all_objects(state, [&](std::uint32_t number, const auto& object) {
    auto listed = object.clean_pages;
    listed.insert(listed.end(), object.dirty_pages.begin(), object.dirty_pages.end());
    std::ranges::sort(listed);
    std::vector<std::uint32_t> cached;
    const auto cache = lookup(state.memory.page_cache, number);
    for (const auto& [index, pfn] : cache.written) cached.push_back(pfn);
    std::ranges::sort(cached);
    return listed == cached;
  });
}

constexpr bool pages_of_the_swap_cache_are_marked(const LawState& state) {
  return for_all_frames(state, [](std::uint32_t, const auto& frame) {
    const bool marked = (frame.flags & fault::PG_swap_cache) != 0;
    return marked == (frame.mapping == fault::swapper_space) && (frame.buffers == 0 || marked);
  });
}

constexpr bool a_page_of_shared_memory_is_in_memory_or_in_a_slot(const LawState& state) {
  return for_all_objects(state, [&](std::uint32_t number, const auto& object) {
    return std::ranges::all_of(object.slots.written, [&](const auto& held) {
      return object.shared_memory && lookup(state.memory.page_cache, number, held.first) == fault::none;
    });
  });
}

/// Who else holds a slot of an object than the swap cache.
constexpr bool a_slot_of_shared_memory_is_its_own(const LawState& state) {
  return for_all_objects(state, [&](std::uint32_t, const auto& object) {
    return std::ranges::all_of(object.slots.written, [&](const auto& held) {
      const std::uint32_t cached = lookup(state.memory.page_cache, fault::swapper_space, held.second);
      return lookup(state.memory.swap.swap_map, held.second) == (cached == fault::none ? 1u : 2u);
    });
  });
}

/// The bytes that a page in memory would have if it were brought in again: those of the disk, of its slot, zeros.
constexpr bool is_what_is_behind(const LawState& state, std::uint32_t pfn,
                                 const fault::Frame<std::uint32_t>& frame) {
  const PageBytes bytes = lookup(state.memory.contents, pfn);
  if (frame.mapping == fault::swapper_space)
    return same_bytes(bytes, lookup(state.memory.swap.contents, frame.index));
  const auto object = lookup(state.memory.objects, frame.mapping);
  if (object.shared_memory) return are_zeros(bytes);
  const std::uint32_t start = frame.index << page_bits;
  const std::uint32_t length = std::min(object.i_size - std::min(start, object.i_size), page_bytes);
  return same_bytes(cut(bytes, length), cut(lookup(object.disk, frame.index), length));
}

/// Somebody can come to ask for a page again once it is dropped: of the swap cache, who holds its slot.
constexpr bool can_be_asked_for(const LawState& state, const fault::Frame<std::uint32_t>& frame) {
  return frame.mapping != fault::swapper_space || lookup(state.memory.swap.swap_map, frame.index) > 1;
}

/// A page that neither says so itself nor is said to be by an entry is not to be written; it can be dropped.
constexpr bool a_clean_page_is_what_is_behind_it(const LawState& state) {
  Counts dirty;
  for (const EntryOf& entry : all_entries(state)) {
    if (is_page(entry.entry) && (entry.entry & fault::PAGE_DIRTY) != 0) count(dirty, frame_of(entry.entry));
  }
  return for_all_frames(state, [&](std::uint32_t pfn, const auto& frame) {
    const bool is_read = frame.mapping != fault::none && (frame.flags & fault::PG_uptodate) != 0;
    const bool is_dirty = (frame.flags & fault::PG_dirty) != 0 || lookup(dirty, pfn) != 0;
    return !is_read || is_dirty || !can_be_asked_for(state, frame) || is_what_is_behind(state, pfn, frame);
  });
}

constexpr bool what_is_to_be_written_is_up_to_date(const LawState& state) {
  return for_all_frames(state, [](std::uint32_t, const auto& frame) {
    return (frame.flags & fault::PG_dirty) == 0 || (frame.flags & fault::PG_uptodate) != 0;
  });
}

/// What has no name can be had back from nowhere; its entries say so.
constexpr bool a_page_without_a_name_is_dirty_where_it_is_mapped(const LawState& state) {
  return for_all_entries(state, [&](const EntryOf& entry) {
    if (!is_page(entry.entry) || is_reserved(state, frame_of(entry.entry))) return true;
    const bool has_name = lookup(state.memory.mem_map, frame_of(entry.entry)).mapping != fault::none;
    return has_name || (entry.entry & fault::PAGE_DIRTY) != 0;
  });
}

constexpr bool no_page_stays_locked(const LawState& state) {
  return for_all_frames(state,
                        [](std::uint32_t, const auto& frame) { return (frame.flags & fault::PG_locked) == 0; });
}

// ---- Processes ----------------------------------------------------------------------------------------------------

constexpr bool processes_are_numbered_upwards(const LawState& state) {
  std::uint32_t last = 0;
  for (const LawProcess& process : state.processes) {
    if (process.pid <= last || process.pid > state.pids_made) return false;
    last = process.pid;
  }
  return true;
}

constexpr bool who_is_gone_has_left_nothing(const LawState& state) {
  const auto gone = [&](const auto& map) {
    return std::ranges::all_of(map.written,
                               [&](const auto& of_process) { return exists(state, of_process.first); });
  };
  return gone(state.memory.pgds) && gone(state.memory.rss);
}

/// The address space of every process is what the chapter on areas calls lawful, as far as it is about one address space.
constexpr bool the_areas_of_every_process_are_lawful(const LawState& state) {
  return std::ranges::all_of(state.processes, [&](const LawProcess& process) {
    vma::LawState alone{};
    alone.mm = process.mm;
    alone.lookup = process.lookup;
    return vma::holds::areas_stand_in_the_order_of_their_addresses(alone) &&
           vma::holds::no_address_is_in_two_areas(alone) && vma::holds::areas_are_whole_pages(alone) &&
           vma::holds::areas_have_a_page(alone) && vma::holds::areas_end_inside_the_task(alone) &&
           vma::holds::areas_permit_only_what_they_may(alone) &&
           vma::holds::total_vm_is_the_pages_of_the_areas(alone) &&
           vma::holds::locked_vm_is_the_pages_of_the_locked_areas(alone) &&
           vma::holds::map_count_is_the_number_of_areas(alone);
  });
}

constexpr bool open_files_have_their_descriptor_and_their_areas(const LawState& state) {
  return std::ranges::all_of(state.files, [&](const vma::File& file) {
    std::uint32_t references = file.fd ? 1 : 0;
    for (const LawProcess& process : state.processes) {
      references +=
          static_cast<std::uint32_t>(std::ranges::count(process.mm.areas, file.number, &LawArea::vm_file));
    }
    return file.f_count == references && references != 0;
  });
}

}  // namespace holds

#define REFMM_CONJUNCT(clause, name) \
  Conjunct<LawState> { clause, #name, holds::name }

inline constexpr std::array invariant{
    REFMM_CONJUNCT("fault.account.frames", the_count_of_a_frame_is_its_references),
    REFMM_CONJUNCT("fault.account.frames", free_frames_are_nobodys),
    REFMM_CONJUNCT("fault.account.frames", frames_come_from_the_pool),
    REFMM_CONJUNCT("fault.account.slots", the_count_of_a_slot_is_its_references),
    REFMM_CONJUNCT("fault.account.slots", slots_are_taken_only_of_an_area_in_use),
    REFMM_CONJUNCT("fault.account.rss", rss_is_the_pages_that_are_there),
    REFMM_CONJUNCT("fault.owner.private", a_writable_private_page_has_one_owner),
    REFMM_CONJUNCT("fault.owner.shared", a_page_that_two_can_write_is_of_a_shared_mapping),
    REFMM_CONJUNCT("fault.owner.shared", shared_areas_show_the_pages_of_their_object),
    REFMM_CONJUNCT("fault.owner.reserved", reserved_frames_stay_as_they_are),
    REFMM_CONJUNCT("fault.entries.in_areas", entries_lie_in_areas),
    REFMM_CONJUNCT("fault.entries.permitted", entries_permit_no_more_than_their_areas),
    REFMM_CONJUNCT("fault.entries.shared", shared_pages_can_be_written_where_their_area_can),
    REFMM_CONJUNCT("fault.entries.one_process", a_page_table_serves_one_process),
    REFMM_CONJUNCT("fault.cache.names", pages_are_found_by_their_names),
    REFMM_CONJUNCT("fault.cache.names", pages_of_the_swap_cache_are_marked),
    REFMM_CONJUNCT("fault.cache.lists", the_lists_of_an_object_have_its_pages_once_each),
    REFMM_CONJUNCT("fault.shmem.one_place", a_page_of_shared_memory_is_in_memory_or_in_a_slot),
    REFMM_CONJUNCT("fault.shmem.one_place", a_slot_of_shared_memory_is_its_own),
    REFMM_CONJUNCT("fault.cache.clean", a_clean_page_is_what_is_behind_it),
    REFMM_CONJUNCT("fault.cache.clean", what_is_to_be_written_is_up_to_date),
    REFMM_CONJUNCT("fault.cache.clean", a_page_without_a_name_is_dirty_where_it_is_mapped),
    REFMM_CONJUNCT("fault.cache.unlocked", no_page_stays_locked),
    REFMM_CONJUNCT("process.numbers", processes_are_numbered_upwards),
    REFMM_CONJUNCT("process.numbers", who_is_gone_has_left_nothing),
    REFMM_CONJUNCT("process.areas", the_areas_of_every_process_are_lawful),
    REFMM_CONJUNCT("process.files", open_files_have_their_descriptor_and_their_areas),
};

#undef REFMM_CONJUNCT

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
constexpr std::optional<Conjunct<LawState>> broken_conjunct(const LawState& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds(state)) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::process

// Laws about msync, madvise and truncate, and about promises of memory: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_file_step_laws.hpp>
#include <refmm/spec/fault_unmap_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

// ---- Ranges ---------------------------------------------------------------------------------------------------------

/// The claim about a call of this kind by a process that is there.
template <template <class> class Kind>
constexpr bool of_call(const Transition& t, auto claim) {
  const auto* of_kind = call<Kind>(t);
  return !of_kind || !exists(t.before, caller(t)) || claim(*of_kind);
}

constexpr bool is_aligned(std::uint32_t addr) { return addr % page_bytes == 0; }

/// The bytes of whole pages that a call is about; wraps as the kernel's sum does.
constexpr PageRange range_of(const auto& call) { return {call.addr, call.addr + rounded_up(call.len)}; }

constexpr bool wraps(PageRange range) { return range.end < range.start; }
constexpr bool is_empty(PageRange range) { return range.start == range.end; }

/// True if no area of the process holds some page of the range.
constexpr bool has_hole(const LawProcess& process, PageRange range) {
  std::uint32_t addr = range.start;
  for (const LawArea& area : process.mm.areas) {
    if (area.vm_start <= addr && addr < area.vm_end) addr = area.vm_end;
  }
  return addr < range.end;
}

/// The claim about each area of the process that has a page of the range, and that part of it.
constexpr bool any_part(const LawProcess& process, PageRange range, auto predicate) {
  return std::ranges::any_of(process.mm.areas, [&](const LawArea& area) {
    const PageRange part{std::max(area.vm_start, range.start), std::min(area.vm_end, range.end)};
    return part.start < part.end && predicate(area, part);
  });
}

// ---- msync ----------------------------------------------------------------------------------------------------------

constexpr bool msync_refuses_addresses_within_a_page(const Transition& t) {
  return of_call<Msync>(
      t, [&](const auto& msync) { return (refusal(t) == Refusal::address_unaligned) == !is_aligned(msync.addr); });
}

constexpr bool msync_refuses_ranges_that_wrap(const Transition& t) {
  return of_call<Msync>(t, [&](const auto& msync) {
    return (refusal(t) == Refusal::range_wraps) == (is_aligned(msync.addr) && wraps(range_of(msync)));
  });
}

/// The claim about an msync of a range that can be, and that range.
constexpr bool of_good_range(const Transition& t, const auto& call, auto claim) {
  return !is_aligned(call.addr) || wraps(range_of(call)) || claim(range_of(call), process_of(t.before, caller(t)));
}

constexpr bool has_unknown_flags(const Msync<std::uint32_t>& msync) {
  return (msync.flags & ~(fault::MS_ASYNC | fault::MS_INVALIDATE | fault::MS_SYNC)) != 0;
}

constexpr bool msync_refuses_unknown_flags(const Transition& t) {
  return of_call<Msync>(t, [&](const auto& msync) {
    return of_good_range(t, msync, [&](PageRange, const auto&) {
      return (refusal(t) == Refusal::unknown_flags) == has_unknown_flags(msync);
    });
  });
}

constexpr bool msync_of_nothing_succeeds_wherever(const Transition& t) {
  return of_call<Msync>(t, [&](const auto& msync) {
    return of_good_range(t, msync, [&](PageRange range, const auto&) {
      if (!is_empty(range) || has_unknown_flags(msync)) return true;
      return succeeded(t) && t.before == t.after && t.effects.empty();
    });
  });
}

/// What is mapped in the range is synchronized all the same.
constexpr bool msync_tells_of_holes_in_the_end(const Transition& t) {
  return of_call<Msync>(t, [&](const auto& msync) {
    return of_good_range(t, msync, [&](PageRange range, const LawProcess& process) {
      if (is_empty(range) || has_unknown_flags(msync)) return true;
      return (refusal(t) == Refusal::not_mapped) == has_hole(process, range) &&
             (has_hole(process, range) || succeeded(t));
    });
  });
}

// ---- madvise --------------------------------------------------------------------------------------------------------

constexpr bool madvise_refuses_addresses_within_a_page(const Transition& t) {
  return of_call<Madvise>(t, [&](const auto& madvise) {
    return (refusal(t) == Refusal::address_unaligned) == !is_aligned(madvise.addr);
  });
}

constexpr bool madvise_refuses_ranges_that_wrap(const Transition& t) {
  return of_call<Madvise>(t, [&](const auto& madvise) {
    return (refusal(t) == Refusal::range_wraps) == (is_aligned(madvise.addr) && wraps(range_of(madvise)));
  });
}

/// The claim about advice for a range that can be, the range and the process.
constexpr bool of_advice(const Transition& t, auto claim) {
  return of_call<Madvise>(t, [&](const auto& madvise) {
    return of_good_range(t, madvise, [&](PageRange range, const LawProcess& process) {
      return is_empty(range) || claim(madvise.advice, range, process);
    });
  });
}

constexpr bool madvise_of_nothing_succeeds_wherever(const Transition& t) {
  return of_call<Madvise>(t, [&](const auto& madvise) {
    return of_good_range(t, madvise, [&](PageRange range, const auto&) {
      return !is_empty(range) || (succeeded(t) && t.before == t.after && t.effects.empty());
    });
  });
}

/// What is mapped in the range is advised all the same.
constexpr bool madvise_tells_of_holes_in_the_end(const Transition& t) {
  return of_advice(t, [&](std::uint32_t, PageRange range, const LawProcess& process) {
    return refuses_exactly_if(t, Refusal::not_mapped, has_hole(process, range));
  });
}

constexpr bool madvise_refuses_unknown_advice(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    const bool is_met = any_part(process, range, [](auto...) { return true; });
    return (refusal(t) == Refusal::unknown_advice) == (advice > fault::MADV_DONTNEED && is_met);
  });
}

constexpr bool locked_memory_is_always_needed(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    const bool locked = any_part(process, range, [](const LawArea& area, PageRange) { return is_locked(area); });
    return (refusal(t) == Refusal::locked_area) == (advice == fault::MADV_DONTNEED && locked);
  });
}

/// Up to the first area that is locked. The cache of a file keeps its pages.
constexpr bool what_is_not_needed_is_given_up(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    if (advice != fault::MADV_DONTNEED) return true;
    std::uint32_t end = range.end;
    for (const LawArea& area : process.mm.areas) {
      if (is_locked(area) && area.vm_end > range.start) end = std::min(end, std::max(range.start, area.vm_start));
    }
    return std::ranges::all_of(all_entries(t.before), [&](const EntryOf& entry) {
      const bool is_given_up = entry.pid == process.pid && range.start <= entry.addr && entry.addr < end;
      return entry_at(t.after, entry.pid, entry.addr) == (is_given_up ? 0 : entry.entry);
    });
  });
}

constexpr bool only_pages_of_a_file_can_be_read_ahead(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    const bool no_file =
        any_part(process, range, [](const LawArea& area, PageRange) { return area.vm_file == 0; });
    return refuses_exactly_if(t, Refusal::no_file_to_read, advice == fault::MADV_WILLNEED && no_file);
  });
}

/// No entry is made.
constexpr bool what_will_be_needed_is_in_the_cache(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    if (advice != fault::MADV_WILLNEED) return true;
    if (t.before.memory.tables != t.after.memory.tables) return false;
    return !succeeded(t) || !any_part(process, range, [&](const LawArea& area, PageRange part) {
      const std::uint32_t object = object_of(t.before, area), first = index_at(area, part.start);
      if (object > files_of(t.before)) return false;
      const std::uint32_t end = first + ((part.end - part.start) >> page_bits);
      for (std::uint32_t index = first; index < std::min(end, pages_in(t.before, object)); ++index) {
        if (!is_cached(t.after, {object, index})) return true;
      }
      return false;
    });
  });
}

/// It has no disk to be read from.
constexpr bool advice_brings_no_page_of_shared_memory_into_memory(const Transition& t) {
  return of_advice(t, [&](std::uint32_t, PageRange, const auto&) {
    return std::ranges::all_of(t.after.memory.page_cache.written, [&](const auto& cache) {
      const bool is_of_memory = files_of(t.after) < cache.first && cache.first != fault::swapper_space;
      return !is_of_memory || lookup(t.before.memory.page_cache, cache.first) == cache.second;
    });
  });
}

constexpr bool reading_ahead_fails_where_there_is_no_frame(const Transition& t) {
  return of_advice(t, [&](std::uint32_t, PageRange, const auto&) {
    return (refusal(t) == Refusal::no_page) == lacked_a_frame(t, GFP_USER);
  });
}

constexpr bool is_about_reading(std::uint32_t advice) { return advice <= fault::MADV_SEQUENTIAL; }

constexpr bool advice_about_reading_is_refused_to_who_has_too_many_areas(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    const bool is_met = any_part(process, range, [](auto...) { return true; });
    const bool too_many = is_about_reading(advice) && is_met && process.mm.map_count > max_map_count;
    return too_many ? was_refused(t) : is_about_reading(advice) || refusal(t) != Refusal::too_many_areas;
  });
}

/// An area is split where the range begins and ends in it; pages stay.
constexpr bool areas_are_read_as_they_were_advised(const Transition& t) {
  return of_advice(t, [&](std::uint32_t advice, PageRange range, const LawProcess& process) {
    if (!is_about_reading(advice)) return process_of(t.after, process.pid).mm == process.mm;
    if (t.before.memory.mem_map != t.after.memory.mem_map) return false;
    constexpr std::uint32_t reading = fault::VM_RAND_READ | fault::VM_SEQ_READ;
    const std::uint32_t wanted = advice == fault::MADV_RANDOM       ? fault::VM_RAND_READ
                                 : advice == fault::MADV_SEQUENTIAL ? fault::VM_SEQ_READ
                                                                    : 0;
    return std::ranges::all_of(process_of(t.after, process.pid).mm.areas, [&](const LawArea& area) {
      const LawArea* before = area_at(process, area.vm_start);
      if (!before || before->vm_end < area.vm_end) return false;
      const bool is_advised = succeeded(t) && area.vm_start < range.end && range.start < area.vm_end;
      if (is_advised && (area.vm_start < range.start && range.end < area.vm_end)) return false;
      const std::uint32_t flags = area.vm_flags & reading;
      return (area.vm_flags & ~reading) == (before->vm_flags & ~reading) &&
             (is_advised ? flags == wanted : !succeeded(t) || flags == (before->vm_flags & reading));
    });
  });
}

// ---- truncate -------------------------------------------------------------------------------------------------------

/// The claim about a truncate that makes a file longer, and the file as it was.
constexpr bool of_growing(const Transition& t, auto claim) {
  const auto* truncate = call<Truncate>(t);
  const auto* file = truncate ? object_at(t.before, truncate->file) : nullptr;
  if (!file || !exists(t.before, caller(t)) || truncate->size <= file->i_size) return true;
  return claim(*truncate, *file);
}

constexpr bool a_file_that_grows_only_has_another_size(const Transition& t) {
  return of_growing(t, [&](const Truncate<std::uint32_t>& truncate, const auto&) {
    LawState expected = t.before;
    expected.memory.contents = t.after.memory.contents;
    expected.memory.objects = changed_at(std::move(expected.memory.objects), truncate.file, [&](auto object) {
      object.i_size = truncate.size;
      return object;
    });
    return succeeded(t) && t.after == expected && t.effects.empty();
  });
}

/// Also where something was stored behind its old end.
constexpr bool what_a_file_grows_by_is_zeros_in_its_last_page_too(const Transition& t) {
  return of_growing(t, [&](const Truncate<std::uint32_t>& truncate, const auto& file) {
    const std::uint32_t odd = file.i_size & (page_bytes - 1);
    const std::uint32_t tail = odd == 0 ? fault::none : cached(t.before, truncate.file, file.i_size >> page_bits);
    return std::ranges::all_of(t.before.memory.contents.written, [&](const auto& numbered) {
      const auto& [pfn, bytes] = numbered;
      return same_bytes(lookup(t.after.memory.contents, pfn), pfn == tail ? cut(bytes, odd) : bytes);
    });
  });
}

constexpr bool a_file_that_shrinks_ends_at_its_new_size_on_the_disk_too(const Transition& t) {
  return of_shrinking(t, [&](const Truncate<std::uint32_t>& truncate, const auto& file, std::uint32_t pages) {
    const auto* now = object_at(t.after, truncate.file);
    if (truncate.size != 0 && (!now || now->i_size != truncate.size)) return false;
    return std::ranges::all_of(file.disk.written, [&](const auto& page) {
      const auto bytes = now ? lookup(now->disk, page.first) : PageBytes{};
      if (page.first >= pages) return are_zeros(bytes);
      const std::uint32_t odd = truncate.size & (page_bytes - 1);
      const bool is_cut = odd != 0 && page.first + 1 == pages;
      return same_bytes(bytes, is_cut ? cut(page.second, odd) : page.second);
    });
  });
}

constexpr bool nobody_has_entries_behind_the_new_end(const Transition& t) {
  return of_shrinking(t, [&](const Truncate<std::uint32_t>& truncate, const auto&, std::uint32_t pages) {
    return std::ranges::all_of(all_entries(t.before), [&](const EntryOf& entry) {
      const LawArea* area = area_at(t.before, entry.pid, entry.addr);
      const bool is_of_file = area && area->vm_file != 0 && object_of(t.before, *area) == truncate.file;
      const bool goes = is_of_file && index_at(*area, entry.addr) >= pages;
      return entry_at(t.after, entry.pid, entry.addr) == (goes ? 0 : entry.entry);
    });
  });
}

// ---- Promises -------------------------------------------------------------------------------------------------------

/// Pages that a promise can count on: free frames, what all caches have, and free slots.
constexpr std::uint32_t pages_to_promise(const LawState& state) {
  return free_frames(state.memory) + cached_pages(state.memory) + free_slots(state.memory);
}

/// Pages that an mmap asks to be promised: of private memory that may be written, or of a new shared object.
constexpr std::uint32_t pages_asked_for(const vma::Mmap<std::uint32_t>& mmap) {
  const bool is_private = (mmap.flags & vma::MAP_SHARED) == 0;
  const bool charged = is_private && (mmap.prot & vma::PROT_WRITE) != 0 && (mmap.flags & vma::MAP_NORESERVE) == 0;
  const bool makes_object = !is_private && (mmap.flags & vma::MAP_ANONYMOUS) != 0;
  return charged || makes_object ? rounded_up(mmap.len) >> page_bits : 0;
}

constexpr bool lacked_memory(const Transition& t) {
  return area_refusal(t) == vma::Refusal::no_memory || area_refusal(t) == vma::Refusal::no_shared_memory;
}

/// What a call unmaps before it asks counts: where it is refused, the state is the one in which it has asked.
constexpr bool memory_is_promised_if_there_is_more_than_is_asked_for(const Transition& t) {
  const auto* mmap = call<vma::Mmap>(t);
  if (t.before.settings.overcommit) return !lacked_memory(t);
  if (!mmap || !exists(t.before, caller(t))) return true;
  const std::uint32_t asked = pages_asked_for(*mmap);
  if (lacked_memory(t)) return asked != 0 && pages_to_promise(t.after) <= asked;
  const auto at = address(t);
  if (!at || asked == 0 || mmap->len == 0) return true;
  const bool unmaps = std::ranges::any_of(process_of(t.before, caller(t)).mm.areas, [&](const LawArea& area) {
    return area.vm_start < *at + rounded_up(mmap->len) && *at < area.vm_end;
  });
  return unmaps || pages_to_promise(t.before) > asked;
}

}  // namespace refmm::process::holds

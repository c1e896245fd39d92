// Laws about entries that move or get another protection, and about ranges that are faulted in: what spec/process_step_laws.hpp lists
// of them.
#pragma once

#include <refmm/spec/fault_swap_in_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

// ---- Moved ----------------------------------------------------------------------------------------------------------

/// The claim about an mremap of an area that is there, and about how many bytes of it are to move.
constexpr bool of_mremap(const Transition& t, auto claim) {
  const auto* mremap = call<vma::Mremap>(t);
  const LawArea* area = mremap ? area_at(t.before, caller(t), mremap->addr) : nullptr;
  return !area || claim(*mremap, *area, std::min(rounded_up(mremap->old_len), rounded_up(mremap->new_len)));
}

/// The claim about each entry that is to move: what it was, where it was and is, and where it goes.
constexpr bool of_entries_to_move(const Transition& t, std::uint32_t from, std::uint32_t len, auto claim) {
  return std::ranges::all_of(entries_of(t.before, caller(t)), [&](const EntryOf& entry) {
    return entry.addr < from || entry.addr - from >= len || claim(entry);
  });
}

constexpr bool entries_move_as_they_are(const Transition& t) {
  return of_mremap(t, [&](const vma::Mremap<std::uint32_t>& mremap, const LawArea& area, std::uint32_t len) {
    const auto to = address(t);
    if (!to || *to == mremap.addr || is_locked(area)) return true;
    return of_entries_to_move(t, mremap.addr, len, [&](const EntryOf& entry) {
      return entry_at(t.after, caller(t), *to + (entry.addr - mremap.addr)) == entry.entry &&
             entry_at(t.after, caller(t), entry.addr) == 0;
    });
  });
}

constexpr bool mremap_fails_where_there_is_no_frame_for_a_page_table(const Transition& t) {
  return of_mremap(t, [&](const auto&, const LawArea& area, std::uint32_t) {
    const bool lacked = lacked_a_frame(t, GFP_KERNEL);
    return area_refusal(t) == vma::Refusal::no_page_tables ? lacked : !lacked || is_locked(area);
  });
}

constexpr bool entries_that_could_not_all_move_are_where_they_were(const Transition& t) {
  return of_mremap(t, [&](const vma::Mremap<std::uint32_t>& mremap, const auto&, std::uint32_t len) {
    if (area_refusal(t) != vma::Refusal::no_page_tables) return true;
    return of_entries_to_move(
               t, mremap.addr, len,
               [&](const EntryOf& entry) { return entry_at(t.after, caller(t), entry.addr) == entry.entry; }) &&
           std::ranges::all_of(entries_of(t.after, caller(t)), [&](const EntryOf& entry) {
             return entry_at(t.before, caller(t), entry.addr) == entry.entry;
           });
  });
}

// ---- Protected ------------------------------------------------------------------------------------------------------

/// True if an entry for a page permits what its area permits, as far as the processor can tell; a private page is written by way of a
/// fault.
constexpr bool permits_what_its_area_does(std::uint32_t entry, const LawArea& area) {
  const bool seen = has_flag(area.vm_flags, vma::VM_ACCESS);
  return has_flag(entry, fault::PAGE_PRESENT) == seen && has_flag(entry, fault::PAGE_PROTNONE) != seen &&
         is_writable(entry) == (is_shared(area) && may_be_written(area));
}

constexpr bool mprotect_changes_the_protection_of_pages_and_nothing_else_of_entries(const Transition& t) {
  if (!call<vma::Mprotect>(t) || !exists(t.before, caller(t))) return true;
  return std::ranges::all_of(entries_of(t.before, caller(t)), [&](const EntryOf& entry) {
    const LawArea* before = area_at(t.before, entry.pid, entry.addr);
    const LawArea* area = area_at(t.after, entry.pid, entry.addr);
    const std::uint32_t now = entry_at(t.after, entry.pid, entry.addr);
    if (!before || !area || before->vm_flags == area->vm_flags || is_slot(entry.entry)) return now == entry.entry;
    return frame_of(now) == frame_of(entry.entry) && permits_what_its_area_does(now, *area) &&
           has_flag(now, fault::PAGE_DIRTY) == has_flag(entry.entry, fault::PAGE_DIRTY);
  });
}

// ---- Faulted in -----------------------------------------------------------------------------------------------------

/// The claim about each page that a call faults in because it is locked.
constexpr bool of_locked_pages(const Transition& t, auto claim) {
  return byte_access(t) || call<MapKiobuf>(t) || of_touches(t, claim);
}

constexpr bool is_behind_the_end(const LawState& state, const Touch& touch) {
  if (!is_untouched_of_object(touch)) return false;
  const NamedPage page = touch.page;
  return page.index >= pages_in(state, page.object);
}

/// True if no frame was refused and no transfer failed, now or before.
constexpr bool lacks_nothing(const Transition& t) {
  const auto failed = [](const auto& transfer) { return !transfer.done; };
  const auto is_unreadable = [](const auto& numbered) {
    return numbered.second.mapping != fault::none && !has_flag(numbered.second.flags, fault::PG_uptodate);
  };
  return !lacked_a_frame(t, GFP_USER) && !lacked_a_frame(t, GFP_KERNEL) && !had_effect<FileTransfer>(t, failed) &&
         !had_effect<SwapTransfer>(t, failed) &&
         std::ranges::none_of(t.before.memory.mem_map.written, is_unreadable);
}

/// True if a page is as its fault was to leave it. A page comes back from a slot that others hold as one that cannot be written.
constexpr bool is_faulted_in(const Touch& touch) {
  return is_page(touch.after) && (!touch.write || is_writable(touch.after) || is_slot(touch.before));
}

constexpr bool locked_memory_that_may_be_written_is_faulted_in_for_writing(const Transition& t) {
  return of_locked_pages(t, [&](const Touch& touch) {
    return !touch.write || is_behind_the_end(t.after, touch) || is_faulted_in(touch) || !lacks_nothing(t);
  });
}

constexpr bool locked_memory_that_may_not_be_written_is_faulted_in_for_reading(const Transition& t) {
  return of_locked_pages(t, [&](const Touch& touch) {
    if (touch.write) return true;
    const bool came = touch.before == 0 && touch.after != 0;
    if (came && (is_writable(touch.after) || has_flag(touch.after, fault::PAGE_DIRTY))) return false;
    return is_behind_the_end(t.after, touch) || is_faulted_in(touch) || !lacks_nothing(t);
  });
}

constexpr bool locking_passes_over_what_is_behind_the_end_of_an_object(const Transition& t) {
  return of_locked_pages(
      t, [&](const Touch& touch) { return !is_behind_the_end(t.after, touch) || touch.after == 0; });
}

/// True if a page is there, but its transfer has failed: a fault on it is a signal, and not the end.
constexpr bool could_not_be_read(const Transition& t, const Touch& touch) {
  const std::uint32_t slot = slot_behind(t.before, touch);
  if (slot != fault::none) {
    const auto read = read_of(t, slot);
    return read ? !read->done : cached_slot(t.before, slot) != fault::none;
  }
  if (!is_untouched_of_object(touch)) return false;
  const auto reads = reads_of(t, touch.page);
  return std::ranges::any_of(reads, [](const FileTransfer& read) { return !read.done; });
}

constexpr bool faulting_in_ends_at_the_first_page_that_cannot_be_had(const Transition& t) {
  return std::ranges::all_of(faulted_in_as_locked(t), [&](PageRange range) {
    bool ended = false;
    for (std::uint32_t addr = range.start; addr < range.end; addr += page_bytes) {
      const LawArea* area = area_at(t.after, caller(t), addr);
      const auto touch = touch_of(t, caller(t), addr, area && may_be_written(*area));
      if (!touch || (ended && touch->after != touch->before)) return false;
      ended = ended ||
              (!is_faulted_in(*touch) && !is_behind_the_end(t.after, *touch) && !could_not_be_read(t, *touch));
    }
    return true;
  });
}

}  // namespace refmm::process::holds

// The end of a swap area's use: every page in it comes back into memory. Part of impl/fault.hpp.
//
// 2.4.0 looks through all page tables for each slot. Here they are looked through once, and each slot knows its entries from then on.
// Source: try_to_unuse and what it calls in mm/swapfile.c, shmem_unuse in mm/shmem.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// In the order of the slots. What it could not finish stays in use, with fewer slots taken. Throws std::bad_alloc before anything has
/// changed if the host has no memory.
template <FaultTracer Tracer>
template <class ForEachArea>
EndOfUse PagedMemory<Tracer>::swapoff(ForEachArea for_each_area) {
  std::vector<EntryOfSlot> entries;
  std::vector<std::size_t> last_of_slot(std::size_t{swap_.pages()} + 1, 0);
  for_each_area([&](PageTables& tables, const Area& area) {
    for_each_table(tables, area.vm_start, area.vm_end, [&](Entry* table, Address, std::uint32_t count) {
      for (Entry* pte = table; pte != table + count; ++pte) {
        std::uint32_t slot = 0;
        if (is_swapped(*pte))
          slot = slot_of_entry(*pte);
        else if (*pte != 0 && !frames_.is_reserved(pfn_of(*pte)) && frames_.page(pfn_of(*pte)).is_in_swap_cache())
          slot = frames_.page(pfn_of(*pte)).index;
        if (slot == 0) continue;
        entries.push_back({pte, &tables, page_protection(area.vm_flags), last_of_slot[slot]});
        last_of_slot[slot] = entries.size();
      }
      return true;
    });
  });

  for (std::uint32_t slot = 1; (slot = swap_.held_from(slot)) != SwapArea::no_slot; ++slot) {
    swap_.duplicate(slot);
    const Pfn pfn = read_swap_cache(slot);
    if (pfn == 0) {
      swap_.free(slot);
      return EndOfUse::no_page;
    }
    Page& page = frames_.page(pfn);
    if (!page.has(fault::PG_uptodate)) {
      forget_unread_page(page);
      swap_.free(slot);
      return EndOfUse::unreadable;
    }
    delete_from_swap_cache(page);
    for (std::size_t place = last_of_slot[slot]; place != 0; place = entries[place - 1].next)
      unuse_pte(entries[place - 1], slot, pfn);
    unuse_object(slot, pfn);
    frames_.put_page(page);
    swap_.free_wholly(slot);
  }
  swap_.end_use();
  return EndOfUse::done;
}

/// An entry that holds the slot gets the page, read-only and dirty; one that has the page already becomes dirty, for the page has left
/// the swap cache. [fault.swapoff.entry] [fault.swapoff.dirty]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::unuse_pte(const EntryOfSlot& entry, std::uint32_t slot, Pfn pfn) {
  if (pte_present(*entry.pte)) {
    *entry.pte |= fault::PAGE_DIRTY;
    return;
  }
  *entry.pte = mk_entry(pfn, entry.protection | fault::PAGE_DIRTY);
  swap_.free(slot);
  get_page(pfn);
  ++entry.tables->rss;
}

/// A shared memory object that holds the slot gets the page, dirty. [fault.swapoff.object]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::unuse_object(std::uint32_t number, Pfn pfn) {
  SwapSlot& slot = swap_.slot(number);
  if (slot.object == nullptr) return;
  MemoryObject& object = *std::exchange(slot.object, nullptr);
  slot.unlink();
  swap_.free(number);
  add_to_page_cache(pfn, object, slot.index);
  Page& page = frames_.page(pfn);
  set_page_dirty(page);
  page_read(page, true);
}

}  // namespace refmm::impl::inline REFMM_BUILD

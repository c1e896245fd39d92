// A page for an address: what a fault does once the access was found lawful. Part of impl/fault.hpp.
//
// Source: handle_mm_fault and what it calls, and make_pages_present, in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
fault::Handled PagedMemory<Tracer>::handle_mm_fault(Space space, Area& area, Address addr, bool write) {
  Entry* const pte = pte_alloc(space.tables, addr);
  if (pte == nullptr) return Handled::no_page_table;
  const Entry entry = *pte;
  if (entry == 0) return do_no_page(space, area, addr, pte, write);
  if (!pte_present(entry)) return do_swap_page(space, area, pte, write);
  if (write && !has_flag(entry, fault::PAGE_RW)) return do_wp_page(space, area, addr, pte);
  *pte = entry | fault::PAGE_ACCESSED | (write ? fault::PAGE_DIRTY : 0u);  // [fault.present]
  flush_tlb_page(space, addr);
  return Handled::minor;
}

// ---- Nothing there yet --------------------------------------------------------------------------------------------

/// [fault.anonymous.zero_page], [fault.anonymous.fresh], [fault.anonymous.no_page]: a read gets the zero page, a write a frame of zeros.
template <FaultTracer Tracer>
fault::Handled PagedMemory<Tracer>::do_anonymous_page(PageTables& tables, const Area& area, Entry* pte,
                                                      bool write) {
  if (!write) {
    *pte = entry_for(area, fault::ZERO_PAGE) & ~fault::PAGE_RW;
    return Handled::minor;
  }
  const Pfn pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (pfn == 0) return Handled::no_page;
  frames_.clear_page(pfn);
  ++tables.rss;
  *pte = entry_for(area, pfn) | fault::PAGE_RW | fault::PAGE_DIRTY;
  return Handled::minor;
}

/// A page of a file or object: writable and dirty if it was written ([fault.no_page.written]); else with the protection of the area
/// ([fault.no_page.as_area]), but in a private area never writable while anybody else has the page ([fault.no_page.private]).
template <FaultTracer Tracer>
fault::Handled PagedMemory<Tracer>::do_no_page(Space space, Area& area, Address addr, Entry* pte, bool write) {
  MemoryObject* const object = object_of(area);
  if (object == nullptr) return do_anonymous_page(space.tables, area, pte, write);
  const bool no_share = write && !is_shared(area);
  const NoPage page = object->shared_memory ? shmem_nopage(area, *object, addr)
                                            : filemap_nopage(space, area, *object, addr, no_share);
  if (page.pfn == 0) return page.refusal;
  ++space.tables.rss;
  Entry entry = entry_for(area, page.pfn);
  if (write)
    entry |= fault::PAGE_RW | fault::PAGE_DIRTY;
  else if (!is_shared(area) && frames_.page(page.pfn).count > 1)
    entry &= ~fault::PAGE_RW;
  *pte = entry;
  return Handled::major;
}

// ---- In the swap area ---------------------------------------------------------------------------------------------

/// A page comes back from its slot, and stays in the swap cache. It is writable at once only if it is written and nobody else can get
/// at it. [fault.swap_in.writable] [fault.swap_in.as_area] [fault.swap_in.no_page] [fault.swap_in.unreadable]
template <FaultTracer Tracer>
fault::Handled PagedMemory<Tracer>::do_swap_page(Space space, const Area& area, Entry* pte, bool write) {
  const std::uint32_t slot = slot_of_entry(*pte);
  const Pfn pfn = swapped_in(slot);
  if (pfn == 0) return Handled::no_page;
  Page& page = frames_.page(pfn);
  if (!page.has(fault::PG_uptodate)) {
    if (!mutant("fault.impl.swap_in.keeps_the_unread")) forget_unread_page(page);
    return Handled::not_readable;
  }
  ++space.tables.rss;
  swap_.free(slot);
  Entry entry = entry_for(area, pfn);
  if (write && !is_page_shared(page)) entry |= fault::PAGE_RW | fault::PAGE_DIRTY;
  *pte = entry;
  return Handled::minor;
}

// ---- Ranges -------------------------------------------------------------------------------------------------------

/// For writing if the area is writable; what lies behind the end of a file is passed over. [fault.present.for_writing]
/// [fault.present.for_reading] [fault.present.stops] [fault.present.beyond_end]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::make_pages_present(Space space, Area& area, Address start, Address end) {
  const bool write = area.has(vma::VM_WRITE);
  for (Address addr = start; addr != end; addr += page_size) {
    const Handled handled = handle_mm_fault(space, area, addr, write);
    if (!fault::is_handled(handled) && !fault::is_sigbus(handled)) return;
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD

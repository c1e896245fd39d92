// Copy on write: a write to a page that is there and may not be written yet. Part of impl/fault.hpp.
//
// The last owner keeps the frame, everybody else gets a copy. Source: do_wp_page in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [fault.wp.sole_owner], [fault.wp.swap_cache_sole], [fault.wp.copies], [fault.wp.reserved_page], [fault.wp.no_page]. A buffer counts as
/// somebody else. Of the zero page nobody is the sole owner: [defect.fault.zero_page].
template <FaultTracer Tracer>
fault::Handled PagedMemory<Tracer>::do_wp_page(Space space, const Area& area, Address addr, Entry* pte) {
  const Pfn from = pfn_of(*pte);
  const bool reserved = frames_.is_reserved(from);
  if (!reserved) {
    const Page& page = frames_.page(from);
    if (page.count == 1 || (page.count == 2 && page.is_in_swap_cache() && !is_page_shared(page))) {
      *pte |= fault::PAGE_RW | fault::PAGE_DIRTY | fault::PAGE_ACCESSED;
      flush_tlb_page(space, addr);
      return Handled::minor;
    }
  }

  const Pfn to = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (to == 0) return Handled::no_page;
  if (reserved) {
    ++space.tables.rss;
    frames_.clear_page(to);
  } else {
    frames_.copy_page(to, from);
  }
  *pte = entry_for(area, to) | fault::PAGE_RW | fault::PAGE_DIRTY;
  if (!mutant("fault.impl.wp.keeps_translation")) flush_tlb_page(space, addr);
  if (!reserved) put_page(from);
  return Handled::minor;
}

}  // namespace refmm::impl::inline REFMM_BUILD

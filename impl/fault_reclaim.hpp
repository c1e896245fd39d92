// Pages leave memory: first the entry of a process, then, when nobody else has it, the page. Part of impl/fault.hpp.
//
// Unmapping writes nothing. A page is written when its frame is wanted. Source: try_to_swap_out, page_launder, reclaim_page in
// mm/vmscan.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

// ---- The entry ----------------------------------------------------------------------------------------------------

/// [fault.swap_out.*]. It runs in a kernel thread, but whose tables the processor has it may have remembered.
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::try_to_swap_out(PageTables& tables, Address addr) {
  Entry* const pte = pte_offset(tables, addr);
  if (pte == nullptr || !pte_present(*pte) || frames_.is_reserved(pfn_of(*pte))) return false;
  const Pfn pfn = pfn_of(*pte);
  Page& page = frames_.page(pfn);
  const bool dirty = has_flag(*pte, fault::PAGE_DIRTY);
  Entry left = 0;
  if (page.is_in_swap_cache()) {
    if (dirty) set_page_dirty(page);
    swap_.duplicate(page.index);
    left = entry_of_slot(page.index);
  } else if (dirty && page.mapping != nullptr) {
    set_page_dirty(page);
  } else if (dirty) {
    const std::uint32_t slot = swap_.get(1);
    if (slot == SwapArea::no_slot) {
      *pte &= ~fault::PAGE_ACCESSED;
      forget(tables, addr);
      return false;
    }
    add_to_swap_cache(pfn, slot);
    set_page_dirty(page);
    swap_.duplicate(slot);
    left = entry_of_slot(slot);
  }
  entry_given_up(tables, pte, addr, page, left);
  return true;
}

/// The process has one page less, the page one reference less.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::entry_given_up(PageTables& tables, Entry* pte, Address addr, Page& page, Entry entry) {
  *pte = entry;
  if (!mutant("fault.impl.swap_out.keeps_translation")) forget(tables, addr);
  --tables.rss;
  frames_.put_page(page);
}

// ---- The page -----------------------------------------------------------------------------------------------------

/// In the order of the frames.
template <FaultTracer Tracer>
std::uint32_t PagedMemory<Tracer>::reclaim() {
  std::uint32_t freed = 0;
  for (Pfn pfn = 1; pfn <= frames_.ram_pages(); ++pfn) {
    if (reclaim_page(frames_.page(pfn))) ++freed;
  }
  return freed;
}

/// [fault.reclaim.only_the_cache]: a page that only its cache and its buffer have is written if need be, and its frame is freed.
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::reclaim_page(Page& page) {
  const std::uint32_t with_buffer = page.buffers && !mutant("fault.impl.reclaim.ignores_buffer") ? 1 : 0;
  if (page.mapping == nullptr || page.count != 1u + with_buffer) return false;
  if (!launder(page)) return false;
  if (page.is_in_swap_cache())
    delete_from_swap_cache(page);
  else
    remove_from_page_cache(page);
  return true;
}

/// Writes what is dirty; false if it stays so. A dirty page of shared memory gets a slot first. [fault.reclaim.clean] [fault.reclaim.file]
/// [fault.reclaim.no_slot] [fault.reclaim.shared_memory] [fault.reclaim.swap_cache] [fault.reclaim.unwritten]
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::launder(Page& page) {
  if (!page.has(fault::PG_dirty)) return true;
  page.flags &= ~fault::PG_dirty;
  if (!page.is_in_swap_cache()) {
    if (!page.mapping->shared_memory) {
      write_page(page);
      return true;
    }
    if (!shmem_writepage(page)) {
      set_page_dirty(page);
      return false;
    }
    page.flags &= ~fault::PG_dirty;
  }
  if (swap_write(page)) return true;
  set_page_dirty(page);
  return false;
}

}  // namespace refmm::impl::inline REFMM_BUILD

// Dirty bits of entries become dirty pages, and dirty pages are written. Part of impl/fault.hpp.
//
// Source: filemap_sync, filemap_fdatasync, filemap_fdatawait in mm/filemap.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
void PagedMemory<Tracer>::filemap_sync(Space space, Address start, Address end) {
  for_each_table(space.tables, start, end, [&](Entry* entries, Address addr, std::uint32_t count) {
    for (std::uint32_t place = 0; place != count; ++place)
      filemap_sync_pte(space, entries + place, addr + (place << page_shift));
    return true;
  });
  flush_tlb(space);
}

/// [fault.msync.dirty_bit]. A page without a file has nowhere to be written, and stays as it is:
/// [defect.fault.msync_without_file].
template <FaultTracer Tracer>
void PagedMemory<Tracer>::filemap_sync_pte(Space space, Entry* pte, Address addr) {
  if (!pte_present(*pte) || !has_flag(*pte, fault::PAGE_DIRTY) || frames_.is_reserved(pfn_of(*pte))) return;
  Page& page = frames_.page(pfn_of(*pte));
  if (page.mapping == nullptr) return;
  *pte &= ~fault::PAGE_DIRTY;
  flush_tlb_page(space, addr);
  set_page_dirty(page);
}

/// Writes what is still dirty of the dirty pages, in their order; all of them come to stand in front of the clean ones, in the same order.
/// Shared memory has no disk, and what is mapped of it stays where it is. [fault.msync.writes] [fault.msync.shared_memory]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::sync_pages(MemoryObject& object) {
  if (object.shared_memory) return;
  for (Page& page : object.dirty_pages) {
    if (!page.has(fault::PG_dirty)) continue;
    page.flags &= ~fault::PG_dirty;
    write_page(page);
  }
  const auto front =
      mutant("fault.impl.sync.lists_behind") ? object.clean_pages.end() : object.clean_pages.begin();
  object.clean_pages.splice(front, object.dirty_pages);
}

}  // namespace refmm::impl::inline REFMM_BUILD

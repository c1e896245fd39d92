// The entries of an area copied for a child. Part of impl/fault.hpp.
//
// Source: copy_page_range in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// A table for each that the parent has, even an empty one. [fault.copy.no_table]
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::copy_page_range(PageTables& parent, PageTables& child, const Area& area) {
  bool had_tables = true;
  for_each_table(parent, area.vm_start, area.vm_end, [&](Entry* from, Address addr, std::uint32_t count) {
    Entry* to = pte_alloc(child, addr);
    had_tables = to != nullptr;
    if (!had_tables) return false;
    for (Entry* const end = from + count; from != end; ++from, ++to) {
      if (*from != 0) copy_pte(area, from, to);
    }
    return true;
  });
  return had_tables;
}

/// A page that is there: in an area that may be written and is private both entries lose the permission to write, and so they do
/// wherever else a private copy is mapped ([defect.fault.fork_protects_copies]); the child's is not accessed, and in a shared area not
/// dirty. [fault.copy.page] [fault.copy.write_protect] [fault.copy.shared] [fault.copy.slot] [fault.copy.reserved_page]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::copy_pte(const Area& area, Entry* from, Entry* to) {
  Entry entry = *from;
  if (!pte_present(entry)) {
    swap_.duplicate(slot_of_entry(entry));
    *to = entry;
    return;
  }
  const Pfn pfn = pfn_of(entry);
  if (frames_.is_reserved(pfn)) {
    *to = entry;
    return;
  }
  Page& page = frames_.page(pfn);
  const bool shared = is_shared(area);
  if ((!shared && area.has(vma::VM_MAYWRITE)) || page.mapping == nullptr) {
    entry &= ~fault::PAGE_RW;
    *from = entry;
  }
  if (shared && !mutant("fault.impl.copy.dirty_in_shared")) entry &= ~fault::PAGE_DIRTY;
  *to = mutant("fault.impl.copy.stays_accessed") ? entry : entry & ~fault::PAGE_ACCESSED;
  frames_.get_page(page);
}

}  // namespace refmm::impl::inline REFMM_BUILD
